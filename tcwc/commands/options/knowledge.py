"""Options of the commands about what tcwc knows: rules, releases, environments."""

from __future__ import annotations

from argparse import ArgumentParser

from tcwc.commands.options import table_or_document, version, words


def rule(command: ArgumentParser) -> None:
    """Those of `tcwc rule`."""
    command.add_argument("codes", metavar="CODE", nargs="*", help="codes or names (all, if none)")
    command.add_argument("--test", metavar="DIR", help="run the cases of the rules in a folder")


def bases(command: ArgumentParser) -> None:
    """Those of `tcwc bases`."""
    words(command, "model, size, method, devices, recipe, weights")
    command.add_argument("--show", action="store_true", help="print the config of the base named")
    version(command)
    table_or_document(command)


def init(command: ArgumentParser) -> None:
    """Those of `tcwc init`."""
    command.add_argument(
        "base", metavar="BASE", nargs="*", help="a base config, or words for one (asked, if none)"
    )
    command.add_argument(
        "--from-run", metavar="DIR", help="begin with what a run was trained with, by its folder"
    )
    command.add_argument(
        "--vary",
        metavar="KEY=LEVELS",
        action="append",
        default=[],
        help="what is tested, such as lora_rank=8,16,32; may be given again",
    )
    command.add_argument(
        "--set",
        metavar="KEY=VALUE",
        action="append",
        default=[],
        help="what is constant, such as epochs=2; may be given again",
    )
    command.add_argument("--name", metavar="NAME", help="the experiment's name")
    command.add_argument(
        "-o", "--output", metavar="FILE", help="write there (experiment.yaml); - is stdout"
    )
    command.add_argument("--recipe", metavar="NAME", help="the recipe that ran it, for --from-run")
    version(command)
    command.add_argument(
        "--pre-commit", action="store_true", help="a .pre-commit-config.yaml with tcwc's checks"
    )
    command.add_argument("--ci", choices=("github",), help="a workflow with tcwc's checks")
    command.add_argument(
        "--gitattributes",
        action="store_true",
        help="a .gitattributes by which git leaves the bytes of configs alone",
    )


def keys(command: ArgumentParser) -> None:
    """Those of `tcwc keys`."""
    command.add_argument(
        "subject", metavar="BASE", help="a base config (as `tcwc bases` lists it), or an experiment"
    )
    words(command, "in path, short name, component")
    version(command)
    table_or_document(command)


def schema(command: ArgumentParser) -> None:
    """Those of `tcwc schema`."""
    command.add_argument(
        "experiment", metavar="EXPERIMENT", nargs="?", help="whose keys it is to have"
    )
    command.add_argument("--base", metavar="NAME", help="the keys of this base config instead")
    command.add_argument(
        "--recipe", metavar="NAME", help="the recipe that runs it, where the base does not tell"
    )
    version(command)
    command.add_argument(
        "-o", "--output", metavar="FILE", help="write it there, over one that tcwc wrote too"
    )


def catalog(command: ArgumentParser) -> None:
    """Those of `tcwc catalog`."""
    command.add_argument(
        "action", choices=("list", "diff", "build"), nargs="?", default="list", help="what to do"
    )
    command.add_argument("names", metavar="VERSION", nargs="*", help="two of them, for diff")
    command.add_argument("--from", metavar="DIR", dest="source", help="a checkout, or a wheel")
    command.add_argument("--name", metavar="NAME", help="what to call it (the folder's name)")
    command.add_argument(
        "--format", choices=("text", "json"), default="text", help="lines to read, or a document"
    )


def doctor(command: ArgumentParser) -> None:
    """Those of `tcwc doctor`."""
    command.add_argument(
        "experiment", metavar="EXPERIMENT", nargs="?", help="what is to run there, if anything"
    )
    command.add_argument(
        "--python", metavar="PATH", help="the Python of the environment (the one that runs tcwc)"
    )
    command.add_argument(
        "--torchtune",
        metavar="VERSION",
        dest="version_asked",
        help="look for what this one needs (that of EXPERIMENT, else the one that is installed)",
    )
    command.add_argument(
        "--format", choices=("text", "json"), default="text", help="a table to read, or a document"
    )


def completion(command: ArgumentParser) -> None:
    """Those of `tcwc completion`."""
    command.add_argument(
        "shell", metavar="SHELL", choices=("bash", "zsh", "fish"), help="bash, zsh or fish"
    )
