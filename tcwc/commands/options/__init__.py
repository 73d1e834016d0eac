"""What adds the options of commands; `commands/table.py` names it, so that a call loads its own."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Mapping


def experiment(command: ArgumentParser) -> None:
    """The experiment that a command is about."""
    command.add_argument("experiment", metavar="EXPERIMENT", help="experiment.yaml")


def form(command: ArgumentParser, forms: Mapping[str, tuple[str, str]]) -> None:
    """The form that a command shows things in, one of a table (report/formats.py)."""
    command.add_argument(
        "--format",
        choices=tuple(forms),
        default=next(iter(forms)),
        help="; ".join(what for _, what in forms.values()),
    )


def words(command: ArgumentParser, of: str) -> None:
    """Words that all that is listed has; `of` what they are."""
    help = f"only those that have all words: {of}"
    command.add_argument("words", metavar="WORD", nargs="*", help=help)


def table_or_document(command: ArgumentParser) -> None:
    """Whether what is listed is a table, or a document for programs."""
    command.add_argument(
        "--format", choices=("table", "json"), default="table", help="a table, or a document"
    )


def version(command: ArgumentParser) -> None:
    """The version of torchtune that a command is about."""
    command.add_argument(
        "--torchtune", metavar="VERSION", dest="version", help="of this version, and not of 0.6.1"
    )
