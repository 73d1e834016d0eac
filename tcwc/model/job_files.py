"""Names of what jobs have in the output folder, and in the folder of a run.

scripts/job.sh and scripts/submit.sh say them too; tests/jobs/test_shared_truths.py holds all three
together.
"""

from __future__ import annotations

JOBS = "slurm"
"""In the output folder: all that is of jobs. A folder for each profile, and those below."""
FROZEN = "frozen"
"""In that: copies of configs by their hash, and facts about what really ran."""
REFUSED = "refused"
"""In that: why the door refused a run, a file each."""
LOCAL = "local"
"""What stands for a profile where runs are of a machine of its own."""
NOT_PROFILES = (FROZEN, REFUSED)
"""The folders beside those of profiles."""

SCRIPT = "job.sbatch"
EVALUATOR = "evaluate.sbatch"
"""Where there is anything to evaluate."""
SUBMITTER = "submit.sh"
WARM_UP = "warm_up.sbatch"
"""Reads tokenizer and data before all others."""
RECORD = "jobs.jsonl"
"""A line for each run that was submitted with a profile."""
LOGS = "logs"

STAMP = "tcwc"
"""In the folder of a run: its stamp."""
IDENTITY = "run.json"
"""In a stamp: whose the folder is."""
PRUNED = ".pruned"
"""In a stamp, behind the name of a checkpoint: that it was removed as no more needed."""


def of_attempt(number: int, what: str) -> str:
    """The name of a file of an attempt in a stamp: `0001.log`."""
    return f"{number:04d}.{what}"
