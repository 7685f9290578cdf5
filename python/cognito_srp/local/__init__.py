"""A Cognito user pools endpoint on your own machine, that checks SRP for real.

Importing this loads neither moto nor boto3; `LocalCognito()` does, and says which extra is missing.
"""

from .authenticators import totp
from .clock import Clock
from .cognito import LocalCognito
from .custom_auth import CustomAuth
from .faults import Fault
from .helpers import LocalPool

__all__ = ["Clock", "CustomAuth", "Fault", "LocalCognito", "LocalPool", "totp"]
