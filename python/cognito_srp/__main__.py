"""``python -m cognito_srp``."""

import sys

from .cli import main

sys.exit(main())
