"""What stands in Python and in the scripts that jobs are made of is the same."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tcwc.api.templates import template
from tcwc.jobs import exit_status, selection
from tcwc.jobs.arrays import comment_of, evaluation_comment
from tcwc.jobs.scripts.evaluation import EVALUATION_COLUMNS
from tcwc.jobs.scripts.job import COLUMNS, ROWS_BEGIN, ROWS_END
from tcwc.jobs.states.evidence import BEAT, BEATS
from tcwc.jobs.states.records import read_submitted
from tcwc.jobs.states.stamp import read_stamp
from tcwc.jobs.states.table import REASONS
from tcwc.model import job_files
from tcwc.outcomes.evaluated import STAMP, EvaluationStamp, read_evaluated
from tcwc.outcomes.evaluation_state import FAILED_NAME, LOG
from tcwc.torchtune.target import TORCHTUNE

SCRIPTS = Path(__file__).parents[2] / "scripts"
JOB = template("job.sh")
SUBMIT = template("submit.sh")
EVALUATE = template("eval.sh")


def words(script: str, name: str) -> set[str]:
    """The words that a script assigns to a name."""
    (found,) = re.findall(rf"^{name}=(['\"])(.*)\1", script, re.MULTILINE)
    return set(found[1].replace('"', " ").split())


def test_exit_codes() -> None:
    own = set(map(str, exit_status.OWN))
    assert words(SUBMIT, "OUR_CODES") == own
    assert set(re.findall(r"\b(?:stop|exit|code=)[ ]?(6[5-9]|7\d)\b", JOB)) == own
    (told,) = re.findall(r"^# Exit: .*\n# .*$", JOB, re.MULTILINE)
    assert set(re.findall(r"\b(?:6[5-9]|7\d)\b", told)) == own
    assert all(exit_status.meaning(each) for each in exit_status.OWN)


@pytest.mark.parametrize(
    ("name", "scripts"),
    [
        (f"/{job_files.JOBS}/{job_files.FROZEN}/", [JOB]),
        (f"/{job_files.JOBS}/{job_files.REFUSED}/", [JOB]),
        (f"/{job_files.FROZEN}", [SUBMIT]),
        (f"/{job_files.REFUSED}/", [SUBMIT]),
        (f"/{job_files.STAMP}", [JOB, SUBMIT]),
        (f"/{job_files.IDENTITY}", [JOB, SUBMIT]),
        (f"/{job_files.SCRIPT}", [SUBMIT]),
        (job_files.SCRIPT, [JOB]),
        (f"/{job_files.RECORD}", [SUBMIT]),
        (f"/{job_files.WARM_UP}", [SUBMIT]),
        (ROWS_BEGIN, [JOB, SUBMIT]),
        (f"\n{ROWS_END}\n", [JOB]),
        (f'"$line" = {ROWS_END} ', [SUBMIT]),
    ],
)
def test_names(name: str, scripts: list[str]) -> None:
    assert all(name in each for each in scripts)


def test_files_of_weights() -> None:
    training = TORCHTUNE.training
    assert training is not None
    ends = [each.removeprefix(".") for each in training.weights]
    assert f"*.{{{','.join(ends)}}}" in JOB
    assert "for each in " + " ".join(f'"$1"/*.{end}' for end in ends) + "; do" in SUBMIT


def test_heartbeats() -> None:
    assert f"beat=${{TCWC_BEAT:-{BEAT}}}" in JOB
    assert f"STALE=$(({BEATS} * ${{TCWC_BEAT:-{BEAT}}}))" in SUBMIT


def test_words_of_a_selection() -> None:
    """The script knows of states what files tell; what only Slurm tells it says so."""
    (slurm_tells,) = re.findall(r"^        (node \| .*)\)$", SUBMIT, re.MULTILINE)
    failed = words(SUBMIT, "FAILED")
    assert failed | set(slurm_tells.split(" | ")) == set(REASONS)
    (states,) = re.findall(r'^STATES=" failed missing\$FAILED""(.*)"$', SUBMIT, re.MULTILINE)
    assert set(states.split()) | {"failed"} == {*selection.MISSING, "changed"}


def test_comments_of_arrays() -> None:
    assert f'"--comment={comment_of("$label", 0)[:-1]}${{chunk_offset[at]}}"' in SUBMIT


def test_attempts_that_trained_nothing() -> None:
    """Their ends say `fresh`, since nobody looked what they go on from."""
    (aside,) = re.findall(r'write_end cancelled .*"(set aside for [^"]*)"', JOB)
    (before,) = re.findall(r"state=cancelled .*detail='([^']*)'", JOB)
    assert f"detail='{before}'" in EVALUATE
    again = template("trained_again.sh")
    for detail, named in ((before, f'"{before}"'), (aside, '"set aside for ')):
        said = json.dumps({"state": "cancelled", "mode": "fresh", "detail": detail})
        assert read_stamp({"0001.start": "{}", "0001.end": said}).trained == ()
        assert f"""*'"detail":{named}'*""" in again


def test_columns_of_rows() -> None:
    """Each script takes a row apart by places; the job has taken off the first two before."""
    (read,) = re.findall(r"^read_row\(\) \{\n.*\n(.*)\n\}", SUBMIT, re.MULTILINE)
    for name, place in re.findall(r"(\w+)=\$\{?(\d+)", read):
        assert COLUMNS[int(place) - 1] in (name, f"{name}_hash"), name
    parts = re.findall(r"^    (?:sha256=\$1|nodes=\$5|replaces=\$\{10\}) ?.*$", JOB, re.MULTILINE)
    found = re.findall(r"(\w+)=(?:\$\{?|\$\(\(\$)(\d+)", " ".join(parts))
    taken = {int(place): "epochs" if name == "last" else name for name, place in found}
    assert [taken[each + 1] for each in range(len(taken))] == list(COLUMNS[2:])


def test_columns_of_evaluations() -> None:
    """Both scripts take them by place; the job has taken off the first two before."""
    (read,) = re.findall(r"^read_evaluation\(\) \{\n.*\n(.*)\n\}", SUBMIT, re.MULTILINE)
    for name, place in re.findall(r"(\w+)=\$\{?(\d+)", read):
        column = EVALUATION_COLUMNS[int(place) - 1]
        assert column in (name, f"{name}_hash", f"evaluation_{name}")
    (taken,) = re.findall(r"^    evaluation=\$1 .*$", EVALUATE, re.MULTILINE)
    for name, place in re.findall(r"(\w+)=\$\{?(\d+)", taken):
        assert EVALUATION_COLUMNS[int(place) + 1] == name
    (said,) = re.findall(r"^    # (index run .*):$", EVALUATE, re.MULTILINE)
    assert tuple(said.split()) == EVALUATION_COLUMNS


def test_names_of_evaluations() -> None:
    assert f'/{STAMP}"' in EVALUATE
    assert f'/{STAMP}"' in SUBMIT
    assert f'/{job_files.EVALUATOR}"' in SUBMIT
    assert job_files.EVALUATOR in EVALUATE
    assert f"$results{FAILED_NAME}$" in EVALUATE
    assert f"$part/{LOG}" in EVALUATE
    assert all(f"/tcwc/${{weights##*/}}{job_files.PRUNED}" in each for each in (SUBMIT, EVALUATE))
    comment = evaluation_comment("$label", 0)[:-1]
    assert f'"--comment={comment}${{evaluation_offset[at]}}"' in SUBMIT
    assert ROWS_BEGIN in EVALUATE


def test_the_stamp_of_an_evaluation() -> None:
    (form,) = re.findall(
        r"printf '(\{\"format\":1,\"experiment\":%s,\"evaluation\".*)\\n'", EVALUATE
    )
    values = ['"e"', '"sums"', "h", '"command"', '"run_001"', "1", "2", '"epoch_1"', '"c"', '"s"']
    stamp = read_evaluated(form % (*values, "1", "10", "12", '"node1"', "null"))
    assert stamp == EvaluationStamp(
        "e", "sums", "h", "command", "run_001", 1, 2, "epoch_1", "c", "s", 1, "finished", 10, 12,
        "node1", "",
    )  # fmt: skip


def test_the_record() -> None:
    (form,) = re.findall(r"printf '(\{\"format\":1,\"job\".*\"sha256\".*)\\n'", SUBMIT)
    line = form % ("161", "3", "run_003", "0" * 64, "1" * 64, "/scratch", "1795920855")
    noted = read_submitted([line], "lab")["run_003"]
    assert (noted.job, noted.at) == ("161_3", 1795920855)
