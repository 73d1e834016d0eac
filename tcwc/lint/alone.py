"""Findings of a config that no experiment uses, in words that speak of a config alone."""

from __future__ import annotations

import re

from tcwc.model.diagnostics import Diagnostic
from tcwc.model.frozen import replace

_WORDS = (
    ("; models with tokenizers of their own are experiments of their own", ""),
    ("that of the base", "as it is now"),
    ("the base config", "a config that ships"),
    ("the base's", "the config's"),
    ("the base", "the config"),
    ("beside the experiment", "beside the config"),
    ("that of the experiment", "the one where it is started"),
    ("of the experiment", "of an experiment"),
)
"""What is said of a base, and of a config instead. The longer stand before those in them."""
_SAID = re.compile("|".join(re.escape(before) for before, _ in _WORDS))
_QUOTED = re.compile(r"(`[^`]*`)")
_REPLACES = re.compile(r"`=(?=[\w.]+:)")
"""The operator of a line that replaces a section: in a config all lines do."""


def plainly(found: Diagnostic, release: str) -> Diagnostic:
    """A finding that does not call the config a base: it is one of nothing.

    `release` is the section of an experiment that names one, which is a comment of a config.
    """
    message, help = _said(found.message), _REPLACES.sub("`", _said(found.help))
    help = re.sub(rf"name (\S+) under `{release}:`", rf"write `# tcwc: {release} \1`", help)
    if (message, help) == (found.message, found.help):
        return found
    return replace(found, message=message, help=help)


def _said(text: str) -> str:
    if "base" not in text and "experiment" not in text:
        return text
    instead = dict(_WORDS)
    parts = _QUOTED.split(text)  # what is quoted is the author's
    parts[::2] = [_SAID.sub(lambda found: instead[found[0]], each) for each in parts[::2]]
    return "".join(parts)
