"""OmegaConf's `${...}` in values: what it names. Nothing is resolved here."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tcwc.ir import Value

_REFERENCE = re.compile(r"\$\{\s*([^:{}]+?)\s*\}")


def reference_paths(value: Value) -> Iterator[str]:
    """What each plain `${path}` in a value names, as written; resolvers (`${oc.env:X}`) are not."""
    if isinstance(value, str):
        if "${" in value:
            yield from _REFERENCE.findall(value)
    elif isinstance(value, dict):
        for item in value.values():
            yield from reference_paths(item)
    elif isinstance(value, list):
        for item in value:
            yield from reference_paths(item)


def references(value: Value) -> Iterator[str]:
    """The top-level names that `${...}` in a value refers to."""
    for reference in reference_paths(value):
        yield re.split(r"[.\[]", reference, maxsplit=1)[0]
