"""HTTP: the socket, requests turned into operations, and the checks that come before one."""
