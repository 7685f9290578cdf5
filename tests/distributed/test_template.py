"""The template that deploys the function: its linter, its numbers, and the function as it is."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from support.batch_rows import GROUP_KEY, device_key
from support.installing import pip_install
from support.lean_cognito import LeanCognito
from support.moto_tables import REGION, TABLE, client

EXAMPLE = Path(__file__).parent.parent.parent / "examples" / "sqs_lambda"
TEMPLATE = (EXAMPLE / "template.yaml").read_text()


def number(pattern: str) -> int:
    found = re.search(pattern, TEMPLATE)
    assert found is not None, pattern
    return int(found[1])


def test_the_numbers_belong_together() -> None:
    rate = number(r"Rate:\n +Type: Number\n +Default: (\d+)")
    environments = number(r"MaximumConcurrency:\n +Type: Number\n +Default: (\d+)")
    retry = number(r"RetrySeconds:\n +Type: Number\n +Default: (\d+)")
    timeout, batch = number(r" Timeout: (\d+)"), number(r"BatchSize: (\d+)")
    assert environments * batch / rate + retry <= timeout
    # With one environment between two batches the others still use the whole rate.
    assert environments >= 2
    assert number(r"VisibilityTimeout: (\d+)") >= 6 * timeout
    assert "MaximumConcurrency: !Ref MaximumConcurrency" in TEMPLATE


def test_the_dashboard_is_json_and_shows_what_the_template_makes() -> None:
    text = TEMPLATE.partition("DashboardBody: !Sub |\n")[2].partition("\nOutputs:")[0]
    widgets = json.loads(text)["widgets"]
    assert len({widget["properties"]["title"] for widget in widgets}) == len(widgets) == 6
    resources = set(re.findall(r"^  (\w+):\n    Type: AWS::", TEMPLATE, re.MULTILINE))
    shown = set(re.findall(r"\$\{(\w+)(?:\.\w+)?\}", text))
    assert shown == {"Devices", "DeadLetters", "Enroll", "Enrollments"} <= resources


def test_every_alarm_is_told_to_the_topic_and_is_quiet_without_data() -> None:
    alarms = re.findall(r"Type: AWS::CloudWatch::Alarm\n(.*?)\n\n", TEMPLATE, re.DOTALL)
    assert len(alarms) == 3
    for alarm in alarms:
        assert "AlarmActions: !If [HasAlarmTopic, [!Ref AlarmTopic], !Ref AWS::NoValue]" in alarm
        assert "TreatMissingData: notBreaching" in alarm


@pytest.mark.long
def test_the_linter_has_nothing_to_say(tmp_path: Path) -> None:
    linter = pip_install(tmp_path, "cfn-lint") / "cfn-lint"
    done = subprocess.run(
        [linter, EXAMPLE / "template.yaml"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


def test_the_function_as_it_is(aws_endpoint: str, dynamodb: Any) -> None:
    kms = client("kms", aws_endpoint).create_key()["KeyMetadata"]["Arn"]
    body = {"device_key": device_key(1), "device_group_key": GROUP_KEY, "access_token": "token"}
    records = [
        {"messageId": str(number), "body": text, "eventSource": "aws:sqs"}
        for number, text in enumerate([json.dumps(body), "poison"])
    ]
    code = "import app, json, sys; print(json.dumps(app.handler(json.load(sys.stdin), None)))"
    with LeanCognito() as server:
        environment = {
            "AWS_ENDPOINT_URL": aws_endpoint,
            "AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER": server.endpoint_url,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ACCESS_KEY_ID": "testing",
            "AWS_SECRET_ACCESS_KEY": "testing",
            "TABLE": TABLE,
            "SEALING_KMS_KEY": kms,
            "RATE": "25",
            "RETRY_SECONDS": "5",
        }
        done = subprocess.run(
            [sys.executable, "-c", code],
            cwd=EXAMPLE,
            env={**os.environ, **environment},
            input=json.dumps({"Records": records}),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout) == {"batchItemFailures": [{"itemIdentifier": "1"}]}
        assert list(server.confirmed()) == [device_key(1)]
    key = {"device_key": {"S": device_key(1)}}
    assert dynamodb.get_item(TableName=TABLE, Key=key)["Item"]["state"]["S"] == "confirmed"
