"""What people type who know other programs: words and options, by what does here what they mean."""

from __future__ import annotations

from tcwc.model.frozen import dataclass

COMMANDS = {
    "build": "compile make gen generate-configs write render expand create-configs",
    "lint --fix": "fix format fmt repair",
    "lint": "validate-config test-config linter",
    "check": "test verify ci status",
    "plan": "preview dry-run dryrun table design grid",
    "plan --against main": "review pr changes impact",
    "show": "cat view print get",
    "explain": "why trace where",
    "diff": "compare",
    "rule": "rules codes",
    "bases --show": "cp copy",
    "bases": "ls list configs recipes models base catalog search find",
    "keys": "options parameters params settings args fields",
}
"""Words of other programs, by what does here what they do there."""

STARTS = [
    "train",
    "start",
    "launch",
    "submit",
    "exec",
    "tune",
    "sweep",
    "agent",
    "sbatch",
    "multirun",
]
BEGINS = [
    "new",
    "create",
    "example",
    "template",
    "quickstart",
    "examples",
    "demo",
    "tutorial",
]
SHOWS = ["show", "print", "cat", "get", "list", "ls"]
"""What begins a run, an experiment, and what shows something, elsewhere."""

FORMS = {".json": "json", ".sarif": "sarif", ".csv": "csv", ".md": "markdown"}
"""The form that a file to write has, by its end."""


@dataclass(frozen=True, slots=True)
class Habit:
    """Options of other programs, where they mean something, and what is typed instead.

    `where`: "" for all commands, or commands, or an option that the command has, or the name of a
    file that is the value. In `instead` stand `{command}`, `{file}`, `{value}`, `{quoted}` (values
    with commas, each in quotes) and `{form}` (of output); what begins with `>` or `-` is added to
    the line as typed. `takes`: a value follows the option.
    """

    options: str
    where: str
    instead: str
    takes: bool = False


_LEVELS = (
    "all combinations of the levels under `variables:` are runs: `tcwc build {file}` writes them"
)
_SETTING = "write it into tcwc.toml: `{setting} = [{quoted}]`"

