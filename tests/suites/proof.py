"""Other people's suites: the YAML test suite, OmegaConf's own tests, and traps of PyYAML.

The cases and what runs them lie in the labs, since they are others'. What a text means is asked of
OmegaConf and PyYAML when a case runs. An eighth of the cases is every eighth of them.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from tests.conftest import ROOT
from tests.evidence import EIGHTHS

ALIKE = ("SAME", "NOTE", "LANGUAGE", "KNOWN")
"""Verdicts of `suites.py` on what is no difference."""

_BASE = r"(?:REFUSED|STRICTER) .*error\[TCW106\]: "
_RUN = r"LAX .*OmegaConf says "
REASONS: Mapping[str, str] = {
    _BASE + r".*keys are text": "the keys of a config are strings: overrides and paths name them",
    _BASE + r"the tag `!!(?:binary|omap|pairs|python/)": "a config has no bytes, pairs or objects",
    _BASE + r"the tag `!` does not": "libyaml and PyYAML differ in a `!` before nothing",
    _BASE + r"`<<` brings in": "releases of OmegaConf differ in what a key that merges twice is",
    _BASE + r"the key `=` is there twice": "a key twice is a mistake, seen by OmegaConf or not",
    _BASE + r"a list or a mapping cannot be a key": "the keys of a config are strings",
    _BASE + r"this is a Jinja template": "braces that nobody rendered, unless they are quoted",
    _BASE + r"(?:the file is empty|a config is a mapping)": "no config, though it is YAML",
    _BASE + r"nan cannot be written": "nan equals nothing, so that runs could not be told apart",
    _BASE
    + r".*(?:so many digits|characters cannot be written|with the character U\+)": "no reader "
    "would read back what was written",
    _BASE + r".*\(one scanner: ": "libyaml or PyYAML's own scanner refuses it too",
    r"REFUSED .*TCW211.*more than 100,000 characters": "what `${...}` put into a text is bounded",
    r"STRICTER .*TCW211": "a reference to nothing stops the run",
    r"STRICTER .*still `\?\?\?`": "a value that must be given stops the run",
    _RUN
    + r"UnsupportedInterpolationType": "who starts the runs of a base may register a resolver, "
    "and a warning says that OmegaConf has none of the name",
    _RUN + r"InterpolationResolutionError": "what a resolver gives is known when the run starts",
    r"LAX oc/inter/select_dynamic_bad: .*InterpolationKeyError": "what a resolver gives to it is "
    "known when the run starts",
    r"LAX .*YAML says Refused: (?:Parser|Scanner)Error": "an experiment is YAML 1.2, of which "
    "PyYAML's scanner refuses some",
}
"""Why a case may differ, by a pattern of `VERDICT id: what is said`. Each is what tcwc means."""


def proof(eighth: int) -> Mapping[str, Any]:
    """How many cases there are of each verdict, those that differ by their reason.

    Raises AssertionError where a case differs for no reason that is known here.
    """
    lab = Path(os.environ["TCWC_LABS"], "suites")
    with gzip.open(lab / "cases.jsonl.gz", "rt", encoding="utf-8") as file:
        ours = [line for line in file if '"id"' in line][eighth::EIGHTHS]
    with tempfile.TemporaryDirectory() as folder:
        cases, verdicts = Path(folder, "cases.jsonl"), Path(folder, "verdicts.jsonl")
        cases.write_text("".join(ours), encoding="utf-8")
        words = [sys.executable, "-m", "tests.suites.runner", lab / "suites.py", cases, verdicts]
        done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
        assert verdicts.exists(), done.stdout + done.stderr
        said = verdicts.read_text(encoding="utf-8").splitlines()
    assert len(said) == len(ours)
    return counted(map(json.loads, said))


def counted(verdicts: Iterable[Mapping[str, str]]) -> Mapping[str, Any]:
    """How many verdicts there are of each kind and reason; `differ` is a hash of which differ.

    So a case that comes to differ while another one ceases to does not go unseen.
    """
    count: Counter[str] = Counter()
    differ, unknown = [], []
    for each in verdicts:
        if each["verdict"] in ALIKE:
            count[each["verdict"]] += 1
            continue
        line = f"{each['verdict']} {each['id']}: {each['said']}"
        why = reason(line)
        count[f"{each['verdict']}: {why}"] += 1
        differ.append(f"{each['verdict']} {each['id']}")
        unknown += [] if why else [line]
    assert not unknown, "differ for no known reason:\n" + "\n".join(unknown)
    print("\n".join(differ))
    return {**count, "differ": hashlib.sha256("\n".join(differ).encode()).hexdigest()[:16]}


def reason(line: str) -> str:
    """Why a case may differ; "" where nothing says so."""
    return next((why for said, why in REASONS.items() if re.search(said, line, re.DOTALL)), "")
