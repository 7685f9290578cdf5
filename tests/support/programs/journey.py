"""A client of Python's journey, run by the interpreter that has it: `journey.py CLIENT SETTINGS`.

A line with a step on stdin, its outcome as a line on stdout.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from botocore.exceptions import ClientError
from support.boto_clients import RefusedError
from support.python_journeys import steps_of


def outcome(steps: Any, step: str, given: dict[str, str]) -> dict[str, Any]:
    try:
        return {"done": getattr(steps, step)(**given) or {}}
    except ClientError as error:
        return {"refused": error.response["Error"]["Code"], "message": str(error)}
    except RefusedError as error:
        return {"refused": error.code, "message": error.message}


client, settings = sys.argv[1:]
steps = steps_of(client, json.loads(settings))
for line in sys.stdin:
    wanted = json.loads(line)
    print(json.dumps(outcome(steps, wanted["step"], wanted["given"])), flush=True)
