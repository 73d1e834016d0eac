"""Scripts of jobs, as they are written over those that are there."""

from __future__ import annotations

from pathlib import Path

from tcwc.api.job_script import write_scripts
from tcwc.jobs.scripts.signed import signed
from tcwc.model.limits import CONFIG


def test_one_with_rows_of_thousands_of_runs_is_written_anew(tmp_path: Path) -> None:
    """It is larger than any config."""
    path = str(tmp_path / "evaluate.sbatch")
    for word in ("once", "twice"):
        text = signed(f"echo {word}\n" * CONFIG.at_most, "evaluate.sbatch", "study on lab")
        assert write_scripts({path: text}) == [path]
        assert write_scripts({path: text}) == []
