"""Kernel adx: bytes and selections, from the machine code that the build makes."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from proofs.proof_adx_field import LIMBS, OPERANDS_AT, OUTSIDE, R, give_constants
from proofs.proof_compiled import LIMB, ONE, Function, Sum, added, compiled, plain, scaled
from proofs.proof_instructions import Processor
from proofs.proof_machine import Machine
from proofs.proof_trace import CSRC, require

from srp_native.group import N

__all__ = ["prove_from_bytes", "prove_select", "prove_to_bytes"]

#: Where bytes, limbs and the table are; the table is the longest.
BYTES_AT, LIMBS_AT, TABLE_AT = OPERANDS_AT[0], OPERANDS_AT[1], 0x100000


def code(folder: Path, name: str, csrc: Path) -> dict[str, Function]:
    return compiled(csrc / "kernels/adx" / name, csrc, folder, OUTSIDE)


def processor(functions: dict[str, Function], name: str, decisions: list[int]) -> Processor:
    """A machine in front of a function, with the constants and what it calls."""
    machine = Processor(functions[name], lambda machine, step: None, decisions=decisions)
    give_constants(machine, functions)
    machine.calls[OUTSIDE["srp_wipe"]] = wiped
    return machine


def wiped(machine: Machine) -> Sum:
    """srp_wipe: what was there has no meaning any more."""
    at, size = (plain(machine.registers[name]) for name in ("rdi", "rsi"))
    require(at is not None and size is not None, "an address that depends on a value")
    for k in range(0, size or 0, 8):
        machine.store((at or 0) + k, {})
    return {}


def prove_from_bytes(folder: Path, *, csrc: Path = CSRC) -> None:
    """Limb k is bytes 384 - 8 (k + 1) and on, turned around: big-endian bytes."""
    machine = processor(code(folder, "adx_field.c", csrc), "adx_from_bytes", [])
    machine.give("rsi", "bytes", BYTES_AT, LIMBS)
    machine.registers["rdi"] = {ONE: LIMBS_AT}
    machine.writable.append(range(LIMBS_AT, LIMBS_AT + 8 * LIMBS, 8))
    machine.run()
    for k in range(LIMBS):
        (atom,) = machine.memory.get(LIMBS_AT + 8 * k) or [ONE]
        right = machine.turned.get(atom) == {("bytes", LIMBS - 1 - k): 1}
        require(right, f"limb {k} is not made of its bytes")


def prove_to_bytes(folder: Path, *, above: int, csrc: Path = CSRC) -> None:
    """The bytes are the limbs, less N where the carry out of limbs + R - N is 1 (`above`).

    That carry says that limbs - N is not below 0. The sum of the digits that are written is between
    0 and R - 1, as each is one word; so it is limbs - N or limbs, whichever is in [0, N): R < 2 N.
    """
    machine = processor(code(folder, "adx_field.c", csrc), "adx_to_bytes", [above])
    machine.give("rsi", "a", LIMBS_AT, LIMBS)
    machine.registers["rdi"] = {ONE: BYTES_AT}
    machine.writable.append(range(BYTES_AT, BYTES_AT + 8 * LIMBS, 8))
    machine.run()
    require(not machine.decisions, "whether limbs are below N is not looked at")
    words = []
    for k in range(LIMBS):
        (atom,) = machine.memory.get(BYTES_AT + 8 * (LIMBS - 1 - k)) or [ONE]
        require(atom in machine.turned, f"bytes of limb {k} are not turned around")
        words.append(scaled(machine.turned[atom], LIMB**k))
    expected: Sum = {("a", k): LIMB**k for k in range(LIMBS)}
    if above:
        expected[ONE] = -N
    left = added(*words, scaled(expected, -1))
    last = [atom for atom in machine.decided if atom[0] == "carry"]
    require(len(last) == 1, "one carry decides")
    require(left == {}, f"a term too many or too few: {list(left)[:3]}")
    require(R < 2 * N, "limbs - N may be N or more")


def prove_select(
    folder: Path, *, entries: int = 64, indices: Iterable[int] | None = None, csrc: Path = CSRC
) -> None:
    """result = table[index] for every index, with the same instructions and addresses for all."""
    functions = code(folder, "adx_select.c", csrc)
    touched: list[int] = []
    for index in range(entries) if indices is None else indices:
        machine = processor(functions, "adx_select", [])
        machine.give("rsi", "table", TABLE_AT, LIMBS * entries)
        for register, value in (("rdi", LIMBS_AT), ("rdx", entries), ("rcx", index)):
            machine.registers[register] = {ONE: value} if value else {}
        machine.writable.append(range(LIMBS_AT, LIMBS_AT + 8 * LIMBS, 8))
        machine.run()
        for k in range(LIMBS):
            right = machine.memory.get(LIMBS_AT + 8 * k) == {("table", LIMBS * index + k): 1}
            require(right, f"index {index} does not select its entry")
        require(touched in ([], machine.touched), "instructions or addresses depend on the index")
        touched = machine.touched
