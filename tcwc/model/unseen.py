"""Characters that are not seen, or that turn the direction of what stands beside them.

Unicode's Default_Ignorable_Code_Point, and what turns the direction of writing, but for those that
are part of how people write: U+200C and U+200D (Persian, joined emoji), U+FE00 to U+FE0F (emoji).
Tags (U+E0000 on) spell any ASCII text that nobody sees, and that a program reads.
"""

from __future__ import annotations

import re

from tcwc.model.patterns import pattern

UNSEEN = (
    "\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e0fff"
)
"""As the inside of a class of a pattern."""

is_unseen = pattern(f"[{UNSEEN}]")


def escape_unseen(text: str) -> str:
    """A text in double quotes with YAML's escapes for these. JSON has those of four digits too."""
    return text if text.isascii() else is_unseen.sub(_escape, text)


def _escape(found: re.Match[str]) -> str:
    point = ord(found[0])
    return f"\\u{point:04x}" if point < 0x10000 else f"\\U{point:08x}"
