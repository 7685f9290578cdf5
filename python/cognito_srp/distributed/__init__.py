"""Enrollment past one machine: Arrow batches under Ray and Spark, a queue in Lambda, shared rates.

Needs extras: pyarrow (``srp-native[arrow]``) for the batches, aws-lambda-powertools
(``srp-native[lambda]``) for the queue. Each is imported on first use.
"""

from .batches import DERIVED_COLUMNS, derive_batches, derived_schema
from .dynamo_journal import DynamoJournal, shared_sealing_key
from .enrolling import enroll_batches, enrolled_schema
from .shared_rate import SharedRate, equal_share
from .sqs import SqsHandler, read_message

__all__ = [
    "DERIVED_COLUMNS",
    "DynamoJournal",
    "SharedRate",
    "SqsHandler",
    "derive_batches",
    "derived_schema",
    "enroll_batches",
    "enrolled_schema",
    "equal_share",
    "read_message",
    "shared_sealing_key",
]
