"""What the journal says to SQLite."""

from __future__ import annotations

from typing import Final

__all__ = [
    "FAILURES",
    "FAIL_DEVICE",
    "FAIL_ROW",
    "FINISH",
    "INSERT",
    "MARK",
    "OUTCOMES",
    "PACE",
    "PUT",
    "SELECT",
    "SUCCEED",
    "UNCONFIRMED",
]

SELECT: Final = """
    SELECT id, device_key, device_group_key, state, position, device_name, remember, attempts,
        error, prepared_at, sent_at, finished_at, latency, message, proven, sealed, sealed_grant
    FROM device WHERE """
INSERT: Final = """
    INSERT INTO device (device_key, device_group_key, state, position, device_name, remember,
        prepared_at, sent_at, sealed, sealed_grant)
    VALUES (?, ?, 'prepared', ?, ?, ?, ?, ?, ?, ?)
"""
PUT: Final = """
    INSERT OR REPLACE INTO device (device_key, device_group_key, state, position, device_name,
        remember, sealed, sealed_grant, attempts, error, message, proven, prepared_at, sent_at,
        finished_at, latency)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
MARK: Final = """
    UPDATE device SET state = 'sent', sent_at = coalesce(sent_at, ?)
    WHERE device_key = ? AND state <> 'confirmed'
"""
# A row that was never sent has no answer, and one that is confirmed stays so.
# Once it is confirmed, nobody needs its tokens any more.
FINISH: Final = """
    UPDATE device
    SET state = ?2, error = ?3, message = ?4, proven = ?5, attempts = attempts + ?6,
        finished_at = ?7, latency = ?8,
        sealed_grant = CASE ?2 WHEN 'confirmed' THEN NULL ELSE sealed_grant END
    WHERE device_key = ?1 AND state <> 'confirmed' AND (sent_at IS NOT NULL OR ?2 = 'refused')
"""
# A row of the input that ended before its device was prepared in this run. If an earlier run had
# prepared it, the device takes the reason; it may have been sent then, and so keeps its state.
FAIL_DEVICE: Final = """
    UPDATE device
    SET state = CASE state WHEN 'prepared' THEN 'refused' ELSE state END, error = ?, message = ?
    WHERE device_key = ? AND state NOT IN ('confirmed', 'conflict')
"""
FAIL_ROW: Final = """
    INSERT OR REPLACE INTO failed (position, device_key, state, error, message)
    SELECT ?1, ?2, ?3, ?4, ?5 WHERE NOT EXISTS (SELECT 1 FROM device WHERE device_key = ?2)
"""
# A row of the input that has failed before has a device now.
SUCCEED: Final = """
    DELETE FROM failed WHERE position IN (SELECT value FROM json_each(?))
"""
OUTCOMES: Final = """
    SELECT state, error, count(*), total(proven = 0) FROM outcome GROUP BY 1, 2 ORDER BY 3 DESC
"""
UNCONFIRMED: Final = "SELECT count(*) FROM outcome WHERE state NOT IN ('confirmed', 'rejected')"
FAILURES: Final = """
    SELECT position, state, error, message FROM outcome WHERE state NOT IN ('confirmed', 'rejected')
    ORDER BY position LIMIT ?
"""
PACE: Final = """
    INSERT INTO pace (run, at, sent, throttled, refused, lost, conflicts)
    VALUES (?, ?, ?, ?, ?, ?, ?)
"""
