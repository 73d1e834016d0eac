"""Characters that are not seen, or that turn the direction of what stands beside them.

Unicode's Default_Ignorable_Code_Point, and what turns the direction of writing, but for those that
are part of how people write: U+200C and U+200D (Persian, joined emoji), U+FE00 to U+FE0F (emoji).
Tags (U+E0000 on) spell any ASCII text that nobody sees, and that a program reads.
"""

from __future__ import annotations

from tcwc.model.patterns import pattern

UNSEEN = (
    "\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e0fff"
)
"""As the inside of a class of a pattern."""

is_unseen = pattern(f"[{UNSEEN}]")
