"""action.yml: its steps, run by bash as GitHub runs them, in an environment as GitHub makes it.

`tcwc` is this very process (tests/shell.py), and `gh` a script that writes down what it is asked.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tcwc.api.beginning import WORKFLOW
from tcwc.yaml.plain import load_plain
from tests.jobs.lab import complaints
from tests.repository import Repository
from tests.shell import bash_here

ROOT = Path(__file__).parents[2]
ACTION: Any = load_plain((ROOT / "action.yml").read_text(encoding="utf-8"))
STEPS: list[dict[str, Any]] = ACTION["runs"]["steps"]
SCRIPTS = {each["name"]: each["run"] for each in STEPS if "run" in each}
_EXPRESSION = re.compile(r"\$\{\{ (.*?) \}\}")

TCWC = """\
#!/usr/bin/env bash
printf '%s\\0' "$PWD" "$@" > "$ASKED"
read -r status < "$ANSWERED"
cat "$ANSWERED.out"; cat "$ANSWERED.err" >&2
exit "$status"
"""
"""As in tests/shell.py, for scripts that call it by its path."""

GH = """\
#!/usr/bin/env bash
printf '%s\\n' "$*" >> "$GH_LOG"
[ -z "${GH_REFUSES-}" ] || exit 1
case "$*" in *--paginate*) cat -- "$GH_THERE" ;; esac
for each; do case $each in body=@*) cat -- "${each#body=@}" > "$GH_LOG.body" ;; esac; done
"""


@dataclass
class Job:
    """A job on a checkout, with what GitHub says of it."""

    checkout: Path
    own: Path
    event: str = "pull_request"
    context: dict[str, str] = field(default_factory=dict)
    inputs: dict[str, str] = field(default_factory=dict)
    environment: dict[str, str] = field(default_factory=dict)
    said: str = ""

    def __post_init__(self) -> None:
        (self.own / "tcwc/bin").mkdir(parents=True)
        (self.own / "bin").mkdir()
        for path, text in (("tcwc/bin/tcwc", TCWC), ("bin/gh", GH)):
            (self.own / path).write_text(text, encoding="utf-8")
            (self.own / path).chmod(0o755)
        for name in ("summary", "there", "log"):
            (self.own / name).touch()
        defaults = {name: each.get("default", "") for name, each in ACTION["inputs"].items()}
        self.inputs = {**defaults, **self.inputs}

    def run(self) -> int:
        """Run all steps but for the installation; gives the exit code of the first that fails."""
        outputs: dict[str, str] = {}
        for step in STEPS[1:]:
            if "run" not in step:
                continue
            code = self._step(step, outputs)
            if code:
                return code
        return 0

    def _step(self, step: Mapping[str, Any], outputs: dict[str, str]) -> int:
        written = self.own / "outputs"
        written.write_text("")
        script = self.own / "step.sh"
        script.write_text(step["run"], encoding="utf-8")
        env = {k: self._value(str(v), outputs) for k, v in step.get("env", {}).items()}
        done = bash_here(
            f"bash --noprofile --norc -eo pipefail {script}",
            self.checkout,
            {**self._runner(), "GITHUB_OUTPUT": str(written), **env, **self.environment},
        )
        self.said += done.stdout.decode() + done.stderr.decode()
        for line in written.read_text().splitlines():
            name, _, value = line.partition("=")
            outputs[f"steps.{step['id']}.outputs.{name}"] = value
        return done.returncode

    def _runner(self) -> dict[str, str]:
        return {
            "PATH": f"{self.own / 'bin'}:{os.environ['PATH']}",
            "HOME": str(self.own),
            "LC_ALL": "C.UTF-8",
            "GITHUB_EVENT_NAME": self.event,
            "GITHUB_REPOSITORY": "lab/sweeps",
            "GITHUB_STEP_SUMMARY": str(self.own / "summary"),
            "RUNNER_TEMP": str(self.own),
            "GH_LOG": str(self.own / "log"),
            "GH_THERE": str(self.own / "there"),
        }

    def _value(self, text: str, outputs: Mapping[str, str]) -> str:
        known = {**self.context, **outputs, **{f"inputs.{k}": v for k, v in self.inputs.items()}}

        def value(found: re.Match[str]) -> str:
            alternatives = [known.get(each.strip(), "") for each in found[1].split("||")]
            return next(filter(None, alternatives), "")

        return _EXPRESSION.sub(value, text)

    @property
    def summary(self) -> str:
        return (self.own / "summary").read_text(encoding="utf-8")

    @property
    def asked(self) -> list[str]:
        """What `gh` was asked."""
        return (self.own / "log").read_text(encoding="utf-8").splitlines()


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    made = Repository(tmp_path / "repository")
    made.experiment("experiment.yaml")
    made.commit()
    return made


def pull_request(repository: Repository) -> str:
    """Merge a branch that adds a level, as GitHub does of a pull request; gives the merge."""
    repository.git("switch", "--quiet", "--create", "mine")
    repository.edit("experiment.yaml", ("[8, 16]", "[8, 16, 32]"))
    repository.tcwc("build", "experiment.yaml")
    repository.commit()
    repository.git("switch", "--quiet", "main")
    repository.write("README", "meanwhile")
    repository.commit()
    repository.git("merge", "--quiet", "--no-ff", "-m", "parent 1234", "mine")
    return repository.git("rev-parse", "HEAD")


def checkout(repository: Repository, folder: Path, depth: int = 1) -> Path:
    """A shallow one."""
    made = Repository(folder)
    made.git("remote", "add", "origin", f"file://{repository.folder}")
    made.git("fetch", "--quiet", f"--depth={depth}", "origin", "main")
    made.git("checkout", "--quiet", "FETCH_HEAD")
    return folder


def job_of(checkout: Path, tmp_path: Path, merge: str, **more: Any) -> Job:
    number = {"github.event.pull_request.number": "7"}
    made = Job(checkout, tmp_path / "runner", context=number, **more)
    made.environment = {"GITHUB_SHA": merge}
    return made


@pytest.mark.parametrize("depth", [1, 2])
def test_a_pull_request(repository: Repository, tmp_path: Path, depth: int) -> None:
    merge = pull_request(repository)
    job = job_of(checkout(repository, tmp_path / "checkout", depth), tmp_path, merge)
    assert job.run() == 0, job.said
    assert "2 runs new" in job.summary
    assert "retired" not in job.summary
    listing, post = job.asked
    assert "--paginate repos/lab/sweeps/issues/7/comments?per_page=100" in listing
    assert "--method POST repos/lab/sweeps/issues/7/comments" in post
    assert (job.own / "log.body").read_text(encoding="utf-8") == job.summary
    sarif = json.loads((job.own / "tcwc.sarif").read_text(encoding="utf-8"))
    assert sarif["version"] == "2.1.0"


def test_the_comment_is_written_anew(repository: Repository, tmp_path: Path) -> None:
    merge = pull_request(repository)
    job = job_of(repository.folder, tmp_path, merge)
    (job.own / "there").write_text("11\n12\n")
    assert job.run() == 0, job.said
    assert "--method PATCH repos/lab/sweeps/issues/comments/11" in job.asked[-1]


def test_no_comment_where_nothing_changes(repository: Repository, tmp_path: Path) -> None:
    head = repository.commit()
    job = job_of(repository.folder, tmp_path, head, inputs={"against": "HEAD~1"})
    assert job.run() == 0, job.said
    assert "nothing changes" in job.summary
    assert len(job.asked) == 1


def test_one_that_may_not_write_says_so(repository: Repository, tmp_path: Path) -> None:
    merge = pull_request(repository)
    job = job_of(repository.folder, tmp_path, merge)
    job.environment["GH_REFUSES"] = "1"
    assert job.run() == 0, job.said
    assert "::notice title=tcwc::no comment" in job.said
    assert "2 runs new" in job.summary


def test_a_push_and_one_that_makes_a_branch(repository: Repository, tmp_path: Path) -> None:
    before = repository.git("rev-parse", "HEAD")
    pull_request(repository)
    pushed = Job(
        repository.folder, tmp_path / "a", event="push", context={"github.event.before": before}
    )
    assert pushed.run() == 0, pushed.said
    assert "2 runs new" in pushed.summary
    assert pushed.asked == []
    new = Job(
        repository.folder, tmp_path / "b", event="push", context={"github.event.before": "0" * 40}
    )
    assert new.run() == 0, new.said
    assert "nothing to compare with" in new.said
    assert new.summary == ""


@pytest.mark.parametrize(
    ("old", "new", "strict", "said"),
    [
        ("seed: 1", "sead: 1", "false", "::error file=experiment.yaml"),
        ("seed: 1", "seed: 3", "false", "are not what this source compiles to"),
        ("seed: 1", "seed: 1  # tcwc: ignore[TCW401]", "true", "::warning file=experiment.yaml"),
    ],
)
def test_what_fails_is_told_after_the_review(
    repository: Repository, tmp_path: Path, old: str, new: str, strict: str, said: str
) -> None:
    repository.edit("experiment.yaml", (old, new))
    if strict == "true":
        repository.tcwc("build", "experiment.yaml")
    repository.commit()
    inputs = {"against": "HEAD~1", "strict": strict}
    job = job_of(repository.folder, tmp_path, "", inputs=inputs)
    assert job.run() == 1
    assert said in job.said
    assert "tcwc plan" in job.summary


def test_paths_are_words(repository: Repository, tmp_path: Path) -> None:
    """Blanks, quotes and dashes in them too, and nothing in them is run."""
    odd = "-o dir/$(touch ran) 'x'/experiment.yaml"
    repository.experiment("other/experiment.yaml", "other")
    target = repository.folder / odd
    target.parent.mkdir(parents=True)
    shutil.move(repository.folder / "other/experiment.yaml", target)
    shutil.move(repository.folder / "other/configs", target.parent / "configs")
    repository.commit()
    inputs = {"against": "HEAD", "paths": f"experiment.yaml\r\n\n{odd}\n"}
    job = job_of(repository.folder, tmp_path, "", inputs=inputs)
    assert job.run() == 0, job.said
    assert "2 experiments" in job.summary
    assert not [*tmp_path.rglob("ran")]


HOSTILE = "@lab/all #1 <img src=x> [a](b) `x` \\| ::error::x"


def test_text_from_a_pull_request_stays_text(repository: Repository, tmp_path: Path) -> None:
    name = json.dumps(HOSTILE)
    repository.edit("experiment.yaml", ("seed: 1", f"seed: 1\n  +noted: {name}"))
    repository.commit()
    job = job_of(repository.folder, tmp_path, "", inputs={"against": "HEAD~1"})
    assert job.run() == 1  # nobody has built it
    assert not re.search(r"(?m)^\s*::error::x", job.said)
    outside = re.sub(r"<code>.*?</code>|(`+)(?!`).*?(?<!`)\1(?!`)", "", job.summary)
    for each in ("@lab", "#1", "<img", "[a]"):
        assert each not in outside


def test_scripts_take_nothing_but_the_environment() -> None:
    """What GitHub puts into a script would be run."""
    assert not [name for name, script in SCRIPTS.items() if "${{" in script]
    assert all(each["shell"] == "bash" for each in STEPS if "run" in each)


@pytest.mark.parametrize("name", SCRIPTS)
def test_bash_and_shellcheck_find_nothing(name: str, tmp_path: Path) -> None:
    script = tmp_path / "step.sh"
    script.write_text(f"#!/usr/bin/env bash\nset -eo pipefail\n{SCRIPTS[name]}", encoding="utf-8")
    assert complaints(script) == ""


@pytest.mark.slow
@pytest.mark.network
def test_it_installs_what_it_is_of(repository: Repository, tmp_path: Path) -> None:
    """From its own folder, whatever stands in the checkout under the names of modules."""
    for each in ("pip", "venv", "tcwc"):
        repository.write(f"{each}.py", "raise SystemExit('the checkout was run')\n")
    own = tmp_path / "action"
    shutil.copytree(
        ROOT, own, ignore=shutil.ignore_patterns(".git", "__pycache__", ".venv", ".*_cache")
    )
    script = tmp_path / "step.sh"
    script.write_text(SCRIPTS["Install tcwc"], encoding="utf-8")
    temp = tmp_path / "temp"
    temp.mkdir()
    env = {
        **os.environ,
        "TCWC_PYTHON": sys.executable,
        "RUNNER_TEMP": str(temp),
        "GITHUB_ACTION_PATH": str(own),
    }
    done = bash_here(f"bash --noprofile --norc -eo pipefail {script}", repository.folder, env)
    assert done.returncode == 0, done.stderr
    assert (temp / "tcwc/bin/tcwc").exists()


def test_the_workflow_that_init_writes_says_the_same(
    repository: Repository, tmp_path: Path
) -> None:
    """Without the action: where it lies cannot be known to `tcwc init`."""
    pull_request(repository)
    steps: Any = load_plain(WORKFLOW)
    (line,) = (
        step["run"]
        for step in steps["jobs"]["tcwc"]["steps"]
        if step.get("run", "").startswith("tcwc plan")
    )
    summary = tmp_path / "summary"
    here = checkout(repository, tmp_path / "checkout", 2)
    done = bash_here(line, here, {**os.environ, "GITHUB_STEP_SUMMARY": str(summary)})
    assert done.returncode == 0, done.stderr
    assert "2 runs new" in summary.read_text(encoding="utf-8")
