"""Where secrets are kept: sealed texts, files of mode 0600, the keyring of the operating system."""
