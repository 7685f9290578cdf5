"""HomeKit's pairing by three packages: on the built-in pow, and on srp_native by docs/backends.md.

Argument: how often each is timed. Prints as JSON, for each package, what it exchanged on each, and
the least CPU time of a pairing in milliseconds.
"""

from __future__ import annotations

import hashlib
import json
import sys
import time
from collections.abc import Callable

import aiohomekit.crypto.srp
import pyhap.hsrp
from pyatv.auth.hap_srp import SRPAuthHandler
from pyhap.params import get_srp_context

from srp_native import backends

PIN = "123-45-678"
SALT, SECRET = bytes(range(1, 17)), bytes(range(101, 133))

Pairing = Callable[[], list[str]]


class FixedServer(aiohomekit.crypto.srp.SrpServer):  # type: ignore[misc]
    """Draws the same salt and secret every time, so that two runs can be compared."""

    def _create_salt_bytes(self) -> bytes:
        return SALT

    @staticmethod
    def generate_private_key() -> int:
        return int.from_bytes(SECRET[:16], "big")


class FixedClient(aiohomekit.crypto.srp.SrpClient):  # type: ignore[misc]
    """Draws the same secret every time."""

    @staticmethod
    def generate_private_key() -> int:
        return int.from_bytes(SECRET[16:], "big")


def with_hap_python() -> list[str]:
    """The accessory's side: verifier, B, S."""
    server = pyhap.hsrp.Server(
        get_srp_context(3072, hashlib.sha512, 16),
        b"Pair-Setup",
        PIN.encode(),
        s=SALT,
        b=int.from_bytes(SECRET, "big"),
    )
    server.set_A(CONTROLLER_PUBLIC)
    return [server.Bb.hex(), server.M.hex(), server.verify(server.M).hex()]


def with_aiohomekit() -> list[str]:
    """Both sides."""
    server, client = FixedServer("Pair-Setup", PIN), FixedClient("Pair-Setup", PIN)
    client.set_salt(bytearray(server.salt_b))
    client.set_server_public_key(server.get_public_key_bytes())
    server.set_client_public_key(client.get_public_key_bytes())
    proof = client.get_proof_bytes()
    assert server.verify_clients_proof_bytes(proof)
    assert client.verify_servers_proof_bytes(server.get_proof_bytes(proof))
    return [client.get_public_key_bytes().hex(), server.B_b.hex(), proof.hex()]


def with_pyatv() -> list[str]:
    """The controller's side: A, S."""
    handler = SRPAuthHandler()
    handler.initialize()
    handler._auth_private = SECRET
    handler.step1(PIN)
    return [part.hex() for part in handler.step2(ACCESSORY_PUBLIC, SALT)]


CONTROLLER_PUBLIC = bytes(FixedClient("Pair-Setup", PIN).get_public_key_bytes())
ACCESSORY_PUBLIC = bytes(FixedServer("Pair-Setup", PIN).get_public_key_bytes())

RECIPES: dict[str, tuple[Pairing, Callable[[], backends.Installation]]] = {
    "HAP-python, the accessory": (with_hap_python, lambda: backends.under(pyhap.hsrp)),
    "aiohomekit, both sides": (with_aiohomekit, lambda: backends.under(aiohomekit.crypto.srp)),
    "pyatv, the controller": (with_pyatv, lambda: backends.install("srptools")),
}


def packages_agree() -> None:
    """aiohomekit's controller with HAP-python's accessory, pyatv's with aiohomekit's."""
    accessory = pyhap.hsrp.Server(
        get_srp_context(3072, hashlib.sha512, 16), b"Pair-Setup", PIN.encode()
    )
    controller = aiohomekit.crypto.srp.SrpClient("Pair-Setup", PIN)
    controller.set_salt(bytearray(accessory.s))
    controller.set_server_public_key(accessory.B.to_bytes(384, "big"))
    accessory.set_A(controller.get_public_key_bytes())
    hamk = accessory.verify(controller.get_proof_bytes())
    assert hamk is not None
    assert controller.verify_servers_proof_bytes(hamk)
    public, proof = map(bytes.fromhex, with_pyatv())
    server = FixedServer("Pair-Setup", PIN)
    server.set_client_public_key(public.rjust(384, b"\0"))
    assert server.verify_clients_proof_bytes(proof)


def cpu_milliseconds(pairing: Pairing) -> float:
    began = time.process_time()
    pairing()
    return 1e3 * (time.process_time() - began)


def compared(name: str, rounds: int) -> dict[str, object]:
    """What is exchanged, and the least time: the two take turns."""
    pairing, recipe = RECIPES[name]
    pow_took, ours_took = [], []
    for _ in range(rounds):
        pow_took.append(cpu_milliseconds(pairing))
        with recipe() as installation:
            ours_took.append(cpu_milliseconds(pairing))
    on_pow = pairing()
    with recipe():
        on_ours = pairing()
    return {
        "on_pow": on_pow,
        "on_ours": on_ours,
        "pow_ms": min(pow_took),
        "ours_ms": min(ours_took),
        "installation": repr(installation),
    }


def main() -> None:
    report = {name: compared(name, int(sys.argv[1])) for name in RECIPES}
    packages_agree()
    with (
        backends.under(pyhap.hsrp),
        backends.under(aiohomekit.crypto.srp),
        backends.install("srptools"),
    ):
        packages_agree()
    print(json.dumps(report))


if __name__ == "__main__":
    main()
