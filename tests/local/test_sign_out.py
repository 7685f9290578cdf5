"""Tokens that are taken back: RevokeToken, GlobalSignOut, AdminUserGlobalSignOut."""

from __future__ import annotations

from typing import Any

import pytest
from support.local_people import MakePerson, Person, Refused

ACCESS = ("NotAuthorizedException", "Access Token has been revoked")
REFRESH = ("NotAuthorizedException", "Refresh Token has been revoked")


@pytest.fixture
def person(make_person: MakePerson) -> Any:
    return make_person(remember_devices="no")


def refresh(person: Person, tokens: Any) -> Any:
    return person.client.initiate_auth(
        AuthFlow="REFRESH_TOKEN_AUTH",
        ClientId=person.pool.client_id,
        AuthParameters={"REFRESH_TOKEN": tokens["RefreshToken"]},
    )["AuthenticationResult"]


def refused_everywhere(person: Person, tokens: Any, refused: Refused) -> None:
    with refused(*ACCESS):
        person.client.get_user(AccessToken=tokens["AccessToken"])
    with refused(*REFRESH):
        refresh(person, tokens)


def test_revoking_ends_one_sign_in(person: Person, refused: Refused) -> None:
    tokens, others = person.tokens(), person.tokens()
    later = refresh(person, tokens)
    app = {"ClientId": person.pool.client_id}
    for _ in range(2):  # again is no error
        person.client.revoke_token(**app, Token=tokens["RefreshToken"])
    refused_everywhere(person, tokens, refused)
    with refused(*ACCESS):
        person.client.get_user(AccessToken=later["AccessToken"])
    person.client.get_user(AccessToken=others["AccessToken"])
    refresh(person, others)
    person.client.revoke_token(**app, Token="unknown")


def test_revoking_ends_rotated_tokens_too(person: Person, refused: Refused) -> None:
    person.pool = person.pool.create_client(
        RefreshTokenRotation={"Feature": "ENABLED", "RetryGracePeriodSeconds": 60},
        ExplicitAuthFlows=["ALLOW_USER_SRP_AUTH"],
    )
    app = {"ClientId": person.pool.client_id}
    old = person.tokens()["RefreshToken"]
    answer = person.client.get_tokens_from_refresh_token(**app, RefreshToken=old)
    new = answer["AuthenticationResult"]["RefreshToken"]
    person.client.revoke_token(**app, Token=old)
    for token in (old, new):
        with refused(*REFRESH):
            person.client.get_tokens_from_refresh_token(**app, RefreshToken=token)


def test_what_cannot_be_revoked(person: Person, make_person: MakePerson, refused: Refused) -> None:
    tokens, app = person.tokens(), {"ClientId": person.pool.client_id}
    with refused("UnsupportedTokenTypeException"):
        person.client.revoke_token(**app, Token=tokens["AccessToken"])
    with refused("UnauthorizedException"):
        person.client.revoke_token(ClientId="unknown", Token=tokens["RefreshToken"])
    # Another client's token is left alone.
    foreign = make_person(client_secret=True).pool
    with refused("UnauthorizedException"):
        person.client.revoke_token(ClientId=foreign.client_id, Token=tokens["RefreshToken"])
    person.client.revoke_token(
        ClientId=foreign.client_id,
        ClientSecret=foreign.client_secret,
        Token=tokens["RefreshToken"],
    )
    refresh(person, tokens)
    without = person.pool.create_client(EnableTokenRevocation=False)
    with refused("UnsupportedOperationException"):
        person.client.revoke_token(ClientId=without.client_id, Token=tokens["RefreshToken"])


@pytest.mark.parametrize("admin", [False, True])
def test_signing_out_everywhere(
    person: Person, make_person: MakePerson, refused: Refused, admin: Any
) -> None:
    tokens, others, bystander = person.tokens(), person.tokens(), make_person(person.pool)
    theirs = bystander.tokens()
    if admin:
        named = {"UserPoolId": person.pool.pool_id, "Username": person.username}
        person.client.admin_user_global_sign_out(**named)
    else:
        person.client.global_sign_out(AccessToken=tokens["AccessToken"])
    for gone in (tokens, others):
        refused_everywhere(person, gone, refused)
    bystander.client.get_user(AccessToken=theirs["AccessToken"])
    person.client.get_user(AccessToken=person.tokens()["AccessToken"])


def test_signing_out_takes_a_token(person: Person, refused: Refused) -> None:
    tokens = person.tokens()
    person.client.global_sign_out(AccessToken=tokens["AccessToken"])
    with refused(*ACCESS):
        person.client.global_sign_out(AccessToken=tokens["AccessToken"])


def test_a_password_that_is_changed(person: Person, refused: Refused) -> None:
    """The verifier keeps step, whoever changes it; the old password is worth nothing."""
    token = person.tokens()["AccessToken"]
    change = {"AccessToken": token, "ProposedPassword": "Other-horse-2"}
    with refused("NotAuthorizedException", "Incorrect username or password."):
        person.client.change_password(**change, PreviousPassword="Wrong-horse-1")
    old = person.password
    person.client.change_password(**change, PreviousPassword=old)
    with refused("NotAuthorizedException", "Incorrect username or password."):
        person.tokens()
    person.password = "Other-horse-2"
    person.tokens()
    person.pool.set_password(person.username, "Third-horse-3")
    with refused("NotAuthorizedException", "Incorrect username or password."):
        person.tokens()
    person.password = "Third-horse-3"
    person.tokens()
