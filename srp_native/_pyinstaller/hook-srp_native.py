"""Both fast engines, in a program that PyInstaller makes.

The extension asks for cffi's backend when it loads, and engine gmpy2 for gmpy2 when it is made;
gmpy2 reads its own version from its metadata.
"""

from PyInstaller.utils.hooks import can_import_module, copy_metadata

hiddenimports = ["_cffi_backend", "srp_native._srp"]
datas = []
if can_import_module("gmpy2"):  # which the package works without
    hiddenimports.append("gmpy2")
    datas += copy_metadata("gmpy2")
