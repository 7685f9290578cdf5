"""Enrollment past one machine: Arrow batches under Ray and Spark, a queue in Lambda, shared rates.

Needs extras: pyarrow (``srp-native[arrow]``) for the batches, aws-lambda-powertools
(``srp-native[lambda]``) for the queue. Each is imported on first use.
"""

from .batches import DERIVED_COLUMNS, derive_batches, derived_schema
from .shared_rate import SharedRate, equal_share

__all__ = ["DERIVED_COLUMNS", "SharedRate", "derive_batches", "derived_schema", "equal_share"]
