"""Jobs by the example profiles: what sbatch is told, letter by letter, and what it says to that.

After a change, `pytest tests/jobs --update-golden` rewrites what is expected.
"""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from tcwc.api.templates import template
from tcwc.jobs.profiles.profile import Profile
from tcwc.jobs.profiles.reader import KEYS
from tcwc.jobs.scripts.directives import Sheet, own_directives, sheet
from tcwc.jobs.scripts.job import job_text
from tcwc.jobs.scripts.quoting import quoted
from tcwc.jobs.task import Task
from tcwc.model.frozen import replace
from tcwc.model.resources import Needs
from tcwc.torchtune.target import TORCHTUNE
from tests.conftest import ROOT
from tests.jobs.lab import Slurm, complaints
from tests.jobs.profiles import EXAMPLES, example, profile
from tests.jobs.test_directives import HOSTILE, HOUR, task

GOLDEN = Path(__file__).parent / "golden" / "profiles"
NAMES = [path.stem for path in EXAMPLES]
MARKS = "#!/bin/bash\n#@ directives\n\n#@ settings\n\n#@ environment\n#@ setup\n\n#@ rows\n"
"""What of a job script comes from elsewhere than its template."""
OF_PROFILES = MARKS.replace("\n", "\n# shellcheck disable=SC2034\n", 1).replace("#@ rows\n", "")
"""What of it is bash."""


def runs() -> list[Task]:
    """A run on one GPU, one on a whole node and one on two."""
    return [
        task(0, gpus=1, time=4 * HOUR),
        task(1, gpus=4, time=30 * HOUR, memory=400_000, cpus=32),
        replace(task(2, gpus=4, nodes=2, time=30 * HOUR), folder="/work/${oc.env:PROJECT}/it's 3"),
    ]


def told(by: Profile, tasks: list[Task], name: str = "study") -> Sheet:
    log = f"{by.logs or f'configs/slurm/{by.name}/logs'}/%A_%a.log"
    return sheet(by, tasks, own_directives(name, log, f"tcwc:{name}:0", "B:USR1@120"))


def script(template: str, by: Profile, tasks: list[Task], name: str = "study") -> str:
    lines = told(by, tasks, name).lines
    recipe = "lora_finetune_distributed"
    return job_text(template, name, recipe, tasks, by, distributed=True, lines=lines)


def whole(by: Profile, tasks: list[Task], name: str = "study") -> str:
    training = TORCHTUNE.training
    assert training is not None
    return script(template(training.script), by, tasks, name)


@pytest.mark.parametrize("name", NAMES)
def test_says_what_it_should(name: str, update_golden: bool) -> None:
    by = example(name)
    made = script(MARKS, by, runs())
    for batch in told(by, runs()).batches:
        made += (
            " ".join(["sbatch", *map(quoted, batch.words), *(t.run for t in batch.tasks)]) + "\n"
        )
    if left := told(by, runs()).left_out:
        made += f"left out: {' '.join(left)}\n"
    expected = GOLDEN / f"{name}.txt"
    if update_golden:
        expected.parent.mkdir(parents=True, exist_ok=True)
        expected.write_bytes(made.encode())
    assert made == expected.read_bytes().decode()


def test_a_whole_script_to_read(update_golden: bool) -> None:
    """What a wary person reads before submitting it: golden, so that each change of it is seen."""
    made = whole(example("gres"), runs())
    expected = GOLDEN.parent / "job.sbatch"
    if update_golden:
        expected.write_bytes(made.encode())
    assert made == expected.read_bytes().decode()


def hostile() -> Profile:
    """A profile in which every value that may be any text is one that a shell would misread."""
    made = {f"V{index}": text for index, text in enumerate(HOSTILE)} | {"LINES": "a\nb 'c\n"}
    by = profile("setup: |\n  cat <<'END' > /dev/null\n  it's $(false)\n  END\n  true\n")
    return replace(
        by,
        partition="main",
        constraint=None,
        directives={"wckey": HOSTILE[1]},
        environment=made,
        wrapper="""env 'A=it'"'"'s' "B=$(echo '$(false)')" """.strip(),
    )


@pytest.mark.parametrize("name", [*NAMES, "hostile"])
def test_bash_and_shellcheck_find_nothing(name: str, tmp_path: Path) -> None:
    is_hostile = name == "hostile"
    path = tmp_path / "job.sbatch"
    # What stands in the template anyway is looked at once.
    made = whole(hostile(), runs()) if is_hostile else script(OF_PROFILES, example(name), runs())
    path.write_text(made, encoding="utf-8")
    assert complaints(path, "warning") == ""


def test_values_of_an_environment_arrive_as_they_are(tmp_path: Path) -> None:
    by = hostile()
    body = script("#@ environment\n#@ setup\n", by, [])
    names = " ".join(by.environment)
    ends = f'for name in {names}; do printf "%s=%s\\0" "$name" "${{!name}}"; done\n'
    done = subprocess.run(["bash", "-c", body + ends], capture_output=True, text=True, check=True)
    assert done.stdout == "".join(f"{name}={text}\0" for name, text in by.environment.items())


@pytest.mark.slow
@pytest.mark.slurm
@pytest.mark.parametrize("name", NAMES)
def test_sbatch_takes_each_job(name: str, slurm_sites: Slurm, tmp_path: Path) -> None:
    by = example(name)
    (tmp_path / "job.sbatch").write_text(whole(by, runs()), encoding="utf-8")
    for batch in told(by, runs()).batches:
        command = ["sbatch", "--test-only", "--array=0-1%1", *batch.words, "job.sbatch", "0"]
        said = slurm_sites.run(*command, cwd=tmp_path, check=False)
        assert said.returncode == 0, (command, said.stderr)
        one = batch.tasks[0]
        cpus = one.needs.cpus or (by.cpus_per_gpu or 0) * (one.needs.gpus or 0)
        whole_node = "exclusive" in by.directives
        assert f"using {(64 if whole_node else cpus) * one.nodes} processors" in said.stderr
        assert f"in partition {by.partition}" in said.stderr
        assert ("[" in said.stderr.rpartition("nodes ")[2]) == (one.nodes > 1), said.stderr


@pytest.mark.slow
@pytest.mark.slurm
def test_sbatch_refuses_what_no_node_has(slurm_sites: Slurm, tmp_path: Path) -> None:
    """So that the test above is one."""
    by = replace(example("gres"), gpu_type="h100")
    (tmp_path / "job.sbatch").write_text(whole(by, runs()[:1]), encoding="utf-8")
    said = slurm_sites.run("sbatch", "--test-only", "job.sbatch", cwd=tmp_path, check=False)
    assert said.returncode != 0


def test_the_page_says_what_is_said() -> None:
    page = (ROOT / "docs" / "clusters.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```(yaml|bash)\n(.*?)```", page, re.DOTALL)
    profile(blocks[0][1])
    for name, index, block in (("gres", 1, 1), ("per_node", 2, 2)):
        by, run = example(name), replace(runs()[index], needs=Needs(time=30 * HOUR, gpus=4))
        assert "\n".join(sheet(by, [run]).lines) == blocks[block][1].rstrip()
    for key in KEYS:
        assert re.search(rf"^\| [^|]*`{key}[`:]", page, re.MULTILINE), key


def test_examples_are_all_here() -> None:
    assert NAMES == ["container", "gres", "per_node", "rocm"]
