"""Options of the commands that run what was built, and look after it."""

from __future__ import annotations

from argparse import ArgumentParser

from tcwc.commands.options import experiment, form
from tcwc.model.weights import KINDS
from tcwc.report.formats import EXPORT, RESULTS, STATUS

_EPOCHS = (
    "last, all, numbers from 0 (0,2), or best:METRIC, which each run has where a metric of "
    "evaluations is best (best:METRIC:max, best:METRIC:min)"
)


def status(command: ArgumentParser) -> None:
    """Those of `tcwc status`."""
    experiment(command)
    _only(command)
    form(command, STATUS)
    command.add_argument(
        "--check", action="store_true", help="exit 1 unless all these runs are finished"
    )
    _cluster(command)


def results(command: ArgumentParser) -> None:
    """Those of `tcwc results`."""
    experiment(command)
    _only(command)
    form(command, RESULTS)
    command.add_argument(
        "--metric",
        metavar="NAME",
        action="append",
        default=[],
        help="only this metric (loss; sums/acc, or acc; loss:min, loss:tail_mean), which may be "
        "given several times",
    )
    command.add_argument(
        "--epochs",
        metavar="WHICH",
        default="",
        help=f"of what evaluations measured: {_EPOCHS} (a table has the last that there is)",
    )
    for name, help in (
        ("--by", "a row for each level of these, pooled over seeds: mean, sd and 95 %% interval"),
        ("--over", "pool these, too, of which there is a row for each level else"),
    ):
        command.add_argument(
            name, metavar="FACTOR", nargs="+", action="extend", default=[], help=help
        )
    command.add_argument(
        "--plot",
        metavar="METRIC",
        help="draw it: curves over steps (loss), or runs with their mean (acc, loss:last)",
    )
    command.add_argument(
        "-o",
        "--output",
        metavar="FILE",
        help="draw into this file, .svg, .png or .pdf (results-METRIC.svg and .png beside the "
        "experiment)",
    )
    command.add_argument(
        "--steps", action="store_true", help="every step of the trainings, not what they come to"
    )
    _cluster(command)


def verify(command: ArgumentParser) -> None:
    """Those of `tcwc verify`."""
    command.add_argument("folder", metavar="DIR", help="the folder that a run wrote to")
    experiment(command)


def prune(command: ArgumentParser) -> None:
    """Those of `tcwc prune`."""
    experiment(command)
    command.add_argument(
        "--keep",
        metavar="WHICH",
        default="last",
        help="last: the last epoch of each run; best:METRIC: that, and the best by a metric of "
        "evaluations (best:METRIC:max, best:METRIC:min)",
    )
    _only(command)
    command.add_argument("--yes", action="store_true", help="remove what is listed")


def export(command: ArgumentParser) -> None:
    """Those of `tcwc export`."""
    experiment(command)
    _only(command)
    form(command, EXPORT)
    command.add_argument(
        "--epochs",
        metavar="WHICH",
        default="all",
        help=f"{_EPOCHS} (all)",
    )
    command.add_argument(
        "--kind",
        action="append",
        choices=KINDS,
        default=[],
        help="only weights of this kind; may be said more than once",
    )
    command.add_argument(
        "--commands",
        action="store_true",
        help="give, for each run that is left, a line of bash that trains it, for schedulers other "
        "than Slurm",
    )
    _cluster(command)


def slurm(command: ArgumentParser) -> None:
    """Those of `tcwc slurm`."""
    experiment(command)
    _only(command)
    _halving(command, " or --suggest")
    command.add_argument(
        "--suggest",
        action="store_true",
        help="submit nothing: show the edit that gives runs the time limits that finished runs "
        "tell that they need",
    )
    _cluster(command)
    command.add_argument(
        "--force", action="store_true", help="overwrite scripts that were edited by hand"
    )


def run(command: ArgumentParser) -> None:
    """Those of `tcwc run`."""
    experiment(command)
    command.add_argument(
        "runs",
        metavar="RUN",
        nargs="*",
        default=[],
        help="only these runs, by id (run_003) or number (3)",
    )
    _only(command)
    _halving(command)
    command.add_argument(
        "--devices",
        metavar="LIST",
        help="the devices to use, as CUDA_VISIBLE_DEVICES names them (0,1); none for none (that "
        "variable, else all that nvidia-smi lists)",
    )
    command.add_argument(
        "--jobs",
        metavar="N",
        type=int,
        help="at most so many runs at a time (as many as there are devices for; without any, 1)",
    )
    _cluster(command)
    command.add_argument(
        "--smoke", action="store_true", help="before it, try one run of each kind for two steps"
    )
    command.add_argument(
        "--no-evaluate", action="store_true", help="train, and leave the evaluations out"
    )
    command.add_argument(
        "--dry-run", action="store_true", help="say what would be started, and start nothing"
    )
    command.add_argument(
        "--try",
        dest="tries",
        metavar="KEY=VALUE",
        nargs="+",
        action="extend",
        help="run one run with other values, for a look: in a scratch folder, and never as a run",
    )


def _only(command: ArgumentParser) -> None:
    command.add_argument(
        "--only",
        metavar="WORDS",
        action="append",
        default=[],
        help="states (failed, missing, oom, changed, ...), runs (run_003, run_003..run_007), or a "
        "condition ('lora_rank == 8 and failed'), joined by commas",
    )


def _halving(command: ArgumentParser, others: str = "") -> None:
    command.add_argument(
        "--halve-batch",
        action="store_true",
        help="start nothing: show the edit that gives the runs of --only half the batch at twice "
        "the accumulation",
    )
    command.add_argument(
        "--write", action="store_true", help=f"write what --halve-batch{others} shows"
    )


def _cluster(command: ArgumentParser) -> None:
    command.add_argument(
        "--cluster", metavar="NAME", help="the profile of this cluster, where there are several"
    )
