"""Whatever the `tune validate` of another version refuses, lint refuses for that version.

python -m tests.evidence tests.versions.proof:release versions_release
python -m tests.evidence tests.versions.proof:main versions_main
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from tcwc.disk.data import read_schema, schema_names
from tcwc.torchtune.catalogue.load import Catalogue
from tests.evidence import EIGHTHS
from tests.parity.mutants import mutants
from tests.parity.verdicts import judge
from tests.versions.environments import MAIN, RELEASE, Environment, environment

MUTANTS = 1_000


def catalogue(version: str) -> Catalogue:
    return Catalogue(version, read_schema, schema_names)


_environment = cache(environment)


def release(eighth: int) -> Mapping[str, Any]:
    """0.5.0."""
    return parity(_environment(RELEASE), eighth)


def main(eighth: int) -> Mapping[str, Any]:
    """Main, at the commit of its catalogue."""
    return parity(_environment(MAIN), eighth)


def parity(of: Environment, eighth: int) -> Mapping[str, Any]:
    """How many mutants of an eighth are judged, refused, told; and each that lint misses."""
    made = list(mutants(MUTANTS, known=catalogue(of.version)))[eighth::EIGHTHS]
    with tempfile.TemporaryDirectory() as folder:
        verdicts = judge(made, Path(folder), of.python, of.version, str(of.source))
    judged = [verdict for verdict in verdicts if not verdict.unjudged]
    return {
        "mutants": len(made),
        "judged": len(judged),
        "refused": sum(bool(verdict.refused) for verdict in judged),
        "refused and told": sum(bool(v.refused and v.errors) for v in judged),
        "missed": [str(verdict) for verdict in judged if verdict.cell == "validate only"],
    }
