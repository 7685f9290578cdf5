"""``cognito-srp bench``, on short measurements."""

from __future__ import annotations

import builtins
import json
import sys

import pytest
from support.command_line import Run

import srp_native
from cognito_srp.cli import bench, peers
from srp_native import N

PEERS = ["CPython pow", "OpenSSL (cryptography)", "gmpy2.powmod", "gmpy2.powmod_sec", "pycognito"]


@pytest.fixture(autouse=True)
def _short(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("_POWER_SECONDS", "_BATCH_SECONDS"):
        monkeypatch.setattr(bench, name, 0.001)
    monkeypatch.setattr(bench, "_LEAST_ROWS", 20)
    monkeypatch.setattr(bench, "_COLD_ROUNDS", 1)


def test_json(run: Run) -> None:
    code, out, err = run("bench", "--output", "json")
    assert code == 0
    document = json.loads(out)
    powers = document["Powers"]
    assert sorted(p["Name"] for p in powers if not p["SrpNative"]) == PEERS
    running = [info for info in srp_native.available_engines() if info.available]
    assert sum(p["SrpNative"] for p in powers) == sum(len(i.kernels) or 1 for i in running)
    times = [power["Microseconds"] for power in powers]
    assert times == sorted(times, reverse=True)
    assert all(time > 0 for time in times)
    assert all(power["ColdMicroseconds"] > 0 for power in powers)
    fastest = [power for power in powers if power["SrpNative"]][-1]
    assert fastest["Name"].startswith(f"srp_native, engine {document['Fastest']['Name']}")
    if document["Fastest"] == document["Running"]:
        assert err == ""
    assert document["Batches"][0]["Threads"] == 1
    best = max(batch["VerifiersPerSecond"] for batch in document["Batches"])
    assert document["SecondsForAMillion"] == pytest.approx(1e6 / best, rel=0.01, abs=0.1)
    assert document["Running"]["Name"] == srp_native.engine().name
    assert document["NotInstalled"] == []


def test_table(run: Run) -> None:
    code, out, _ = run("bench")
    assert code == 0
    lines = out.splitlines()
    assert sum("█" in line for line in lines) >= len(PEERS) + 3
    assert "µs cold" in lines[0]
    assert "running: engine " in out
    assert "a million verifiers: " in out
    assert max(map(len, lines)) <= 110


def test_a_warning_where_another_engine_is_faster(run: Run) -> None:
    with srp_native.use_engine("python"):
        code, _, err = run("bench", "--output", "json")
    assert code == 0
    [line] = err.splitlines()
    assert line.startswith("engine python runs; engine ")
    assert " times as fast here" in line
    assert "SRP_NATIVE_" in line


def test_no_warning_for_what_chance_may_do(
    capsys: pytest.CaptureFixture[str],
) -> None:
    first, second = (
        srp_native.EngineInfo(name, "", True, name == "c", True, False) for name in ("c", "gmpy2")
    )

    def warned(seconds: float) -> str:
        powers = [bench._Power("", first, seconds, 1.0), bench._Power("", second, 1.0, 1.0)]
        bench._warn_if_slower(first, powers)
        return capsys.readouterr().err

    assert warned(1.05) == ""
    assert warned(1.3) == (
        "engine c runs; engine gmpy2 is 1.3 times as fast here, but its default routines are not "
        "constant time; SRP_NATIVE_ENGINE=gmpy2 chooses it\n"
    )


def test_the_choice_of_engine_is_left_as_it_was(run: Run) -> None:
    with srp_native.use_engine("gmpy2") as before:
        query = ("--query", "Running.Name", "--output", "text")
        assert run("bench", *query).out == "gmpy2\n"
        assert srp_native.engine() == before


def test_a_peer_that_is_not_installed(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def importing(name: str, *args: object, **kwargs: object) -> object:
        if name.partition(".")[0] in {"pycognito", "cryptography"}:
            raise ModuleNotFoundError(name)
        return real(name, *args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(builtins, "__import__", importing)
    out = run("bench").out
    assert "not installed, so not compared: OpenSSL (cryptography), pycognito" in out


def test_every_peer_computes_the_same_power() -> None:
    expected = pow(2, peers.EXPONENT, N)
    found = {name: power() for name, power in peers.peers() if power and name != "pycognito"}
    openssl = found.pop("OpenSSL (cryptography)")
    assert openssl == expected.to_bytes(384, "big")
    assert set(found.values()) == {expected}
    base = 3**1900 % N
    assert int.from_bytes(peers.openssl_power(base, 7)(), "big") == pow(base, 7, N)


def test_bars_where_the_terminal_has_no_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    class Ascii:
        encoding = "ascii"

    monkeypatch.setattr(sys, "stdout", Ascii())
    assert bench._bar(0.5) == "#" * (bench._BAR // 2)
    assert bench._bar(0.0) == "#"
