"""srp_native's powers under two other SRP packages: pysrp (on PyPI as ``srp``) and srptools.

    pip install srp srptools
    python examples/powmod_backend.py

Both compute with Python's built-in ``pow``, and look it up in their own module first.
"""

from __future__ import annotations

import secrets

import srp._pysrp as pysrp
import srptools
import srptools.constants
import srptools.context

import srp_native


def constant_time_pow(base: int, exponent: int, modulus: int) -> int:
    """As the built-in, in constant time: every exponent of theirs but u is a secret."""
    return srp_native.powmod(base, exponent, modulus, constant_time=True)


def go_under() -> None:
    """From here on, for every caller in this process."""
    pysrp.pow = constant_time_pow  # pyright: ignore[reportAttributeAccessIssue]
    srptools.context.pow = constant_time_pow  # pyright: ignore[reportAttributeAccessIssue]


def with_pysrp() -> bool:
    """A sign-in, with 256 bits in a and b: theirs have 2,048 unless they are given."""
    group = {"hash_alg": pysrp.SHA256, "ng_type": pysrp.NG_2048}
    salt, verifier = pysrp.create_salted_verification_key("ann", "password", **group)
    user = pysrp.User("ann", "password", bytes_a=_short(), **group)
    _, A = user.start_authentication()
    server = pysrp.Verifier("ann", salt, verifier, A, bytes_b=_short(), **group)
    user.verify_session(server.verify_session(user.process_challenge(*server.get_challenge())))
    return bool(user.authenticated() and server.authenticated())


def _short() -> bytes:
    """256 random bits in the 256 bytes that pysrp wants."""
    return secrets.token_bytes(32).rjust(256, b"\0")


def with_srptools() -> bool:
    """The same; ``bits_random`` is 1,024 unless it is given."""
    constants = srptools.constants
    group = {
        "prime": constants.PRIME_3072,
        "generator": constants.PRIME_3072_GEN,
        "bits_random": 256,
    }
    context = srptools.SRPContext("ann", "password", **group)
    _, verifier, salt = context.get_user_data_triplet()
    server = srptools.SRPServerSession(
        srptools.SRPContext("ann", **group), password_verifier=verifier
    )
    client = srptools.SRPClientSession(context)
    _, proof, _ = client.process(server.public, salt)
    server.process(client.public, salt)
    return bool(server.verify_proof(proof) and client.verify_proof(server.key_proof_hash))


if __name__ == "__main__":
    go_under()
    print(f"engine {srp_native.engine().name}")
    print(f"pysrp signs in: {with_pysrp()}")
    print(f"srptools signs in: {with_srptools()}")
