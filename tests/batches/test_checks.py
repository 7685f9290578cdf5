"""Faults injected into batches: each is noticed, reported, and none of its rows is returned."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator

import pytest
from support.row_buffers import output_buffers

import srp_native
from cognito_srp import NewDevice, create_device_verifiers
from srp_native import Column, MadeRows
from srp_native import _batch_check as batch_check
from srp_native._batch_check import BatchCheck
from srp_native._columns import Rows
from srp_native.engines import _registry as registry
from srp_native.engines import c as c_engine
from srp_native.engines import python as python_engine
from srp_native.engines._engine import Engine
from srp_native.engines._registry import load_engine

ROWS = 20
REFERENCE = python_engine.create_engine()  # also when a test has disabled engine python


def columns(rows: int = ROWS) -> tuple[Column, Column]:
    return Column.of([b"-AbC"] * rows), Column.of([b"eu-west-1_%d" % i for i in range(rows)])


def right(realms: Column, names: Column, made: MadeRows, row: int) -> bool:
    salt = base64.b64decode(made.salts[row])
    identity = realms[row] + names[row] + b":" + made.passwords[row]
    v = int.from_bytes(REFERENCE.verifier(salt, identity), "big")
    return base64.b64decode(made.verifiers[row]) == v.to_bytes(v.bit_length() // 8 + 1, "big")


@pytest.fixture
def restored(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Engines that a test disables come back."""
    monkeypatch.setattr(registry, "_known", {})
    registry._select(registry._selected)
    yield
    registry._select(registry._selected)


Break = Callable[[MadeRows], MadeRows]


def replaced(column: Column, changes: dict[int, bytes]) -> Column:
    return Column.of(changes.get(i, text) for i, text in enumerate(column))


def flipped_digit(made: MadeRows) -> MadeRows:
    text = bytearray(made.verifiers[13])
    text[99] = ord("A") if text[99] != ord("A") else ord("B")
    return made._replace(verifiers=replaced(made.verifiers, {13: bytes(text)}))


def offset_off_by_one(made: MadeRows) -> MadeRows:
    offsets = made.salts.offsets
    offsets[7] += 1
    return made


def wrong_salt(made: MadeRows) -> MadeRows:
    return made._replace(salts=replaced(made.salts, {4: base64.b64encode(b"\x05" * 16)}))


def wrong_password(made: MadeRows) -> MadeRows:
    return made._replace(passwords=replaced(made.passwords, {4: b"not the one"}))


def not_minimal(made: MadeRows) -> MadeRows:
    v = base64.b64decode(made.verifiers[5])
    return made._replace(verifiers=replaced(made.verifiers, {5: base64.b64encode(b"\0\0" + v)}))


def not_base64(made: MadeRows) -> MadeRows:
    return made._replace(verifiers=replaced(made.verifiers, {5: b"*" * 512}))


def swapped(made: MadeRows, i: int = 3, j: int = 8) -> MadeRows:
    v = made.verifiers
    return made._replace(verifiers=replaced(v, {i: v[j], j: v[i]}))


def make_faulty(engine: Engine, monkeypatch: pytest.MonkeyPatch, fault: Break) -> None:
    sound = engine.make_rows
    monkeypatch.setattr(engine, "make_rows", lambda rows, room: fault(sound(rows, room)))


@pytest.mark.parametrize(
    "fault", [flipped_digit, offset_off_by_one, wrong_salt, wrong_password, not_minimal, not_base64]
)
def test_a_wrong_row_is_never_returned(
    engine: str, restored: None, monkeypatch: pytest.MonkeyPatch, fault: Break
) -> None:
    monkeypatch.setattr(batch_check, "_SAMPLE", 0)  # the sums alone is certain to see it
    realms, names = columns()
    make_faulty(load_engine(engine), monkeypatch, fault)
    with pytest.warns(RuntimeWarning, match=f"engine {engine!r} is disabled"):
        made = srp_native.verifier_rows(realms, names, threads=1)
    assert all(right(realms, names, made, i) for i in range(ROWS))
    report = {info.name: info for info in srp_native.available_engines()}
    assert not report[engine].available
    assert "batch" in report[engine].reason
    if registry._selection() == engine:
        with pytest.raises(srp_native.EngineUnavailableError, match="batch"):
            srp_native.pow_g(5)