HABITS = (
    Habit("-f --output-format --fmt", "--format", "--format {form}", takes=True),
    Habit("--json", "--format", "--format json"),
    Habit("--sarif", "lint", "--format sarif"),
    Habit("--csv", "plan", "--format csv"),
    Habit("--markdown --md", "plan", "--format markdown"),
    Habit("--unsafe --fix-unsafe --unsafe-fix", "--unsafe-fixes", "--unsafe-fixes"),
    Habit("--autofix", "--fix", "--fix"),
    Habit("--no-color --no-colour", "", "--color never"),
    Habit("--colour", "", "--color {value}", takes=True),
    Habit("--output-dir --out-dir --outdir --out --dir -d", "--output", "-o {value}", takes=True),
    Habit("--overwrite --yes -y", "--force", "--force"),
    Habit("--silent", "", "--quiet"),
    Habit("--debug", "", "--verbose"),
    Habit("--warnings-as-errors -Werror", "--strict", "--strict"),
    Habit(
        "-o --output --out --output-file --outfile",
        "lint check plan show explain diff rule bases",
        "> {value}",
        takes=True,
    ),
    Habit("--list --all -l", "bases rule", "`tcwc {command}` lists them all"),
    Habit("--rules --list-rules --show-rules", "", "`tcwc rule` lists them all"),
    Habit("--explain --rule", "lint", "`tcwc rule {value}` says why, with examples", takes=True),
    Habit("--base --base-config --model --config", "init", "`tcwc init {value}`", takes=True),
    Habit("--from --run --run-dir", "init", "--from-run {value}", takes=True),
    Habit("--sweep --variables --variable --grid", "init", "--vary {value}", takes=True),
    Habit(
        "--base --base-config --from",
        "",
        "write it into the experiment, at the top level: `base_config: {value}`",
        takes=True,
    ),
    Habit(
        "--config --settings",
        "tcwc.toml",
        "settings are read by themselves, from tcwc.toml or pyproject.toml in this folder or above",
        takes=True,
    ),
    Habit(
        "--fix --unsafe-fixes",
        "check",
        "`tcwc build {file}` writes the configs again; `tcwc lint --fix {file}` repairs the source",
    ),
    Habit(
        "--check",
        "",
        "`tcwc lint {file}` changes nothing and exits 1 where there are errors; "
        "`tcwc check {file}` compares the built configs with their source",
    ),
    Habit("--select --extend-select", "", _SETTING.replace("{setting}", "select"), takes=True),
    Habit(
        "--ignore --extend-ignore --disable",
        "",
        _SETTING.replace("{setting}", "ignore"),
        takes=True,
    ),
    Habit("--exclude", "", _SETTING.replace("{setting}", "exclude"), takes=True),
    Habit("-m --multirun", "", _LEVELS),
    Habit(
        "--sample --samples --num-samples --n-samples --num_samples --n-trials --n_trials",
        "",
        "write it into the experiment, at the top level: `sample: {value}`",
        takes=True,
    ),
    Habit(
        "--limit --max-runs --max_runs",
        "",
        "write it into the experiment, at the top level: `limit: {value}`, which refuses more "
        "runs; `sample: {value}` draws as many",
        takes=True,
    ),
    Habit("--profile --site --machine", "--cluster", "--cluster {value}", takes=True),
    Habit(
        "--run --runs --id --ids --state --states --filter", "--only", "--only {value}", takes=True
    ),
    Habit(
        "--gpus --num-gpus --ngpus --gpus-per-node --nproc-per-node --gres",
        "run",
        "`--devices 0,1` says which GPUs are used here, `--jobs 2` how many runs at a time; how "
        "many one run needs stands in the experiment, `resources: {{gpus: 2}}`",
        takes=True,
    ),
    Habit(
        "--gpus --num-gpus --ngpus --gpus-per-node --nproc-per-node --gres --time -t --mem "
        "--memory --nodes --nnodes -N --cpus --cpus-per-task",
        "slurm",
        "what a run needs stands in the experiment: `resources: {{time: 12:00:00, gpus: 4}}`",
        takes=True,
    ),
    Habit(
        "--partition -p --account -A --qos --constraint -C --mail-user --exclude --reservation",
        "slurm",
        "how a site is spoken to stands in its profile, clusters/NAME.yaml (docs/clusters.md)",
        takes=True,
    ),
    Habit(
        "--submit --sbatch --run-now",
        "slurm",
        "it writes scripts, and its last line names the one that submits",
    ),
    Habit(
        "--dry-run --dryrun -n --no-write --what-if --test-only",
        "slurm",
        "it submits nothing; `bash configs/slurm/NAME/submit.sh --dry-run` says what would be "
        "submitted",
    ),
    Habit(
        "--dry-run --dryrun -n --no-write --what-if",
        "prune",
        "without --yes it removes nothing: `tcwc prune {file}`",
    ),
    Habit("--watch --follow -w", "status", "`watch tcwc status {file}` looks again and again"),
    Habit(
        "--dry-run --dryrun -n --no-write --what-if",
        "lint",
        "`tcwc lint --diff {file}` shows what --fix would change, and changes nothing",
    ),
    Habit(
        "--dry-run --dryrun -n --no-write --what-if --cfg --print",
        "",
        "`tcwc plan {file}` shows what a build would write, `tcwc lint {file}` looks for mistakes; "
        "neither writes anything",
    ),
)
"""The first that fits is told; those without a backtick are added to the line that was typed."""

FILE_OPTIONS = (
    *("--config", "-c", "--file", "-f", "--experiment", "--input", "-i", "--config-name"),
    "--config-path",
)
"""What is followed by a file elsewhere, which is named without an option here."""
