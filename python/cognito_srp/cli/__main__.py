"""``python -m cognito_srp.cli``."""

import sys

from . import main

sys.exit(main())