def test_objects_are_those_of_the_sound_batch(
    engine: str, restored: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also when the first engine's rows had become objects already."""
    make_faulty(load_engine(engine), monkeypatch, flipped_digit)
    devices = [NewDevice(device_key=f"eu_{i}", device_group_key="-AbC") for i in range(ROWS)]
    with pytest.warns(RuntimeWarning, match=f"engine {engine!r} is disabled"):
        made = create_device_verifiers(devices, threads=1)
    assert [v.device_key for v in made] == [device.device_key for device in devices]
    for v in made:
        identity = f"-AbC{v.device_key}:{v.device_password}".encode()
        power = REFERENCE.verifier(base64.b64decode(v.salt), identity)
        number = int.from_bytes(base64.b64decode(v.password_verifier), "big")
        assert number == int.from_bytes(power, "big")


def test_two_rows_that_changed_places(engine: str) -> None:
    """Half the time per batch; fewer than 8 or more than 32 of 40 have odds of 1 in 20,000."""
    runs = load_engine(engine)
    realms, names = columns(12)
    rows = Rows(realms, names, None, None)
    wrong = swapped(runs.make_rows(rows, output_buffers(12)))
    caught = 0
    for _ in range(40):
        sums = runs.new_batch_check()
        runs.batch_check_rows(sums, rows, wrong)
        caught += not runs.batch_check_holds(sums)
    assert 8 <= caught <= 32


def test_what_the_products_cannot_see_the_sample_does(
    engine: str, restored: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An engine that reads other strings than the caller's, and counts what it reads."""
    if engine == "python":
        pytest.skip("the reference is what a sample is compared with")
    monkeypatch.setattr(batch_check, "_SAMPLE", ROWS)
    realms, names = columns()
    runs, other = load_engine(engine), Column.of(b"eu-west-1_%d" % (i + 1) for i in range(ROWS))
    make, count = runs.make_rows, runs.batch_check_rows
    monkeypatch.setattr(
        runs, "make_rows", lambda rows, room: make(rows._replace(names=other), room)
    )
    monkeypatch.setattr(
        runs,
        "batch_check_rows",
        lambda sums, rows, made: count(sums, rows._replace(names=other), made),
    )
    with pytest.warns(RuntimeWarning, match=f"engine {engine!r} is disabled.* another verifier"):
        made = srp_native.verifier_rows(realms, names, threads=1)
    assert all(right(realms, names, made, i) for i in range(ROWS))


def test_raw_verifiers_are_checked_too(
    engine: str, restored: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    if engine == "python" and c_engine.lib is None:
        pytest.skip("without C and the reference there is no second engine to check with")
    runs = load_engine(engine)
    sound = runs.verifiers
    monkeypatch.setattr(runs, "verifiers", lambda *c: bytes([(out := sound(*c))[0] ^ 1]) + out[1:])
    monkeypatch.setattr(batch_check, "_SAMPLE", 0)  # which may see it first
    salts, identities = [b"salt"] * ROWS, [b"%d" % i for i in range(ROWS)]
    with pytest.warns(RuntimeWarning, match="do not multiply"):
        found = srp_native.verifiers(salts, identities, threads=1)
    assert found == list(map(REFERENCE.verifier, salts, identities))


def test_a_small_batch_is_all_sample(
    engine: str, restored: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    if engine == "python":
        pytest.skip("the reference is what a sample is compared with")
    runs = load_engine(engine)
    sound = runs.verifiers
    monkeypatch.setattr(runs, "verifiers", lambda *c: sound(*c)[:-1] + b"?")
    with pytest.warns(RuntimeWarning, match="another verifier of a row"):
        found = srp_native.verifiers([b"salt"] * 3, [b"a", b"b", b"c"])
    assert found == [REFERENCE.verifier(b"salt", i) for i in (b"a", b"b", b"c")]


def test_a_faulty_checker_is_the_one_to_go(
    engine: str, restored: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs = load_engine(engine)
    checker = registry.other_engine(runs)
    if checker.name == "python":
        pytest.skip("the checker here is the reference")
    monkeypatch.setattr(checker, "verifier", lambda *_: bytes(384))
    with pytest.warns(RuntimeWarning, match=f"engine {checker.name!r} is disabled"):
        found = srp_native.verifiers([b"salt"], [b"identity"])
    assert found == [REFERENCE.verifier(b"salt", b"identity")]
    assert srp_native.engine().name == engine


def test_tallies_are_wiped(engine: str) -> None:
    with BatchCheck(load_engine(engine), ROWS) as check:
        all_sums: list[bytearray] = []

        def within(sums: bytearray) -> None:
            check.count(all_sums.append)
            all_sums.append(sums)

        check.count(within)
        check.count(all_sums.append)
        assert len(all_sums) == 3
        assert len({id(sums) for sums in all_sums}) == 2  # one for each that counts at a time
        assert all(map(any, all_sums))
    assert not any(map(any, all_sums))


def test_empty_sides_hold(engine: str) -> None:
    """Chunks of one row leave a side empty every time."""
    runs = load_engine(engine)
    realms, names = columns(1)
    rows = Rows(realms, names, None, None)
    total = runs.new_batch_check()
    for _ in range(6):
        part = runs.new_batch_check()
        runs.batch_check_rows(part, rows, runs.make_rows(rows, output_buffers(1)))
        runs.join_batch_checks(total, part)
    assert runs.batch_check_holds(total)
