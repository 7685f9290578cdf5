"""``-p cognito_srp.local.pytest_plugin``: the plugin, for environments that load none by itself."""

from cognito_srp_pytest import local_cognito

__all__ = ["local_cognito"]
