"""Which attempt wrote a file, by when that was begun."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from tcwc.disk import data
from tcwc.jobs.states.stamp import Attempt, read_stamp
from tcwc.outcomes.attempts import attempt_at, counting, seconds_of, trained_again


def attempts(*each: tuple[int, int | None, str]) -> tuple[Attempt, ...]:
    """Attempts that began, ended (None: left no end), and how they began."""
    texts: dict[str, str | None] = {}
    for number, (start, end, mode) in enumerate(each, 1):
        texts[f"{number:04}.start"] = json.dumps({"start": start})
        if end is not None:
            said = {"state": "failed", "end": end, "mode": mode}
            texts[f"{number:04}.end"] = json.dumps(said)
    return read_stamp(texts).attempts


NOT_BEGUN = "it was stopped before it began"
THREE = attempts((1000, 2000, "fresh"), (5000, None, ""), (9000, 9900, "resume"))


@pytest.mark.parametrize(
    ("at", "number"),
    [
        (999, 1),  # clocks differ
        (800, None),
        (1000, 1),
        (2000, 1),
        (2100, 1),
        (2121, None),  # by hand, after it had ended
        (4950, 2),
        (5000, 2),
        (8999, 2),
        (9000, 3),
        (9900, 3),
        (10_021, None),
    ],
)
def test_a_file_belongs_to_the_attempt_of_its_time(at: int, number: int | None) -> None:
    found = attempt_at(THREE, at)
    assert (found.number if found else None) == number


@pytest.mark.parametrize(("at", "number"), [(4999, 1), (5000, 1), (5001, 2)])
def test_of_two_that_meet_in_a_second_the_later_one_has_not_trained_yet(
    at: int, number: int
) -> None:
    found = attempt_at(attempts((1000, 5000, "fresh"), (5000, 5900, "resume")), at)
    assert found is not None
    assert found.number == number


def test_an_attempt_that_is_open_has_what_is_newer() -> None:
    found = attempt_at(attempts((1000, 2000, "fresh"), (5000, None, "")), 10**9)
    assert found is not None
    assert found.number == 2


@pytest.mark.parametrize(
    ("later", "epoch", "since", "number"),
    [
        ([("resume", 1)], 1, 1, None),
        ([("resume", 1)], 2, 1, 2),
        ([("resume", 1)], 2, 2, None),  # it was evaluated after that
        ([("resume", 1), ("resume", 0)], 1, 1, 3),
        ([("resume", None)], 0, 1, 2),  # nothing says after which
        ([("restart", None)], 0, 1, 2),
        ([("fresh", None)], 0, 1, 2),
        ([None, ("resume", 5)], 0, 1, 2),  # it left no end: nobody knows what it trained
        ([("killed", 1), ("resume", 1)], 1, 1, None),  # but for what it noted before
        ([("killed", 1), ("resume", 1)], 2, 1, 2),
        ([("stopped", None), ("resume", 1)], 1, 1, None),  # which trained nothing
        ([("stopped", None), ("resume", 1)], 2, 1, 3),
        ([("resume", 0)], None, 1, None),  # it is of no epoch
    ],
)
def test_an_epoch_that_was_trained_again(
    tmp_path: Path,
    later: list[tuple[str, int | None] | None],
    epoch: int | None,
    since: int,
    number: int | None,
) -> None:
    """The doors of evaluations, which are bash, say the same."""
    texts: dict[str, str | None] = {}
    for at, each in enumerate([("fresh", None), *later], 1):
        said = {"state": "failed", "exit": 1, "end": 5}
        end = {**said, "mode": each[0], "from_epoch": each[1]} if each else None
        if each and each[0] == "stopped":
            end = {**said, "state": "cancelled", "mode": "fresh", "detail": NOT_BEGUN}
        texts[f"{at:04}.start"] = "{}"
        if each and each[0] == "killed":
            texts[f"{at:04}.mode"] = f'{{"mode":"resume","from_epoch":{each[1]}}}'
            end = None
        texts[f"{at:04}.end"] = json.dumps(end, separators=(",", ":")) if end else " " * 4095
    found = trained_again(read_stamp(texts).trained, since, epoch)
    assert (found.number if found else None) == number
    (tmp_path / "tcwc").mkdir()
    for name, text in texts.items():
        (tmp_path / "tcwc" / name).write_text(f"{text}\n", encoding="utf-8")
    script = data.read_text("scripts/trained_again.sh") + 'trained_again "$@"'
    words = ["-", str(tmp_path), "-" if epoch is None else str(epoch), str(since)]
    done = subprocess.run(["bash", "-uc", script, *words], capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (1 if number is None else 0, b"")


def test_bash_says_the_same_of_whatever_histories(tmp_path: Path) -> None:
    """With files that are torn or absent, and what attempts note that nobody has begun."""
    rolls = Random(24)
    asked, expected = [], []
    for case in range(200):
        texts = dict(_history(rolls))
        epoch, since = rolls.randrange(4), rolls.choice((1, 1, 2, 3))
        found = trained_again(read_stamp(texts).trained, since, epoch)
        expected.append("no" if found is None else "again")
        asked.append(f"{tmp_path}/{case} {epoch} {since}")
        (tmp_path / str(case) / "tcwc").mkdir(parents=True)
        for name, text in texts.items():
            (tmp_path / str(case) / "tcwc" / name).write_text(text or "", encoding="utf-8")
    ask = 'while read -r f e s; do trained_again "$f" "$e" "$s" && echo again || echo no; done'
    script = f"{data.read_text('scripts/trained_again.sh')}{ask}"
    lines = "".join(f"{each}\n" for each in asked)
    done = subprocess.run(
        ["bash", "-uc", script], input=lines, capture_output=True, text=True, check=False
    )
    assert done.stderr == ""
    assert dict(zip(asked, done.stdout.split(), strict=True)) == dict(
        zip(asked, expected, strict=True)
    )
    assert set(expected) == {"no", "again"}


def _history(rolls: Random) -> Iterator[tuple[str, str]]:
    """The files of some attempts, as scripts/job.sh leaves them, or what a bad disk makes of it."""
    for number in range(1, rolls.randrange(1, 6) + 1):
        how = rolls.choice(("fresh", "restart", "resume", "resume", "resume", "stopped"))
        is_begun = how != "stopped"
        basis = {
            "mode": how if is_begun else "fresh",
            "from_epoch": rolls.randrange(4) if how == "resume" else None,
        }
        end: dict[str, object] = {"state": "failed", "reason": None, "exit": 1, "end": 5, **basis}
        end["overrides"] = [f'checkpointer.x="mode":"resume","from_epoch":{number}']
        end |= {"detail": 'Error: "mode":"restart"'}
        if not is_begun:
            end |= {"state": "cancelled", "overrides": [], "detail": NOT_BEGUN}
        yield f"{number:04}.start", "{}\n"
        if is_begun and rolls.random() < 0.6:
            yield f"{number:04}.mode", _on_disk(rolls, json.dumps(basis, separators=(",", ":")))
        if rolls.random() < 0.8:
            yield f"{number:04}.end", _on_disk(rolls, json.dumps(end, separators=(",", ":")))


def _on_disk(rolls: Random, line: str) -> str:
    bad = ("", "\n", f"{'':4095}\n", line[: rolls.randrange(len(line))])
    return f"{line}\n" if rolls.random() < 0.85 else rolls.choice(bad)


def test_what_counts_is_since_an_attempt_that_began_anew() -> None:
    three = attempts((1, 2, "fresh"), (3, 4, "restart"), (5, 6, "resume"))
    assert [each.number for each in counting(three)] == [2, 3]
    assert [each.number for each in counting(THREE)] == [1, 2, 3]
    # One that ended before it left anything is no part of the next, which began as fresh.
    three = attempts((1, 2, "fresh"), (3, 4, "fresh"), (5, 6, "resume"))
    assert [each.number for each in counting(three)] == [2, 3]


def test_seconds() -> None:
    assert seconds_of(attempts((1, 3, "fresh"), (10, 15, "resume"))) == 7
    assert seconds_of(THREE) is None  # nobody knows when the second ended
    assert seconds_of(()) is None
    assert seconds_of(attempts((5000, 4000, "fresh"))) is None  # its clock was set back
