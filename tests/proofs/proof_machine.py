"""Machine code of x86-64, run on numbers that are unknown.

Registers and memory hold sums of atoms with integer factors (proof_forms.py's kind): addresses and
counters are plain numbers, everything else is made of the operands' limbs, halves of products and
carries. An addition gives its sum and a carry that is an atom of its own, with
sum + 2^64 carry = a + b + the carry in, so that an identity holds over the integers.

A branch, an address or a counter that is not a plain number is refused: constant time. So is a read
of memory that was neither given nor written, and a write outside the regions that may be written.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import capstone
from capstone import x86
from proof_trace import ProofError, require

__all__ = ["ONE", "Machine", "Sum", "added", "compiled", "scaled"]

#: Of an operand (name, limb), of a carry ("carry", number), of half a product.
Atom = tuple[Any, ...]
Sum = dict[Atom, int]
ONE: Atom = ("one",)
LIMB = 1 << 64
STEPS = 200_000


def number(value: int) -> Sum:
    return {ONE: value} if value else {}


def added(*sums: Sum) -> Sum:
    """The sum of sums."""
    total: Sum = {}
    for one in sums:
        for atom, factor in one.items():
            total[atom] = total.get(atom, 0) + factor
    return {atom: factor for atom, factor in total.items() if factor}


def scaled(one: Sum, factor: int) -> Sum:
    return {atom: times * factor for atom, times in one.items()} if factor else {}


def plain(one: Sum | None) -> int | None:
    """The value of a sum without unknowns."""
    if one is None or any(atom != ONE for atom in one):
        return None
    return one.get(ONE, 0)


def settled(one: Sum, decided: dict[Atom, int]) -> Sum:
    """A sum with the carries that were decided."""
    if not any(atom in decided for atom in one):
        return one
    return added(*(number(f * decided[a]) if a in decided else {a: f} for a, f in one.items()))


@dataclass
class Function:
    """Instructions by address, and where a function begins."""

    start: int
    code: dict[int, Any]


#: As the extension is compiled; and for a function of C with loops, without vector instructions,
#: which the machine does not know.
AS_BUILT = ("-O3",)
SCALAR = ("-O2", "-mgeneral-regs-only")


def compiled(
    source: Path,
    csrc: Path,
    folder: Path,
    flags: tuple[str, ...] = AS_BUILT,
    outside: dict[str, int] | None = None,
) -> dict[str, Function]:
    """The functions of a C file, and its read-only memory's symbols without code.

    `outside` has the addresses of what it takes from other files.
    """
    target = folder / f"{source.stem}.elf"
    common = ("-std=c11", "-fcf-protection=none", "-fno-pic", "-no-pie", "-nostdlib", "-static")
    symbols = [f"-Wl,--defsym={name}={at:#x}" for name, at in (outside or {}).items()]
    link = ("-Wl,-e0", "-Wl,-Ttext=0x500000", *symbols)
    command = ["gcc", *flags, *common, f"-I{csrc}", source, *link, "-o", target]
    subprocess.run(command, check=True, capture_output=True)
    text = target.with_suffix(".text")
    subprocess.run(["objcopy", "-O", "binary", "-j", ".text", target, text], check=True)
    names = subprocess.run(["nm", target], capture_output=True, text=True, check=True).stdout
    decoder = capstone.Cs(capstone.CS_ARCH_X86, capstone.CS_MODE_64)
    decoder.detail = True
    code = {step.address: step for step in decoder.disasm(text.read_bytes(), 0x500000)}
    rows = [line.split() for line in names.splitlines()]
    return {row[2]: Function(int(row[0], 16), code) for row in rows if len(row) == 3}


RETURN = 0xDEAD0000
STACK = 0x7000_0000
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
    #: What masks are taken to be, and the carries that were decided.
    decisions: list[int] = field(default_factory=list)
    decided: dict[Atom, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in SAVED:
            self.registers[name] = {("saved", name): 1}
        self.registers["rsp"] = number(STACK)
        self.memory[STACK] = number(RETURN)
        self.writable.append(range(STACK - 256, STACK, 8))

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
            return number(operand.imm)
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

    def _clear(self, step: Any) -> None:
        target, source = step.operands
        require(target.reg == source.reg, f"an xor: {step.op_str}")
        self.write(step, target, {})
        self.carry, self.overflow, self.zero = {}, {}, 1

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

    def _borrow(self, step: Any) -> None:
        """r = -CF, the one way in which sbb is used."""
        target, source = step.operands
        require(target.reg == source.reg, f"an sbb: {step.op_str}")
        if self.carry is None:
            raise ProofError("a carry that is not known is taken")
        self.write(step, target, scaled(self.carry, LIMB - 1))

    def _keep(self, step: Any) -> None:
        """a & mask, for each value that the bit of the mask may have: `decisions` says which."""
        target, source = step.operands
        mask = self.read(step, source)
        if plain(mask) is None:
            ((bit, factor),) = mask.items() if len(mask) == 1 else (((), 0),)
            require(bit[:1] == ("carry",) and factor == LIMB - 1, "an and with what is no mask")
            self.decide(bit)
            mask = self.read(step, source)
        require(plain(mask) in (0, LIMB - 1), "an and with what is no mask")
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
        result = self.calls[step.operands[0].imm](self)
        for name in ("rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11"):
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
            self._add(step, with_carry=False)
            return
        result = (value + sign * more) % LIMB
        self.write(step, step.operands[0], number(result))
        self.carry = self.overflow = None
        self.zero = int(result == 0)

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
    "xor": lambda m, s: m._clear(s),
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
    "sbb": lambda m, s: m._borrow(s),
    "and": lambda m, s: m._keep(s),
    "lea": lambda m, s: m._address_of(s),
    "cmp": lambda m, s: m._compare(s),
    "jmp": lambda m, s: int(s.operands[0].imm),
    "jrcxz": lambda m, s: m._jump_if_rcx_zero(s),
    "call": lambda m, s: m._call(s),
    "ret": lambda m, s: m._return(s),
    "nop": lambda m, s: None,
}
