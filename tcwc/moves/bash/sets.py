"""What commands do to the variables of a script, and which of them other scripts see."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tcwc.moves.bash.arithmetic import set_in as numbers_set
from tcwc.moves.bash.parse import SimpleCommand
from tcwc.moves.bash.side import ITEM, READS, all_of, assignment
from tcwc.moves.bash.values import Bound, Scope, Unknown
from tcwc.moves.bash.words import Word

DECLARES = frozenset(("export", "declare", "local", "readonly", "typeset"))
_HARMLESS = ("activate", "rc", "profile", "conda.sh", "init.sh")
"""How files end that set up a shell, and none of a script's own variables."""
_WORKED_OUT = frozenset("Aniluc")
"""Flags of `declare` after which what is set is worked out first."""


class Sets:
    """Sets variables, as commands say it."""

    def __init__(self) -> None:
        self._exported: set[str] = set()
        self._declared: set[str] = set()

    def assign(self, scope: Scope, name: str, adds: str, value: Word) -> None:
        """`NAME=value`, `NAME+=value`."""
        before = scope.values.get(name)
        scope.assign(name, value)
        if adds:
            scope.values[name] = _added(before, scope.values[name])
        if name in self._declared:
            why = f"`${name}` is declared to be worked out (line {value.line})"
            scope.values[name] = Unknown(why)

    def declare(self, words: Sequence[Word], scope: Scope) -> None:
        """`export`, `declare` and their like."""
        flags = "".join(word.plain for word in words[1:] if word.plain.startswith("-"))
        for word in words[1:]:
            found = assignment(word)
            name = found[0] if found is not None else word.plain
            if not _WORKED_OUT.isdisjoint(flags) and not name.startswith("-"):
                self._declared.add(name)
            if found is not None:
                self.assign(scope, *found)
            if words[0].plain == "export" or "x" in flags:
                self._exported.add(name)

    def items(self, words: Sequence[Word], scope: Scope) -> bool:
        """Whether a command sets an item of a list, `L[1]=x`, which is not worked out."""
        head = words[0].parts[0] if words and words[0].parts else None
        if head is None or head.kind != "text" or head.quoted:
            return False
        found = ITEM.match(head.text)
        if found is None or "=" not in all_of(words[0]):
            return False
        why = f"items of `${found[1]}` are set (line {words[0].line})"
        scope.values[found[1]] = Unknown(why)
        return True

    def read(self, words: Sequence[Word], command: SimpleCommand, scope: Scope) -> None:
        """What commands set that nobody here works out: `read`, `let`, a script that is read in."""
        first, others = words[0].plain, [all_of(word) for word in words[1:]]
        names: list[str] = []
        if first == "let":
            names = numbers_set(" ".join(others))
        elif first in READS and (first != "printf" or "-v" in others):
            names = [re.split(r"\W", each)[0] for each in others]
        elif first in ("source", ".") and others and not others[0].endswith(_HARMLESS):
            names = list(scope.values)
        did = {"let": "set", "unset": "unset"}.get(first, "read")
        for name in filter(None, names):
            scope.values[name] = Unknown(f"`${name}` is {did} (line {command.line})")

    def handed(self, scope: Scope, *more: str) -> Scope:
        """The variables that a script sees which another one starts."""
        seen = self._exported.union(more)
        return Scope({name: value for name, value in scope.values.items() if name in seen})


def _added(one: Bound | None, other: Bound) -> Bound:
    """What `+=` makes of two values."""
    if isinstance(one, list) and isinstance(other, list):
        return one + other
    return one + other if isinstance(one, str) and isinstance(other, str) else other


_IN_TEXT = re.compile(r"\\([\\$`])|\$(?:\{([^{}]+)\}|([A-Za-z_]\w*))")


def filled(text: str, scope: Scope) -> str:
    """The text of a here-document with the variables that are known."""

    def value(found: re.Match[str]) -> str:
        if found[1]:
            return found[1]
        made = scope.variable(found[2] or found[3])
        texts = made if isinstance(made, list) else [made]
        known = [each for each in texts if isinstance(each, str)]
        if len(known) == len(texts):
            return " ".join(known)
        name = re.match(r"\w*", found[2] or found[3])
        is_set = name is not None and name[0] in scope.values
        return f"$[{found[2] or found[3]}]" if is_set else found[0]  # `$[` is not worked out

    return _IN_TEXT.sub(value, text)
