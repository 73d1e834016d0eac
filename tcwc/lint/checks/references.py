"""Checks of `${...}` and of `???` in a whole config."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tcwc.diagnostics import Diagnostic, finding, reword
from tcwc.interpolation import reference_paths
from tcwc.ir import Op, Path, Value, format_path
from tcwc.lint.context import Context
from tcwc.lint.variants import Variant
from tcwc.merge import lookup
from tcwc.nearest import nearest
from tcwc.rules import MISSING_VALUE, UNRESOLVED_REFERENCE
from tcwc.walk import texts

_MAX_STEPS = 20
_WHOLE = re.compile(r"\$\{\s*([^:{}]+?)\s*\}")


def check_references(context: Context, variant: Variant) -> Iterator[Diagnostic]:
    """What is still to be given, and references to what is not there."""
    circles: set[Path] = set()
    for path, text in texts(variant.config):
        if text == "???":
            yield finding(
                MISSING_VALUE,
                context.place(path, variant.origin(path)),
                f"`{format_path(path)}` is still `???`, a value that must be given",
                help="write the value here"
                if variant.origin(path)
                else f"set `{format_path(path)}` under `controls:`",
            )
        if len(re.findall(r"(?<!\\)\$\{", text)) > text.count("}"):
            yield finding(
                UNRESOLVED_REFERENCE,
                context.place(path, variant.origin(path)),
                f"`{format_path(path)}` has a `${{` that is never closed",
                help="close it: `${output_dir}/logs`",
            )
        for reference in reference_paths(text):
            wanted = target(reference, path)
            if wanted == ("output_dir",) and context.needs_output_dir:
                continue  # where it is missing, that is said once
            if not lookup(variant.config, wanted)[0]:
                yield _unresolved(context, variant, path, reference, wanted)
            elif wanted not in circles and _comes_back(variant.config, wanted, path):
                circles.add(path)
                yield finding(
                    UNRESOLVED_REFERENCE,
                    context.place(path, variant.origin(path)),
                    f"`{format_path(path)}` refers to itself through `${{{reference}}}`",
                    help="write the value itself at one of the places",
                )


def _comes_back(config: dict[str, Value], start: Path, path: Path) -> bool:
    """Whether references that begin at `start` lead to `path`."""
    met: set[Path] = set()
    ahead = [start]
    while ahead:
        here = ahead.pop()
        if here == path:
            return True
        value = lookup(config, here)[1]
        if here not in met and isinstance(value, str):
            met.add(here)
            ahead += [target(each, here) for each in reference_paths(value)]
    return False


def followed(value: Value, path: Path, config: dict[str, Value]) -> tuple[Value, Path]:
    """What a value that is one `${...}` and nothing else stands for, and where that is written.

    Other values, and what leads nowhere, come back as they are.
    """
    for _ in range(_MAX_STEPS):
        found = _WHOLE.fullmatch(value) if isinstance(value, str) else None
        if found is None:
            break
        wanted = target(found[1], path)
        there, next_value = lookup(config, wanted)
        if not there:
            break
        value, path = next_value, wanted
    return value, path


def target(reference: str, path: Path) -> Path:
    """The path that `${reference}` at `path` names; leading dots count up from its section."""
    bare = reference.lstrip(".")
    up = len(reference) - len(bare)
    segments = re.findall(r"[^.\[\]]+", bare)
    named = tuple(int(each) if each.isdigit() else each for each in segments)
    return (path[: len(path) - up] if up else ()) + named


def _unresolved(
    context: Context, variant: Variant, path: Path, reference: str, wanted: Path
) -> Diagnostic:
    """A `${...}` that names nothing, or what the author deleted."""
    who = f"`{format_path(path)}` refers to `${{{reference}}}`"
    deleted = variant.origin(wanted)
    if deleted is not None and deleted.op is Op.DELETE:
        help = f"set `{format_path(path)}` to something else, or keep `{format_path(wanted)}`"
        return finding(
            UNRESOLVED_REFERENCE, deleted.key_span, f"{who}, which is deleted here", help=help
        )
    names = [name for name in _names(variant.config) if name != format_path(path)]
    near = nearest(reference, names)
    span = context.place(path, variant.origin(path))
    return finding(
        UNRESOLVED_REFERENCE,
        span,
        f"{who}, and the config has no such key",
        help=f"did you mean `${{{near[0]}}}`?" if near else "name a key that is there",
        fix=reword(span, reference, near[0]) if near else None,
    )


def _names(config: dict[str, Value]) -> list[str]:
    return list(config) + [
        f"{key}.{name}"
        for key, value in config.items()
        if isinstance(value, dict)
        for name in value
    ]
