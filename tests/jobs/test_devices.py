"""Devices: what names them, and that no two have one."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tcwc.api.devices import machine_of
from tcwc.disk import devices as locks
from tcwc.jobs.here.devices import Device, listed, visible

TWO = """\
GPU 0: NVIDIA H100 80GB HBM3 (UUID: GPU-aaaa1111-0000)
GPU 1: NVIDIA H100 80GB HBM3 (UUID: GPU-bbbb2222-0000)
"""
DIVIDED = """\
GPU 0: NVIDIA A100-SXM4-40GB (UUID: GPU-aaaa1111-0000)
  MIG 3g.20gb     Device  0: (UUID: MIG-cccc3333-0000)
  MIG 3g.20gb     Device  1: (UUID: MIG-dddd4444-0000)
GPU 1: NVIDIA A100-SXM4-40GB (UUID: GPU-bbbb2222-0000)
"""


def words(devices: tuple[Device, ...]) -> list[str]:
    return [each.word for each in devices]


def test_what_a_machine_lists() -> None:
    assert listed(TWO) == (Device("0", "GPU-aaaa1111-0000"), Device("1", "GPU-bbbb2222-0000"))
    assert listed("NVIDIA-SMI has failed because it couldn't communicate") == ()


def test_of_a_card_that_is_divided_its_parts() -> None:
    assert words(listed(DIVIDED)) == ["MIG-cccc3333-0000", "MIG-dddd4444-0000", "1"]


@pytest.mark.parametrize(
    ("variable", "expected"),
    [
        ("1,0", ["1", "0"]),
        ("GPU-bbbb2222-0000", ["GPU-bbbb2222-0000"]),
        ("MIG-cccc3333-0000,MIG-dddd4444-0000", ["MIG-cccc3333-0000", "MIG-dddd4444-0000"]),
        (" 0 , 1 ", ["0", "1"]),
        ("0,0", ["0"]),
        ("1,GPU-bbbb", ["1"]),  # the same card
        ("0,-1,1", ["0"]),
        ("", []),
        ("NoDevFiles", []),
    ],
)
def test_what_the_variable_names(variable: str, expected: list[str]) -> None:
    assert words(visible(variable, listed(DIVIDED))) == expected


def test_a_card_is_the_same_by_any_name() -> None:
    there = listed(TWO)
    names = [visible(word, there)[0].identity for word in ("1", "GPU-bbbb2222-0000", "GPU-bbbb")]
    assert set(names) == {"GPU-bbbb2222-0000"}


def test_what_nothing_lists_is_known_within_a_scope() -> None:
    """Two jobs of a node may each see one card only, and both call it 0."""
    assert visible("0", (), "161-") == (Device("0", "161-0"),)
    assert visible("0", (), "") == (Device("0", "0"),)


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return tmp_path


def test_one_holds_a_device(temporary: Path) -> None:
    held = locks.hold(["GPU-a", "GPU-b"])
    assert held is not None
    assert locks.hold(["GPU-c", "GPU-b"]) is None
    other = locks.hold(["GPU-c"])  # let go of again
    assert other is not None
    locks.release([*held, *other])
    again = locks.hold(["GPU-a", "GPU-b", "GPU-c"])
    assert again is not None
    locks.release(again)


def test_a_lock_lives_as_long_as_what_was_started_with_it(temporary: Path) -> None:
    held = locks.hold(["GPU-a"])
    assert held is not None
    command = [sys.executable, "-c", "input()"]
    child = subprocess.Popen(command, pass_fds=held, stdin=subprocess.PIPE)
    os.close(held[0])  # as at the death of the process that holds it
    assert locks.hold(["GPU-a"]) is None
    child.communicate(b"\n")
    again = locks.hold(["GPU-a"])
    assert again is not None
    locks.release(again)


def test_to_let_go_of_a_lock_is_enough_whoever_has_it_still(temporary: Path) -> None:
    held = locks.hold(["GPU-a"])
    assert held is not None
    child = subprocess.Popen([sys.executable, "-c", "input()"], pass_fds=held, stdin=-1)
    locks.release(held)
    again = locks.hold(["GPU-a"])
    assert again is not None
    locks.release(again)
    child.communicate(b"\n")


@pytest.mark.parametrize("name", ["MIG-GPU-a/1/0", "../../x", "a b$(c)", "\n"])
def test_any_name_is_a_file_beside_the_others(temporary: Path, name: str) -> None:
    held = locks.hold([name])
    assert held is not None
    locks.release(held)
    assert len(list((temporary / f"tcwc-{os.getuid()}" / "devices").iterdir())) == 1
    assert len(list(temporary.iterdir())) == 1


def test_a_folder_of_somebody_else_is_refused(temporary: Path) -> None:
    (temporary / "else").mkdir()
    (temporary / f"tcwc-{os.getuid()}").symlink_to(temporary / "else")
    with pytest.raises(PermissionError):
        locks.hold(["GPU-a"])


@pytest.mark.parametrize(
    ("script", "said"),
    [
        (
            "echo 'NVIDIA-SMI has failed' >&2; exit 9",
            "`nvidia-smi -L` fails: NVIDIA-SMI has failed",
        ),
        ("exit 1", "`nvidia-smi -L` fails: runs have no GPU of their own"),
        ("sleep 9", "`nvidia-smi -L` gives no answer"),
        ("echo 'No devices found'; exit 6", ""),
        ("", ""),
    ],
)
def test_a_lister_that_does_not_say_what_there_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, said: str
) -> None:
    """Were it taken for a machine without any, two calls would have one card in silence."""
    lister = tmp_path / "nvidia-smi"
    lister.write_text(f"#!/bin/sh\n{script.replace('sleep', 'exec sleep')}\n", encoding="utf-8")
    lister.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    monkeypatch.setattr("tcwc.api.devices._SECONDS", 0.2 if "sleep" in script else 20)
    machine = machine_of(None, None, none="none")
    assert (machine.devices, machine.at_most) == ((), 1)
    assert machine.silence.startswith(said) if said else not machine.silence
    assert machine_of("none", None, none="none").silence == ""
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0")
    assert machine_of(None, None, none="none").silence == ""
