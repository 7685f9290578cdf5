"""Options that several commands share, named as the AWS CLI names them."""

from __future__ import annotations

import argparse
from typing import Any

from .output import FORMATS
from .secret_input import Secret
from .streams import locale_name

__all__ = [
    "add_aws_options",
    "add_output_options",
    "add_secret_option",
    "bounded_int",
    "decoded_text",
    "positive_number",
]


def add_output_options(parser: argparse.ArgumentParser, *, default: str = FORMATS[0]) -> None:
    """``--output`` and ``--query``."""
    parser.add_argument(
        "--output",
        choices=FORMATS,
        default=default,
        help=f"form of what goes to stdout (default {default})",
    )
    parser.add_argument(
        "--query", type=_query, metavar="JMESPATH", help="print only this part, as in the AWS CLI"
    )


def add_aws_options(parser: argparse.ArgumentParser) -> None:
    """Where Cognito is."""
    parser.add_argument(
        "--region",
        help="AWS region (default: that of the pool, the device key or the token, then AWS_REGION, "
        "AWS_DEFAULT_REGION, the profile's)",
    )
    parser.add_argument("--profile", help="profile of the AWS configuration files")
    parser.add_argument("--endpoint-url", metavar="URL", help="such as a local Cognito's")


def add_secret_option(parser: argparse.ArgumentParser, secret: Secret) -> None:
    """``--NAME-file``; and ``--NAME`` itself, only to say why there is no such option."""
    parser.add_argument(
        f"{secret.option}-file",
        metavar="PATH",
        help=f"file with the {secret.title}, or - for stdin (default: ${secret.variable}"
        f"{', else a prompt' if secret.required else ''})",
    )
    parser.add_argument(
        secret.option,
        action=_RefuseSecret,
        nargs="?",
        help=argparse.SUPPRESS,
        dest=argparse.SUPPRESS,
        secret=secret,
    )


def bounded_int(low: int, high: int) -> Any:
    """An argparse type: an integer from `low` to `high`."""

    def integer(text: str) -> int:
        try:
            value = int(text)
        except ValueError:
            value = low - 1
        if not low <= value <= high:
            raise argparse.ArgumentTypeError(f"needs a number from {low} to {high}")
        return value

    return integer


def positive_number(text: str) -> float:
    """An argparse type: a number above zero."""
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < float("inf"):
        raise argparse.ArgumentTypeError("needs a number above zero")
    return value


class _RefuseSecret(argparse.Action):
    def __init__(self, *args: Any, secret: Secret, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._secret = secret

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        secret = self._secret
        parser.error(
            f"{secret.option} is not an option, because other users and the shell's history see "
            f"arguments: use {secret.option}-file PATH, or ${secret.variable}"
        )


def _query(text: str) -> Any:
    """Compiled before anything is done, so that a misspelt query cannot hide a result."""
    import jmespath
    from jmespath.exceptions import JMESPathError

    try:
        return jmespath.compile(text)
    except JMESPathError as error:
        reason = str(error).partition("\n")[0]
        raise argparse.ArgumentTypeError(f"not JMESPath: {reason}") from None


def decoded_text(text: str) -> str:
    """An argparse type: text that the locale could read as such."""
    try:
        text.encode()
    except UnicodeEncodeError:
        rule = f"has bytes that the locale {locale_name()} cannot read"
        raise argparse.ArgumentTypeError(f"{rule}; set LC_ALL to one of UTF-8") from None
    return text
