"""The instructions of proof_machine.py's machine: those of the rows, and those that GCC chooses.

A vector register is its lanes of 64 bits, each of which is what a register is.
"""

from __future__ import annotations

from typing import Any, ClassVar

from capstone import x86
from proofs.proof_compiled import LIMB, Atom, Sum, number, plain
from proofs.proof_machine import Machine, Rule
from proofs.proof_trace import ProofError, require

__all__ = ["Processor"]

#: Whole vectors from here to there, and what is done bit by bit.
MOVES = ("movdqu", "movdqa", "movups", "movaps", "vmovdqu", "vmovdqa", "vmovups", "vmovaps")
BITWISE = ("pxor", "pand", "por", "vpxor", "vpand", "vpor")


class Processor(Machine):
    """The machine with its instructions."""

    def lanes(self, step: Any, operand: Any, count: int) -> list[Sum]:
        """The lanes of a vector in a register or in memory, of which there are `count`."""
        if operand.type == x86.X86_OP_MEM:
            at = self.address(step, operand)
            return [self.load(at + 8 * k) for k in range(count)]
        name = step.reg_name(operand.reg)[3:]
        found = [self.registers.get(f"lane {name} {k}") for k in range(count)]
        if None in found:
            raise ProofError(f"a read of what was not written: {step.mnemonic} {step.op_str}")
        return [lane for lane in found if lane is not None]

    def write_lanes(self, step: Any, operand: Any, values: list[Sum]) -> None:
        if operand.type == x86.X86_OP_MEM:
            at = self.address(step, operand)
            for k, value in enumerate(values):
                self.store(at + 8 * k, value)
            return
        name = step.reg_name(operand.reg)[3:]
        if step.mnemonic[0] == "v":  # which clears the rest of a register
            values = [*values, *[{}] * (4 - len(values))]
        for k, value in enumerate(values):
            self.registers[f"lane {name} {k}"] = value

    def width(self, step: Any) -> int:
        """Lanes of an instruction on vectors."""
        return 4 if "ymm" in step.op_str else 2

    def _move_lanes(self, step: Any) -> None:
        target, source = step.operands
        self.write_lanes(step, target, self.lanes(step, source, self.width(step)))

    def _lane_from_register(self, step: Any) -> None:
        target, source = step.operands
        self.write_lanes(step, target, [self.read(step, source), {}])

    def _lower_lanes(self, step: Any) -> None:
        """punpcklqdq: the lowest lane of either."""
        target, source = step.operands
        lower = [self.lanes(step, operand, 1)[0] for operand in (target, source)]
        self.write_lanes(step, target, lower)

    def _broadcast(self, step: Any) -> None:
        target, source = step.operands
        (lane,) = self.lanes(step, source, 1)
        self.write_lanes(step, target, [lane] * self.width(step))

    def _bitwise(self, step: Any) -> None:
        """and, or, xor of two vectors, the target being one of them unless there are three."""
        target, width = step.operands[0], self.width(step)
        one, other = step.operands[-2:]
        name = step.mnemonic.removeprefix("v")
        registers = one.type == other.type == x86.X86_OP_REG
        if name == "pxor" and registers and one.reg == other.reg:
            self.write_lanes(step, target, [{}] * width)
            return
        operation = {"pxor": self.flipped, "pand": self.kept, "por": self.joined}[name]
        pairs = zip(self.lanes(step, one, width), self.lanes(step, other, width), strict=True)
        self.write_lanes(step, target, [operation(a, b) for a, b in pairs])

    def joined(self, a: Sum, b: Sum) -> Sum:
        """a | b, one of which is 0."""
        require({} in (a, b), "an or of two values")
        return a or b

    def _copy(self, step: Any) -> None:
        """rep movsq"""
        count, to, at = (plain(self.registers[name]) for name in ("rcx", "rdi", "rsi"))
        require(None not in (count, to, at), "an address that depends on a value")
        for k in range(count or 0):
            self.store((to or 0) + 8 * k, self.load((at or 0) + 8 * k))
        self.registers["rcx"] = {}
        for name, start in (("rdi", to), ("rsi", at)):
            self.registers[name] = number((start or 0) + 8 * (count or 0))

    def _leave(self, step: Any) -> None:
        self.registers["rsp"] = self.registers["rbp"]
        self.registers["rbp"] = self.popped()

    def _swap(self, step: Any) -> None:
        """The eight bytes of a value turned around, as an atom of its own."""
        value = self.read(step, step.operands[0])
        atom: Atom = ("turned", len(self.turned))
        self.turned[atom] = value
        self.write(step, step.operands[0], {atom: 1})

    def _test(self, step: Any) -> None:
        a, b = (plain(self.read(step, operand)) for operand in step.operands)
        require(a is not None and b is not None, "a comparison of values")
        self.carry, self.overflow, self.zero = {}, {}, int((a or 0) & (b or 0) == 0)

    def _fill(self, step: Any) -> None:
        """rep stosq"""
        count, at = (plain(self.registers[name]) for name in ("rcx", "rdi"))
        require(count is not None and at is not None, "an address that depends on a value")
        for k in range(count or 0):
            self.store((at or 0) + 8 * k, self.registers["rax"])
        self.registers["rcx"] = {}
        self.registers["rdi"] = number((at or 0) + 8 * (count or 0))

    def _shift_down(self, step: Any) -> None:
        value = plain(self.read(step, step.operands[0]))
        require(value is not None, "a shift of what is not known")
        signed = step.mnemonic == "sar" and (value or 0) >> 63
        shifted = (value or 0) - (LIMB if signed else 0) >> step.operands[1].imm
        self.write(step, step.operands[0], number(shifted % LIMB))
        self.carry = self.overflow = self.zero = None

    def _push(self, step: Any) -> None:
        at = (plain(self.registers["rsp"]) or 0) - 8
        self.registers["rsp"] = number(at)
        require(any(at in room for room in self.writable), "the stack is too deep")
        self.memory[at] = self.read(step, step.operands[0])

    def _pop(self, step: Any) -> None:
        self.write(step, step.operands[0], self.popped())

    def _return(self, step: Any) -> int | None:
        return plain(self.popped())

    rules: ClassVar[dict[str, Rule]] = {
        "mov": lambda m, s: m.write(s, s.operands[0], m.read(s, s.operands[1])),
        "xor": lambda m, s: m._flip(s),
        "not": lambda m, s: m._turn(s),
        "shr": lambda m, s: m._shift_down(s),
        "sar": lambda m, s: m._shift_down(s),
        "rep stosq": lambda m, s: m._fill(s),
        "mulx": lambda m, s: m._multiply(s),
        "adcx": lambda m, s: m._add_chain(s, "carry"),
        "adox": lambda m, s: m._add_chain(s, "overflow"),
        "adc": lambda m, s: m._add(s, with_carry=True),
        "add": lambda m, s: m._move_pointer(s, 1),
        "sub": lambda m, s: m._move_pointer(s, -1),
        "neg": lambda m, s: m._negate(s),
        "dec": lambda m, s: m._count(s, -1),
        "test": lambda m, s: m._test(s),
        "jne": lambda m, s: m._jump_if(s, 0),
        "je": lambda m, s: m._jump_if(s, 1),
        "push": lambda m, s: m._push(s),
        "pop": lambda m, s: m._pop(s),
        "sbb": lambda m, s: m._subtract(s),
        "and": lambda m, s: m._keep(s),
        "lea": lambda m, s: m._address_of(s),
        "cmp": lambda m, s: m._compare(s),
        "jmp": lambda m, s: int(s.operands[0].imm),
        "jrcxz": lambda m, s: m._jump_if_rcx_zero(s),
        "call": lambda m, s: m._call(s),
        "ret": lambda m, s: m._return(s),
        "leave": lambda m, s: m._leave(s),
        "bswap": lambda m, s: m._swap(s),
        "rep movsq": lambda m, s: m._copy(s),
        "nop": lambda m, s: None,
        "vzeroupper": lambda m, s: None,
        **dict.fromkeys(MOVES, lambda m, s: m._move_lanes(s)),
        **dict.fromkeys(BITWISE, lambda m, s: m._bitwise(s)),
        "vmovq": lambda m, s: m._lane_from_register(s),
        "movq": lambda m, s: m._lane_from_register(s),
        "punpcklqdq": lambda m, s: m._lower_lanes(s),
        "vpbroadcastq": lambda m, s: m._broadcast(s),
    }
