"""Machine code of x86-64, run on numbers that are unknown.

Registers and memory hold sums of atoms with integer factors (proof_forms.py's kind): addresses and
counters are plain numbers, everything else is made of the operands' limbs, halves of products and
carries. An addition gives its sum and a carry that is an atom of its own, with
sum + 2^64 carry = a + b + the carry in, so that an identity holds over the integers.

A branch, an address or a counter that is not a plain number is refused: constant time. So is a read
of memory that was neither given nor written, and a write outside the regions that may be written.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar

from capstone import x86
from proofs.proof_compiled import (
    LIMB,
    ONE,
    Atom,
    Function,
    Sum,
    added,
    number,
    plain,
    scaled,
    settled,
)
from proofs.proof_trace import ProofError, require

__all__ = ["KEPT_LOCALLY", "RETURN", "Machine", "Rule"]

STEPS = 200_000
RETURN = 0xDEAD0000
STACK = 0x7000_0000
#: What GCC counts on of a function of the same file, as it sees which registers that one uses.
KEPT_LOCALLY = ("r11",)
SAVED = ("rbx", "rbp", "r12", "r13", "r14", "r15")
#: 32-bit registers write their upper half with zeros.
WIDE = {
    **{f"e{name}": f"r{name}" for name in ("ax", "bx", "cx", "dx", "si", "di", "bp")},
    **{f"r{i}d": f"r{i}" for i in range(8, 16)},
}


#: What an instruction does, and where to go on if not behind it.
Rule = Callable[[Any, Any], int | None]


def is_mask(value: Sum) -> bool:
    """All ones or 0, or all ones where a carry is 1."""
    if plain(value) is not None:
        return plain(value) in (0, LIMB - 1)
    ((bit, factor),) = value.items() if len(value) == 1 else (((), 0),)
    return bit[:1] == ("carry",) and factor == LIMB - 1


@dataclass
class Machine:
    """A CPU in front of a function of the System V convention; proof_instructions.py says what
    its instructions are."""

    rules: ClassVar[dict[str, Rule]] = {}

    function: Function
    #: Called with the machine and the instruction before each.
    watch: Callable[[Machine, Any], None]
    registers: dict[str, Sum] = field(default_factory=dict)
    memory: dict[int, Sum] = field(default_factory=dict)
    writable: list[range] = field(default_factory=list)
    carry: Sum | None = None
    overflow: Sum | None = None
    zero: int | None = None
    carries: int = 0
    #: Contracts of the functions that are called, by address.
    calls: dict[int, Callable[[Machine], Sum]] = field(default_factory=dict)
    local: set[int] = field(default_factory=set)
    #: What masks are taken to be, and the carries that were decided.
    decisions: list[int] = field(default_factory=list)
    decided: dict[Atom, int] = field(default_factory=dict)
    #: The two values of a ^ b, and the values whose bytes were turned around.
    differences: dict[Atom, tuple[Sum, Sum]] = field(default_factory=dict)
    turned: dict[Atom, Sum] = field(default_factory=dict)
    #: Addresses of instructions and of what they read and write, in order.
    touched: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        for name in (*SAVED, *KEPT_LOCALLY):
            self.registers[name] = {("saved", name): 1}
        self.registers["rsp"] = number(STACK)
        self.memory[STACK] = number(RETURN)
        self.writable.append(range(STACK - 1024, STACK, 8))

    def give(self, register: str, name: str, at: int, limbs: int, *, write: bool = False) -> None:
        """An operand of so many limbs in memory, whose address is in a register."""
        self.registers[register] = number(at)
        for i in range(limbs):
            self.memory[at + 8 * i] = {(name, i): 1}
        if write:
            self.writable.append(range(at, at + 8 * limbs, 8))

    def run(self) -> None:
        """To the end, where everything that is the caller's is as it was."""
        at = self.function.start
        for _ in range(STEPS):
            if at == RETURN:
                break
            step = self.function.code.get(at)
            require(step is not None, f"no instruction at {at:x}")
            assert step is not None
            self.watch(self, step)
            self.touched.append(at)
            at = self._step(step)
        require(at == RETURN, "the function does not end")
        require(plain(self.registers["rsp"]) == STACK + 8, "the stack is not where it was")
        for name in SAVED:
            require(self.registers[name] == {("saved", name): 1}, f"{name} is not restored")

    # ---- operands

    def address(self, step: Any, operand: Any) -> int:
        total = operand.mem.disp
        if operand.mem.base == x86.X86_REG_RIP:
            return int(total + step.address + step.size)
        require(operand.mem.segment == 0, "a segment")
        for part, times in ((operand.mem.base, 1), (operand.mem.index, operand.mem.scale)):
            if part:
                value = plain(self.registers.get(step.reg_name(part)))
                require(value is not None, f"an address that depends on a value: {step.op_str}")
                total += (value or 0) * times
        return int(total)

    def read(self, step: Any, operand: Any) -> Sum:
        if operand.type == x86.X86_OP_IMM:
            return number(operand.imm % LIMB)
        if operand.type == x86.X86_OP_MEM:
            return self.load(self.address(step, operand))
        name = step.reg_name(operand.reg)
        value = self.registers.get(WIDE.get(name, name))
        if value is None:
            raise ProofError(f"a read of what was not written: {step.mnemonic} {step.op_str}")
        return value

    def write(self, step: Any, operand: Any, value: Sum) -> None:
        if operand.type == x86.X86_OP_MEM:
            self.store(self.address(step, operand), value)
            return
        name = step.reg_name(operand.reg)
        self.registers[WIDE.get(name, name)] = value

    def load(self, at: int) -> Sum:
        self.touched.append(at)
        if at not in self.memory:
            raise ProofError(f"a read of what was not written, at {at:x}")
        return self.memory[at]

    def store(self, at: int, value: Sum) -> None:
        self.touched.append(at)
        require(any(at in room for room in self.writable), f"a write to {at:x}")
        self.memory[at] = value

    # ---- instructions

    def _step(self, step: Any) -> int:
        rule = self.rules.get(step.mnemonic)
        if rule is None:
            raise ProofError(f"an instruction that is not known: {step.mnemonic} {step.op_str}")
        target = rule(self, step)
        return step.address + step.size if target is None else int(target)

    def _sum(self, a: Sum, b: Sum, carry: Sum | None) -> tuple[Sum, Sum]:
        """a + b + carry as 64 bits, and the carry out."""
        if carry is None:
            raise ProofError("a carry that is not known is added")
        total = added(a, b, carry)
        value = plain(total)
        if value is not None:
            return number(value % LIMB), number(value // LIMB)
        self.carries += 1
        out: Sum = {("carry", self.carries): 1}
        return added(total, scaled(out, -LIMB)), out

    def _add(self, step: Any, *, with_carry: bool) -> None:
        target, source = step.operands
        carry = self.carry if with_carry else {}
        if carry is not None and step.reg_name(target.reg) in WIDE:
            require(self.read(step, target) == self.read(step, source) == {}, "a 32-bit sum")
            self.write(step, target, carry)
            self.carry = self.overflow = self.zero = None
            return
        total, self.carry = self._sum(self.read(step, target), self.read(step, source), carry)
        self.write(step, target, total)
        self.overflow = self.zero = None

    def _add_chain(self, step: Any, name: str) -> None:
        """adcx and adox leave the other flags alone."""
        target, source = step.operands
        carry: Sum | None = getattr(self, name)
        total, out = self._sum(self.read(step, target), self.read(step, source), carry)
        self.write(step, target, total)
        setattr(self, name, out)

    def _multiply(self, step: Any) -> None:
        high, low, source = step.operands
        a, b = self.registers["rdx"], self.read(step, source)
        require(list(a.values()) == [1] == list(b.values()), "a product of what is no single limb")
        pair = tuple(sorted((next(iter(a)), next(iter(b)))))
        self.write(step, low, {("low", *pair): 1})
        self.write(step, high, {("high", *pair): 1})

    def _flip(self, step: Any) -> None:
        """r ^ r, which is 0, and a ^ mask."""
        target, source = step.operands
        if target.type == x86.X86_OP_REG and target.reg == source.reg:
            self.write(step, target, {})
            self.carry, self.overflow, self.zero = {}, {}, 1
            return
        self.write(step, target, self.flipped(*(self.read(step, o) for o in step.operands)))
        self.carry, self.overflow, self.zero = {}, {}, None

    def flipped(self, value: Sum, mask: Sum) -> Sum:
        """value ^ mask, or of two values an atom that gives one of them back for the other."""
        known = plain(value), plain(mask)
        if known[0] is not None and known[1] is not None:
            return number(known[0] ^ known[1])
        if is_mask(value) and not is_mask(mask):
            value, mask = mask, value
        if is_mask(mask):
            turned = added(number(LIMB - 1), scaled(value, -1))
            return turned if self.decided_mask(mask) else settled(value, self.decided)
        for one, other in ((value, mask), (mask, value)):
            pair = self.differences.get(next(iter(one), ONE), ())
            values = [settled(part, self.decided) for part in pair]
            if other in values:
                return values[1 - values.index(other)]
        atom: Atom = ("difference", len(self.differences))
        self.differences[atom] = (value, mask)
        return {atom: 1}

    def decided_mask(self, mask: Sum) -> int:
        """The value of a mask, which is decided if it is not: `decisions` says how."""
        require(is_mask(mask), "an operand that is no mask")
        if plain(mask) is None:
            (bit,) = mask
            if bit not in self.decided:
                self.decide(bit)
        return plain(settled(mask, self.decided)) or 0

    def kept(self, value: Sum, other: Sum) -> Sum:
        """value & other, one of which is a mask, or of plain numbers."""
        known = plain(value), plain(other)
        if known[0] is not None and known[1] is not None:
            return number(known[0] & known[1])
        if not is_mask(other):
            value, other = other, value
        return settled(value, self.decided) if self.decided_mask(other) else {}

    def _turn(self, step: Any) -> None:
        value = plain(self.read(step, step.operands[0]))
        require(value is not None, "a not of what is not known")
        self.write(step, step.operands[0], number(LIMB - 1 - (value or 0)))

    def _negate(self, step: Any) -> None:
        """CF = whether the operand was not 0, which is known of plain numbers, bits and masks."""
        target = step.operands[0]
        value = self.read(step, target)
        known = plain(value)
        if known is not None:
            self.carry, result = number(int(known != 0)), number(-known % LIMB)
        else:
            ((bit, factor),) = value.items() if len(value) == 1 else (((), 0),)
            right = bit[:1] in (("carry",), ("carry in",)) and factor in (1, LIMB - 1)
            require(right, "a carry that may be more than 1")
            self.carry, result = {bit: 1}, {bit: LIMB - factor}
        self.overflow = self.zero = None
        self.write(step, target, result)

    def _subtract(self, step: Any) -> None:
        """a - b - CF, or -CF of one register and itself."""
        target, source = step.operands
        if self.carry is None:
            raise ProofError("a carry that is not known is taken")
        if target.type == source.type == x86.X86_OP_REG and target.reg == source.reg:
            self.write(step, target, scaled(self.carry, LIMB - 1))
            return
        difference = added(
            self.read(step, target), scaled(added(self.read(step, source), self.carry), -1)
        )
        self.carries += 1
        self.carry = {("carry", self.carries): 1}
        self.write(step, target, added(difference, scaled(self.carry, LIMB)))
        self.overflow = self.zero = None

    def _keep(self, step: Any) -> None:
        """a & mask, or an and of plain numbers."""
        self.write(step, step.operands[0], self.kept(*(self.read(step, o) for o in step.operands)))
        self.carry, self.overflow, self.zero = {}, {}, None

    def decide(self, bit: Atom) -> None:
        """A carry is 0 or 1 from here on."""
        value = self.decisions.pop(0)
        self.settle({bit: value})

    def settle(self, carries: dict[Atom, int]) -> None:
        """These carries are so from here on, wherever they are."""
        self.decided.update(carries)
        for flag in ("carry", "overflow"):
            total = getattr(self, flag)
            setattr(self, flag, total and settled(total, carries))
        for place in (self.registers, self.memory):
            for key, total in place.items():
                place[key] = settled(total, carries)  # type: ignore[index]

    def _address_of(self, step: Any) -> None:
        self.write(step, step.operands[0], number(self.address(step, step.operands[1])))

    def _compare(self, step: Any) -> None:
        a, b = (plain(self.read(step, operand)) for operand in step.operands)
        require(a is not None and b is not None, "a comparison of values")
        self.carry = self.overflow = None
        self.zero = int(a == b)

    def _jump_if_rcx_zero(self, step: Any) -> int | None:
        count = plain(self.registers["rcx"])
        require(count is not None, "a branch that depends on a value")
        return None if count else int(step.operands[0].imm)

    def _call(self, step: Any) -> None:
        """A function that is shown by itself: its contract, and what a call leaves unknown."""
        contract = self.calls.get(step.operands[0].imm)
        if contract is None:
            raise ProofError(f"a call that has no contract: {step.op_str}")
        result = contract(self)
        kept = KEPT_LOCALLY if step.operands[0].imm in self.local else ()
        for name in ("rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11"):
            if name not in kept:
                self.registers.pop(name, None)
        for name in [name for name in self.registers if name.startswith("lane")]:
            self.registers.pop(name)
        self.registers["rax"] = result
        self.carry = self.overflow = self.zero = None

    def _count(self, step: Any, change: int) -> None:
        value = plain(self.read(step, step.operands[0]))
        require(value is not None, f"a counter that depends on a value: {step.op_str}")
        result = ((value or 0) + change) % LIMB
        self.write(step, step.operands[0], number(result))
        self.overflow, self.zero = None, int(result == 0)

    def _move_pointer(self, step: Any, sign: int) -> None:
        value, more = (plain(self.read(step, operand)) for operand in step.operands)
        if value is None or more is None:
            require(sign > 0, f"a difference of values: {step.op_str}")
            self._add_bit(step)
            return
        short = (
            step.operands[0].type == x86.X86_OP_REG and step.reg_name(step.operands[0].reg) in WIDE
        )
        result = (value + sign * more) % (1 << 32 if short else LIMB)
        self.write(step, step.operands[0], number(result))
        self.carry = self.overflow = None
        self.zero = int(result == 0)

    def _add_bit(self, step: Any) -> None:
        """A plain number and a carry, which is decided."""
        ((bit, factor),) = self.read(step, step.operands[1]).items()
        require(bit[:1] == ("carry",) and factor == 1, f"a sum that is dropped: {step.op_str}")
        self.decide(bit)
        self._move_pointer(step, 1)

    def _jump_if(self, step: Any, zero: int) -> int | None:
        require(self.zero is not None, "a branch that depends on a value")
        return int(step.operands[0].imm) if self.zero == zero else None

    def popped(self) -> Sum:
        at = plain(self.registers["rsp"]) or 0
        self.registers["rsp"] = number(at + 8)
        return self.memory[at]
