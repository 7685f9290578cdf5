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
from typing import Any

from capstone import x86
from proofs.proof_compiled import LIMB, Atom, Function, Sum, added, number, plain, scaled, settled
from proofs.proof_trace import ProofError, require

__all__ = ["KEPT_LOCALLY", "Machine"]

STEPS = 200_000
RETURN = 0xDEAD0000
STACK = 0x7000_0000
#: What GCC counts on of a function of the same file, as it sees which registers that one uses.
KEPT_LOCALLY = ("r10", "r11")
SAVED = ("rbx", "rbp", "r12", "r13", "r14", "r15")
#: 32-bit registers write their upper half with zeros.
WIDE = {
    **{f"e{name}": f"r{name}" for name in ("ax", "bx", "cx", "dx", "si", "di", "bp")},
    **{f"r{i}d": f"r{i}" for i in range(8, 16)},
}


@dataclass
class Machine:
    """A CPU in front of a function of the System V convention."""

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
        if operand.type == x86.X86_OP_REG:
            name = step.reg_name(operand.reg)
            value = self.registers.get(WIDE.get(name, name))
        else:
            value = self.memory.get(self.address(step, operand))
        if value is None:
            raise ProofError(f"a read of what was not written: {step.mnemonic} {step.op_str}")
        return value

    def write(self, step: Any, operand: Any, value: Sum) -> None:
        if operand.type == x86.X86_OP_REG:
            name = step.reg_name(operand.reg)
            self.registers[WIDE.get(name, name)] = value
            return
        at = self.address(step, operand)
        require(any(at in room for room in self.writable), f"a write to {at:x}: {step.op_str}")
        self.memory[at] = value

    # ---- instructions

    def _step(self, step: Any) -> int:
        rule = RULES.get(step.mnemonic)
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
        mask = self._mask(step, source)
        value = self.read(step, target)
        turned = added(number(LIMB - 1), scaled(value, -1))
        self.write(step, target, turned if mask else value)
        self.carry, self.overflow, self.zero = {}, {}, None

    def _mask(self, step: Any, operand: Any) -> int:
        """The value of a mask, which is decided if it is not: `decisions` says how."""
        mask = self.read(step, operand)
        if plain(mask) is None:
            ((bit, factor),) = mask.items() if len(mask) == 1 else (((), 0),)
            require(bit[:1] == ("carry",) and factor == LIMB - 1, "an operand that is no mask")
            self.decide(bit)
        value = plain(self.read(step, operand))
        require(value in (0, LIMB - 1), "an operand that is no mask")
        return value or 0

    def _turn(self, step: Any) -> None:
        value = plain(self.read(step, step.operands[0]))
        require(value is not None, "a not of what is not known")
        self.write(step, step.operands[0], number(LIMB - 1 - (value or 0)))

    def _shift_down(self, step: Any) -> None:
        value = plain(self.read(step, step.operands[0]))
        require(value is not None, "a shift of what is not known")
        self.write(step, step.operands[0], number((value or 0) >> step.operands[1].imm))
        self.carry = self.overflow = self.zero = None

    def _fill(self, step: Any) -> None:
        """rep stosq"""
        count, at = (plain(self.registers[name]) for name in ("rcx", "rdi"))
        require(count is not None and at is not None, "an address that depends on a value")
        for k in range(count or 0):
            address = (at or 0) + 8 * k
            require(any(address in room for room in self.writable), f"a write to {address:x}")
            self.memory[address] = self.registers["rax"]
        self.registers["rcx"] = {}
        self.registers["rdi"] = number((at or 0) + 8 * (count or 0))

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
        target, source = step.operands
        value, other = (plain(self.read(step, operand)) for operand in step.operands)
        if value is not None and other is not None:
            self.write(step, target, number(value & other))
        else:
            mask = self._mask(step, source)
            self.write(step, target, self.read(step, target) if mask else {})
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

    def _jump_unless_zero(self, step: Any) -> int | None:
        require(self.zero is not None, "a branch that depends on a value")
        return None if self.zero else int(step.operands[0].imm)

    def _push(self, step: Any) -> None:
        at = (plain(self.registers["rsp"]) or 0) - 8
        self.registers["rsp"] = number(at)
        require(any(at in room for room in self.writable), "the stack is too deep")
        self.memory[at] = self.read(step, step.operands[0])

    def _pop(self, step: Any) -> None:
        self.write(step, step.operands[0], self._popped())

    def _return(self, step: Any) -> int | None:
        return plain(self._popped())

    def _popped(self) -> Sum:
        at = plain(self.registers["rsp"]) or 0
        self.registers["rsp"] = number(at + 8)
        return self.memory[at]


Rule = Callable[[Machine, Any], int | None]
RULES: dict[str, Rule] = {
    "mov": lambda m, s: m.write(s, s.operands[0], m.read(s, s.operands[1])),
    "xor": lambda m, s: m._flip(s),
    "not": lambda m, s: m._turn(s),
    "shr": lambda m, s: m._shift_down(s),
    "rep stosq": lambda m, s: m._fill(s),
    "mulx": lambda m, s: m._multiply(s),
    "adcx": lambda m, s: m._add_chain(s, "carry"),
    "adox": lambda m, s: m._add_chain(s, "overflow"),
    "adc": lambda m, s: m._add(s, with_carry=True),
    "add": lambda m, s: m._move_pointer(s, 1),
    "sub": lambda m, s: m._move_pointer(s, -1),
    "neg": lambda m, s: m._negate(s),
    "dec": lambda m, s: m._count(s, -1),
    "jne": lambda m, s: m._jump_unless_zero(s),
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
    "nop": lambda m, s: None,
}
