"""What an engine is, which engines exist here, and which one runs.

Each of the files `c`, `gmpy2` and `python` is the only door to its library.
"""
