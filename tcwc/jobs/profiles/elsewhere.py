"""What goes by another name in a cluster profile, or stands somewhere else: keys that people write
from habit, of other tools and of sbatch."""

from __future__ import annotations

from collections.abc import Mapping

_OF_RUNS = "what a run needs stands in the experiment: write `{}:` under its `resources:`"
ELSEWHERE: Mapping[str, str] = {
    **dict.fromkeys(("time", "walltime", "time_limit"), _OF_RUNS.format("time")),
    **dict.fromkeys(("gpus", "gpus_per_node", "num_gpus"), _OF_RUNS.format("gpus")),
    **dict.fromkeys(("nodes", "num_nodes"), _OF_RUNS.format("nodes")),
    **dict.fromkeys(("cpus", "cpus_per_task"), _OF_RUNS.format("cpus")),
    **dict.fromkeys(("mem", "memory", "mem_mb", "mem_gb", "ram"), _OF_RUNS.format("memory")),
    **dict.fromkeys(("timeout_min", "runtime", "timeout", "max_time"), _OF_RUNS.format("time")),
    **dict.fromkeys(
        ("gres", "gpu", "n_gpus", "gpus_per_task"),
        "how many GPUs a run has stands in the experiment, `resources: {gpus: 4}`; of which kind, "
        "here: `gpu_type: a100`",
    ),
    **dict.fromkeys(
        ("ntasks", "tasks", "tasks_per_node", "ntasks_per_node"),
        "remove the line: how many processes there are follows from `gpus` and `nodes` under "
        "`resources:` of the experiment",
    ),
    **dict.fromkeys(
        ("scheduler", "type", "executor", "backend", "launcher"),
        "remove the line: a profile is always one of Slurm",
    ),
    **dict.fromkeys(("jobs", "array_parallelism", "max_concurrent"), "write `concurrency:`"),
    **dict.fromkeys(
        ("default_resources", "resources", "job", "job_options"),
        "write its lines at the top of the file: `partition:`, `account:`; what runs need stands "
        "in the experiment",
    ),
    **dict.fromkeys(
        ("name", "cluster", "cluster_name"), "a profile is called as its file is: remove the line"
    ),
    **dict.fromkeys(
        ("modules", "module", "conda", "conda_env", "venv", "commands", "prologue"),
        "lines of bash that come before the training stand under `setup:`",
    ),
    **dict.fromkeys(("env", "env_vars", "variables", "exports"), "write `environment:`"),
    **dict.fromkeys(
        ("sbatch", "slurm", "extra", "options", "sbatch_options", "additional_parameters"),
        "other options of sbatch stand under `directives:`",
    ),
    **dict.fromkeys(
        ("container", "image", "apptainer", "singularity", "docker"),
        "a container is a `wrapper:` around the command that trains: "
        "`wrapper: apptainer exec --nv image.sif`",
    ),
    **dict.fromkeys(("log_dir", "output", "log_folder"), "the folder of the logs is `logs:`"),
    **dict.fromkeys(("throttle", "max_running", "max_jobs"), "write `concurrency:`"),
}
"""By a key that no profile has, and people write: what to write instead."""
