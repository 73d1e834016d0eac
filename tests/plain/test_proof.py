"""An eighth of the proof of what is said of configs by themselves; the torchtune behind it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.evidence import EIGHTHS, check, eighth
from tests.experiments import lacks_only_a_package, render, tune_validate
from tests.parity.mutants import mutants
from tests.plain import proof
from tests.plain.config import lint, write


@pytest.mark.slow
def test_nothing_is_wrong_with_what_ships() -> None:
    check("plain_silence", proof.silence)


@pytest.mark.slow
def test_a_config_by_itself_has_the_errors_that_it_has_as_a_base() -> None:
    check("plain_parity", proof.parity)


@pytest.mark.slow
@pytest.mark.torchtune
def test_what_torchtune_refuses_is_told_without_a_recipe(
    torchtune_python: Path, tmp_path: Path
) -> None:
    """Whichever recipe runs it: `tune validate` asks no recipe either."""
    made = list(mutants(proof.MUTANTS))[eighth() :: EIGHTHS]
    files = {write(tmp_path, render(each.config), f"m{each.number}.yaml"): each for each in made}
    refused = {
        path: why
        for path, why in tune_validate(torchtune_python, list(files)).items()
        if not lacks_only_a_package(why)
    }
    assert len(refused) > 20
    for path, why in refused.items():
        found = lint(path).diagnostics
        # Of a package that is not torchtune's, what is in it cannot be known.
        unknown = "No module named" in why and any(each.code == "TCW214" for each in found)
        assert unknown or any(each.severity == "error" for each in found), (files[path], why)
