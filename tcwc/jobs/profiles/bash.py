"""`setup:` and `wrapper:` of a profile, which are bash: their lines, and what bash says of them."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator, Sequence
from typing import TypeAlias

from tcwc.model.diagnostics import Diagnostic, finding
from tcwc.model.frozen import dataclass
from tcwc.model.patterns import pattern
from tcwc.model.rules import BAD_PROFILE_VALUE, BAD_SETUP
from tcwc.model.source import SourceText, Span
from tcwc.yaml.nodes import ScalarNode

Syntax: TypeAlias = "Callable[[str], tuple[int, str] | None]"
"""The line of a text, from 1, at which bash finds its syntax wrong, and what it says; None where it
finds nothing."""

_IDLE = pattern(r"\s*conda\s+shell\.\w+\s+\w+")
_DIRECTIVE = pattern(r"\s*#SBATCH\b")
_ENDS = pattern(r"(exit)(\s+[0-9]+)?\s*(#.*)?|(exec)\s+[^\s<>&0-9{].*")
"""What ends the job, at the beginning of a line; `exec` without a command only turns streams."""
_BLOCK = pattern(r".*(\b(if|case|while|until|for|function)\b|\(\)|<<).*")
"""What may make a line behind it one that is not always reached."""


@dataclass(frozen=True, slots=True)
class SetupLine:
    """A line of bash, and where it stands."""

    text: str
    span: Span


def lines_of(node: ScalarNode, source: SourceText) -> Iterator[SetupLine]:
    """The lines of an item, each with its own place where it has one."""
    texts = node.text.rstrip("\n").split("\n")
    for number, text in enumerate(texts):
        yield SetupLine(text, _place(node, source, number, text) if len(texts) > 1 else node.span)


def _place(node: ScalarNode, source: SourceText, number: int, text: str) -> Span:
    """Where a line of a block scalar stands: so many lines below the `|`."""
    line = node.span.line + number + 1
    written = source.line(line)
    if not text.strip() or written.strip() != text.strip():
        return node.span
    start = source.offset(line, 1) + len(written) - len(written.lstrip())
    return source.span(start, start + len(written.strip()))


def check_setup(lines: Sequence[SetupLine], syntax: Syntax | None) -> Iterator[Diagnostic]:
    """What is wrong with lines of bash that come before the training."""
    is_reached = True
    for each in lines:
        is_reached = is_reached and not _BLOCK.fullmatch(each.text)
        if "\r" in each.text or "\0" in each.text:
            message = "this line has a carriage return, which bash takes for a letter of the word"
            yield finding(BAD_SETUP, each.span, message, help="save the file with LF line ends")
        elif _DIRECTIVE.match(each.text):
            message = "sbatch reads no directive behind the first command: this line does nothing"
            help = "write it under `directives:`, as `name: value`"
            yield finding(BAD_SETUP, each.span, message, help=help)
        elif _IDLE.match(each.text):
            message = "this only prints what a shell is to do, and activates nothing"
            help = f'write `eval "$({each.text.strip()})"`'
            yield finding(BAD_SETUP, each.span, message, help=help)
        elif is_reached and (ends := _ENDS.fullmatch(each.text)):
            word = ends[1] or ends[4]
            message = f"`{word}` ends the job here, and nothing is trained"
            help = "remove the line: what stands behind it has to come to its turn"
            yield finding(BAD_SETUP, each.span, message, help=help)
    wrong = syntax("".join(f"{each.text}\n" for each in lines)) if syntax and lines else None
    if wrong is not None:
        at, said = wrong
        # What is never closed is missed behind the last line.
        span = lines[min(at, len(lines)) - 1].span
        help = "put the line right: `bash -n` has to take all lines of `setup` together"
        yield finding(BAD_SETUP, span, f"bash cannot read this: {said}", help=help)


def check_wrapper(node: ScalarNode, syntax: Syntax | None) -> list[Diagnostic]:
    """What is wrong with the words around the command that trains."""
    text = node.text.strip()
    if "\n" in text:
        help = "fold the lines with `wrapper: >-`, and put commands of their own under `setup:`"
        return [finding(BAD_PROFILE_VALUE, node.span, "`wrapper` is one command", help=help)]
    if operator := _operator(text):
        message = f"`{operator}` ends the command, and the training would not be part of it"
        help = "write the words of one command, and put others under `setup:`"
        return [finding(BAD_SETUP, node.span, message, help=help)]
    # The job has it as words of an array, and a person as a command.
    wrong = (syntax(f"{text} true\n") or syntax(f"words=({text})\n")) if syntax else None
    if wrong is not None:
        message = f"bash cannot read this before a command: {wrong[1]}"
        help = "write the words of one command: `apptainer exec --nv image.sif`"
        return [finding(BAD_SETUP, node.span, message, help=help)]
    return []


def _operator(text: str) -> str:
    """What ends a command in a text outside of quotes, or turns its streams; "" for none."""
    reader = shlex.shlex(text, posix=True, punctuation_chars=";&|<>")
    reader.whitespace_split, reader.commenters = True, ""
    try:
        words = list(reader)
    except ValueError:  # a quote that is never closed: where there is a bash, it says so
        return ""
    signs = (word for word in words if set(word[:1]) <= set(";&|<>#"))
    return next((word for word in signs if word), "")
