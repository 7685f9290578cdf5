"""A web service that signs users in with a second factor, and remembers their devices.

    POST /sign-in  {"username": …, "password": …, "device": …}    device: what /answer returned, if any
    POST /answer   {"state": …, "code": …, "remember_device": true}

Either answers {"username": …, "access_token": …, "device": …}, or {"challenge": …, "state": …}: the
user has to be asked for a code. The `state` is the sign-in itself, sealed: the browser can neither read
nor change it, and any process with the same key goes on from it. None of them keeps a thing.

The state is good for 15 minutes, for this pool and client, and for the browser that got the cookie with
it: nobody can make another's browser go on from a sign-in of their own. That a state is used once is for
Cognito to see to, which takes one right answer to a challenge.

    export COGNITO_USER_POOL_ID=… COGNITO_CLIENT_ID=… AWS_DEFAULT_REGION=…
    export COGNITO_SEALING_KEY=$(openssl rand -base64 32)
    python examples/web_sign_in.py 8001 &
    python examples/web_sign_in.py 8002

The client's secret, if it has one, is in COGNITO_CLIENT_SECRET. It listens on this machine only: put
TLS, and a limit to how often a user may try, in front of it.
"""  # noqa: E501 - a table

from __future__ import annotations

import json
import os
import secrets
import sys
from http.cookies import CookieError, SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import boto3
from botocore import UNSIGNED
from botocore.config import Config

import cognito_srp
from cognito_srp import RememberedDevice, SealingKey, Session, SignIn

LARGEST_BODY = 1 << 16
COOKIE = "sign-in"

#: The names of the codes in Cognito's answers to these challenges: all that this service asks for.
CODES = {
    "EMAIL_OTP": "EMAIL_OTP_CODE",
    "SMS_MFA": "SMS_MFA_CODE",
    "SOFTWARE_TOKEN_MFA": "SOFTWARE_TOKEN_MFA_CODE",
}


class Service:
    """The two requests. Safe to use from several threads, as boto3's clients are."""

    def __init__(self) -> None:
        self.key = SealingKey.from_environment("COGNITO_SEALING_KEY")
        self.app: dict[str, Any] = {
            "pool_id": os.environ["COGNITO_USER_POOL_ID"],
            "client_id": os.environ["COGNITO_CLIENT_ID"],
            "client_secret": os.environ.get("COGNITO_CLIENT_SECRET"),
        }
        # Nothing here needs AWS credentials.
        unsigned = Config(signature_version=UNSIGNED)
        self.client = boto3.client("cognito-idp", config=unsigned)

    def sign_in(self, body: dict[str, Any], browser: str) -> dict[str, Any]:
        """The password, and the device that stands in for the code if there is one."""
        device = body.get("device")
        progress = cognito_srp.begin_sign_in(
            self.client,
            **self.app,
            username=body["username"],
            password=body["password"],
            device=RememberedDevice.from_json(json.dumps(device)) if device else None,
        )
        return self.describe(progress, browser)

    def answer(self, body: dict[str, Any], browser: str) -> dict[str, Any]:
        """The code, and the device that is to be remembered from now on."""
        sign_in = SignIn.from_json(
            body["state"],
            seal=self.key,
            pool_id=self.app["pool_id"],
            client_id=self.app["client_id"],
            bound_to=browser,
        )
        code = {CODES[sign_in.challenge.name]: body["code"]}
        progress = cognito_srp.answer_challenge(self.client, sign_in, code)
        if isinstance(progress, Session) and body.get("remember_device") and progress.new_device:
            try:
                progress.enroll_device(device_name=body.get("device_name"), remember=True)
            except cognito_srp.CallError as error:
                # The user is signed in all the same; a device that nobody keeps harms nobody.
                print(f"no device enrolled: {error}", file=sys.stderr, flush=True)
        return self.describe(progress, browser)

    def describe(self, progress: SignIn | Session, browser: str) -> dict[str, Any]:
        """A question to the user, or the tokens and what the device has to keep."""
        if isinstance(progress, Session):
            device = json.loads(progress.device.to_json()) if progress.device else None
            token = progress.tokens.access_token
            return {"username": progress.username, "access_token": token, "device": device}
        if progress.challenge.name not in CODES:
            raise cognito_srp.ChallengeError(progress.challenge.name, "not offered here")
        state = progress.to_json(seal=self.key, bound_to=browser)
        return {"challenge": progress.challenge.name, "state": state}


class Handler(BaseHTTPRequestHandler):
    """JSON in, JSON out; what was wrong in one word, since the errors' own are for the log."""

    service: Service

    def do_POST(self) -> None:
        routes = {"/sign-in": self.service.sign_in, "/answer": self.service.answer}
        begins = self.path == "/sign-in"
        browser = secrets.token_urlsafe(32) if begins else self.cookie()
        try:
            length = int(self.headers.get("Content-Length", ""))
            if not 0 <= length <= LARGEST_BODY:
                raise ValueError("the body is too long")
            body = json.loads(self.rfile.read(length))
            if not isinstance(body, dict):
                raise ValueError("the body is no object")
            status, answer = 200, routes[self.path](body, browser)
        except cognito_srp.CallError as error:
            self.log_error("%s", error)
            status, answer = failure(error)
        except cognito_srp.ChallengeError as error:
            status, answer = 403, {"error": "challenge", "challenge": error.name}
        except (
            cognito_srp.CognitoSrpError,
            KeyError,
            RecursionError,  # JSON that is nested too deeply
            TypeError,
            ValueError,
        ) as error:
            self.log_error("%s", type(error).__name__)
            status, answer = (400 if self.path in routes else 404), {"error": "request"}
        data = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.send_header("Cache-Control", "no-store")
        if begins:
            how = "HttpOnly; Secure; SameSite=Strict; Path=/answer; Max-Age=900"
            self.send_header("Set-Cookie", f"{COOKIE}={browser}; {how}")
        self.end_headers()
        self.wfile.write(data)

    def cookie(self) -> str:
        """What the browser was given when the sign-in began; empty if it has no such thing."""
        try:
            sent = SimpleCookie(self.headers.get("Cookie", ""))
        except CookieError:
            return ""
        return sent[COOKIE].value if COOKIE in sent else ""


def failure(error: cognito_srp.CallError) -> tuple[int, dict[str, Any]]:
    """The status for what Cognito said. After a wrong code the same state is good for another."""
    if isinstance(error, cognito_srp.ThrottledError):
        return 503, {"error": "busy"}
    if not isinstance(error, cognito_srp.ServiceError):
        return 502, {"error": "unreachable"}
    if error.code in ("CodeMismatchException", "ExpiredCodeException"):
        return 401, {"error": "code"}
    # Whether the name, the password or the time for the code was wrong is nobody's business.
    return 401, {"error": "refused"}


def main() -> None:
    """Serve until Ctrl-C; prints the port, which 0 leaves to the system."""
    Handler.service = Service()
    server = ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler)
    print(server.server_address[1], flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
