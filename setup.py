"""What pyproject.toml cannot say: the C extension, and that it fits every Python from 3.10 on.

Without a C compiler the build warns and installs the package without the extension, unless
SRP_NATIVE_REQUIRE_C=1.
"""

import sysconfig

from setuptools import setup

# The limited API does not exist in free-threaded builds of Python yet.
LIMITED_API = not sysconfig.get_config_var("Py_GIL_DISABLED")

setup(
    cffi_modules=["srp_native/ffi_build.py:ffi"],
    options={"bdist_wheel": {"py_limited_api": "cp310"}} if LIMITED_API else {},
)
