"""srp_native's powers under two other SRP packages: pysrp (on PyPI as ``srp``) and srptools.

pip install srp srptools
python examples/other_srp_packages.py
"""

from __future__ import annotations

import srp
import srptools
import srptools.constants

from srp_native import N, backends


def with_pysrp() -> bool:
    """A sign-in in Cognito's group. Without OpenSSL, pysrp draws 2,048 bits for a and b."""
    group = {
        "hash_alg": srp.SHA256,
        "ng_type": srp.NG_CUSTOM,
        "n_hex": format(N, "X").encode(),
        "g_hex": b"2",
    }
    salt, verifier = srp.create_salted_verification_key("ann", "password", **group)
    user = srp.User("ann", "password", **group)
    _, A = user.start_authentication()
    server = srp.Verifier("ann", salt, verifier, A, **group)
    user.verify_session(server.verify_session(user.process_challenge(*server.get_challenge())))
    return bool(user.authenticated() and server.authenticated())


def with_srptools() -> bool:
    """The same with RFC 5054's generator; ``bits_random`` is 1,024 unless it is given."""
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
    with backends.install("srp", "srptools") as installation:
        print(installation)
        print(f"pysrp signs in: {with_pysrp()}")
        print(f"srptools signs in: {with_srptools()}")
    print(f"srptools on the built-in pow signs in: {with_srptools()}")
