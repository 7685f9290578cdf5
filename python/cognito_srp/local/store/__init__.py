"""What a server knows: pools, users, devices, tokens, pending challenges."""
