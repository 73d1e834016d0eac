"""Other people's suites: the YAML test suite, OmegaConf's own tests, and traps of PyYAML.

The cases and what runs them lie in the labs, since they are others'. What a text means is asked of
OmegaConf and PyYAML when a case runs. An eighth of the cases is every eighth of them; each that
differs is named, and `REASONS` says why it may.
"""

from __future__ import annotations

import gzip
import json
import os
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.evidence import EIGHTHS

REASONS: Mapping[str, str] = {}
"""Why a case may differ, by a pattern of its id."""


def proof(eighth: int) -> Mapping[str, Any]:
    """How many cases there are of each verdict, and each that differs for no known reason."""
    lab = Path(os.environ["TCWC_LABS"], "suites")
    with gzip.open(lab / "cases.jsonl.gz", "rt", encoding="utf-8") as file:
        ours = [line for line in file if '"id"' in line][eighth::EIGHTHS]
    with tempfile.TemporaryDirectory() as folder:
        cases, verdicts = Path(folder, "cases.jsonl"), Path(folder, "verdicts.jsonl")
        cases.write_text("".join(ours), encoding="utf-8")
        command = Path(sys.executable).with_name("tcwc")
        words = [lab / "suites.py", command, cases, "--json", verdicts]
        subprocess.run(
            [os.environ["TCWC_TORCHTUNE_PYTHON"], *words], capture_output=True, check=False
        )
        said = [json.loads(line) for line in verdicts.read_text(encoding="utf-8").splitlines()]
    assert len(said) == len(ours)
    count = Counter(each["verdict"] for each in said)
    for each in said:
        if each["verdict"] not in ("SAME", "NOTE", "LANGUAGE", "KNOWN") and not reason(each["id"]):
            count[f"{each['verdict']} {each['id']}"] += 1
    return count


def reason(case: str) -> str:
    """Why a case may differ; "" where nothing says so."""
    return next((why for ids, why in REASONS.items() if re.fullmatch(ids, case)), "")
