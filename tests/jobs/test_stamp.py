"""Stamps, from the texts of their files: whole, torn, of later versions, and anything else."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tcwc.jobs.states.stamp import NO_STAMP, beat_of, is_part, is_text, read_stamp

IDENTITY = (
    '{"format":1,"experiment":"tiny","run":"run_003","science_hash":"57fa","world":1,'
    '"effective_batch":32}\n'
)
START = (
    '{"n":1,"sha256":"3f1c","facts":"9b0e","start":1795920855,"cluster":"lab","job":"161_3",'
    '"slurm_job":"165","restart":0,"host":"node1","boot":"f977518a","pid":17163,"gpus":"1",'
    '"gpu_name":null,"user":"ann","torch":"2.6.0","driver":null}\n'
)
END = (
    '{"state":"failed","reason":"oom","exit":1,"end":1795920863,"mode":"resume","from_epoch":3,'
    '"overrides":["a=b"],"detail":"CUDA"}'
)
LOST = '{"by":"job 77_1 restart 1","why":"same job, restart 0","at":1795918653}\n'
WHOLE = {
    "run.json": IDENTITY,
    "0001.start": START,
    "0001.end": " " * 4095 + "\n",
    "0001.lost": LOST,
    "0001.limit": "",
    "0001.log": "",
    "0002.start": START.replace('"restart":0', '"restart":1'),
    "0002.end": END.ljust(4095) + "\n",
    "0002.log": "",
}


def test_a_whole_stamp() -> None:
    stamp = read_stamp(WHOLE, 12.5)
    assert stamp.unreadable == ()
    assert stamp.identity is not None
    assert (stamp.identity.run, stamp.identity.world) == ("run_003", 1)
    first, last = stamp.attempts
    assert first.is_open
    assert first.limit
    assert first.lost is not None
    assert (first.lost.by, first.beat) == ("job 77_1 restart 1", None)
    assert last.claim is not None
    assert last.ending is not None
    assert (last.claim.job, last.claim.slurm_job, last.claim.restart) == ("161_3", "165", 1)
    assert last.claim.is_queued
    assert (last.ending.reason, last.ending.from_epoch) == ("oom", 3)
    assert (last.ending.overrides, last.ending.mode) == (("a=b",), "resume")
    assert (last.beat, stamp.last) == (12.5, last)


def test_none_at_all() -> None:
    assert read_stamp({}) == NO_STAMP
    assert NO_STAMP.last is None


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("run.json", IDENTITY[:40], "run.json cannot be read"),
        ("run.json", None, "run.json cannot be read"),
        ("run.json", "[]", "run.json cannot be read"),
        ("run.json", '{"format":1}', "run.json does not say whose it is"),
        ("run.json", IDENTITY.replace("1", "2", 1), "run.json is of a later tcwc (format 2)"),
        ("0002.end", END[:30], "0002.end cannot be read"),
        ("0002.end", '{"state":"bored"}', "0002.end has no state that is known"),
        ("0002.start", "", "0002.start cannot be read"),
        ("0001.lost", "[" * 100_000, "0001.lost cannot be read"),
    ],
)
def test_what_cannot_be_read_is_said(name: str, text: str | None, said: str) -> None:
    stamp = read_stamp({**WHOLE, name: text}, 1)
    assert stamp.unreadable == (said,)
    assert (stamp.identity is None) == (name == "run.json")
    assert len(stamp.attempts) == 2


def test_what_later_versions_add_is_passed_over() -> None:
    texts = {n: t.replace("{", '{"new":[1],', 1) for n, t in WHOLE.items()}
    assert read_stamp({**texts, "0003.mood": "{}"}).unreadable == ()


def test_words_that_are_numbers_and_the_other_way_round() -> None:
    start = '{"job":165,"restart":"x","start":1e400,"pid":true,"gpus":[1],"host":null}'
    claim = read_stamp({"0001.start": start}).attempts[0].claim
    assert claim is not None
    assert (claim.job, claim.restart, claim.start, claim.pid) == ("165", 0, None, None)
    assert (claim.gpus, claim.host) == ("", "")


def test_which_files_there_are() -> None:
    names = [
        "run.json",
        "0001.start",
        "0001.mode",
        "0001.end",
        "0001.lost",
        "0001.beat",
        "0001.limit",
    ]
    assert all(map(is_part, [*names, "0001.log", "123456.start"]))
    for other in (".run.json", "0001.start.tmp", "1.start", "old", "0001.end~", ".clock.a.1"):
        assert not is_part(other)
    texts = ["run.json", "0001.start", "0001.mode", "0001.end", "0001.lost"]
    assert list(filter(is_text, names)) == texts


def test_which_file_beats() -> None:
    assert beat_of(["run.json"]) is None
    assert beat_of(["0001.start"]) == "0001.start"
    assert beat_of(["0001.start", "0001.beat"]) == "0001.beat"
    assert beat_of(["0001.beat", "0001.start", "0002.start"]) == "0002.start"
    assert beat_of(["9999.start", "9999.beat", "10000.start", "10000.beat"]) == "10000.beat"


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["format", "state", "run", "experiment", "science_hash", "start", "overrides"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=8,
)
_NAMES = st.sampled_from(["run.json", "0001.start", "0001.end", "0001.lost", "0002.start", "x"])
_TEXTS = st.none() | st.text(max_size=40) | _JSON.map(json.dumps)


@given(st.dictionaries(_NAMES, _TEXTS))
def test_anything_is_a_stamp(texts: dict[str, str | None]) -> None:
    stamp = read_stamp(texts, 1)
    assert len(stamp.attempts) == sum(name.endswith(".start") for name in texts)


@given(st.sampled_from(["run.json", "0001.start", "0002.end", "0001.lost"]), st.integers(0, 400))
def test_a_file_cut_anywhere_is_whole_or_told(name: str, length: int) -> None:
    cut = WHOLE[name][:length]
    stamp = read_stamp({**WHOLE, name: cut}, 1)
    is_whole = len(cut.rstrip()) == len(WHOLE[name].rstrip())
    is_blank = name.endswith(".end") and not cut
    assert bool(stamp.unreadable) is not (is_whole or is_blank)
