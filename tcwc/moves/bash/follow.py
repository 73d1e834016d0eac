"""The commands that a script would run, with the values of its loops, as far as they are known."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from tcwc.model.frozen import dataclass
from tcwc.moves.bash.parse import Loop, SimpleCommand, Statement, Unfollowed, statements
from tcwc.moves.bash.values import Bound, Field, Scope, Unknown
from tcwc.moves.bash.words import Piece, Word

TASK = "SLURM_ARRAY_TASK_ID"
_ARRAY = re.compile(
    r"^[ \t]*#SBATCH[ \t]+(?:--array[= \t]|-a[ \t]*)[ \t]*([0-9,:%-]+)", re.MULTILINE
)
_BY_TASK = re.compile(rf"\$\{{(\w+)\[\$?\{{?{TASK}\}}?\]\}}")
_ASSIGNMENT = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)(\+?)=", re.DOTALL)
_SETS = frozenset(("export", "declare", "local", "readonly", "typeset"))
_READS = frozenset(("read", "mapfile", "readarray", "let", "getopts"))
_GIVEN = frozenset(("sbatch", "bash", "sh", "srun"))
_PASSED = 200_000
"""Statements that are followed, each time that a loop comes to one."""
_SHELLS = frozenset(("bash", "sh"))
_MOST = 10_000
"""Commands that are followed."""


@dataclass(frozen=True, slots=True)
class Started:
    """A command with its words as they come to be, each a text or why it is none."""

    words: tuple[Field, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Followed:
    """The commands that were looked for, and what of the script was not followed."""

    commands: tuple[Started, ...]
    notes: tuple[str, ...]


def follow(text: str, is_wanted: Callable[[Sequence[str]], bool]) -> Followed:
    """The commands of a script that are wanted, in the order in which it would run them."""
    follower = _Follower(is_wanted)
    tasks = _tasks(text)
    if tasks is None and TASK in text:
        tasks = follower.tasks_of_lists(text)
    body = statements(text)
    for task in tasks if tasks is not None else [""]:
        scope = Scope({TASK: task} if task else {})
        follower.run(body, scope)
    return Followed(tuple(follower.found), tuple(dict.fromkeys(follower.notes)))


def _tasks(text: str) -> list[str] | None:
    """The numbers of `#SBATCH --array=0-5,8%2`; None where there is none."""
    found = _ARRAY.search(text)
    if found is None:
        return None
    tasks: list[str] = []
    for part in found[1].partition("%")[0].split(","):
        ends = re.fullmatch(r"(\d{1,6})(?:-(\d{1,6})(?::(\d{1,6}))?)?", part)
        if ends is not None:
            last, step = int(ends[2] or ends[1]), int(ends[3] or 1)
            tasks += map(str, range(int(ends[1]), last + 1, max(step, 1)))
    return tasks[:_MOST]


class _Follower:
    def __init__(self, is_wanted: Callable[[Sequence[str]], bool]) -> None:
        self.is_wanted = is_wanted
        self.found: list[Started] = []
        self.notes: list[str] = []
        self.depth = 0
        self.passed = 0

    def tasks_of_lists(self, text: str) -> list[str] | None:
        """The numbers of tasks where no line says them: one for each item of the list that they are
        used for."""
        silent = _Follower(lambda _: False)
        scope = Scope()
        silent.run(statements(text), scope)
        lists = [scope.values.get(name) for name in _BY_TASK.findall(text)]
        sizes = {len(each) for each in lists if isinstance(each, list)}
        if not sizes:
            return None
        count = max(sizes)
        self.notes.append(f"no `--array` is said: it is taken for 0-{count - 1}, by its list")
        return [str(each) for each in range(count)]

    def run(self, body: Sequence[Statement], scope: Scope) -> None:
        for each in body:
            self.passed += 1
            if len(self.found) >= _MOST or self.passed > _PASSED:
                self.notes.append(f"only its first {len(self.found):,} runs are read: it has more")
                return
            if isinstance(each, Loop):
                self.loop(each, scope)
            elif isinstance(each, Unfollowed):
                self.unfollowed(each, scope)
            else:
                self.command(each, scope)

    def loop(self, loop: Loop, scope: Scope) -> None:
        fields = [field for word in loop.words for field in scope.fields(word)]
        for field in fields:
            if self.passed > _PASSED:
                return
            scope.values[loop.name] = field
            self.run(loop.body, scope)

    def unfollowed(self, block: Unfollowed, scope: Scope) -> None:
        """What may be run or not: what it sets is not known behind it."""
        why = f"`{block.word}`" if block.word.isalpha() else block.word
        for name in _set_in(block.body):
            scope.values[name] = Unknown(f"`${name}` is set in {why} (line {block.line})")
        if self.depth < 8 and self._starts(block.body, scope, self.depth + 1):
            self.notes.append(
                f"line {block.line}: {why} is not followed: the runs in it are left out"
            )

    def command(self, command: SimpleCommand, scope: Scope) -> None:
        words = list(command.words)
        if words and words[0].is_bare and words[0].plain in _SETS:
            words = [word for word in words[1:] if not word.plain.startswith("-")]
        elif words and words[0].is_bare and words[0].plain in _READS:
            for word in words[1:]:
                scope.values[word.plain] = Unknown(f"`${word.plain}` is read (line {word.line})")
            return
        sets = [(word, _assignment(word)) for word in words]
        if sets and all(found for _, found in sets):
            for _, found in sets:
                assert found is not None
                _assign(scope, *found)
            return
        self.started([field for word in words for field in scope.fields(word)], command, scope)

    def started(self, words: list[Field], command: SimpleCommand, scope: Scope) -> None:
        texts = [each if isinstance(each, str) else "\0" for each in words]
        if self.is_wanted(texts):
            self.found.append(Started(tuple(words), command.line))
            return
        wrapped = next((each for each in texts if each.startswith("--wrap=")), None)
        if "--wrap" in texts[:-1]:
            wrapped = "--wrap=" + texts[texts.index("--wrap") + 1]
        if self.depth > 4:
            return
        if (typed := _typed(texts)) is not None:
            self.inner(typed, command.line, scope)
        elif wrapped is not None:
            self.inner(wrapped.partition("=")[2], command.line, scope)
        elif command.here is not None and texts and texts[0] in _GIVEN:
            self.inner(command.here, command.here_line, scope)
        elif command.here is not None and self._starts(
            statements(command.here, command.here_line), scope, 5
        ):
            self.notes.append(f"line {command.line}: a script that it writes is not read")

    def _starts(self, body: Sequence[Statement], scope: Scope, depth: int) -> bool:
        """Whether statements, were they run, would run a command that is wanted."""
        probe = _Follower(self.is_wanted)
        probe.depth, probe.passed = depth, self.passed
        probe.run(body, Scope(scope.values))
        self.passed = probe.passed
        return bool(probe.found)

    def inner(self, text: str, line: int, scope: Scope) -> None:
        """A script in a script."""
        self.depth += 1
        self.run(statements(text, line), Scope(scope.values))
        self.depth -= 1


def _typed(words: Sequence[str]) -> str | None:
    """The text that `eval` or `bash -c` is given; None where it is given none."""
    if words[:1] == ["eval"]:
        return " ".join(words[1:])
    for place, word in enumerate(words[:-2]):
        if word.rpartition("/")[2] in _SHELLS and words[place + 1] in ("-c", "-lc"):
            return words[place + 2]
    return None


def _assignment(word: Word) -> tuple[str, str, Word] | None:
    """The name, `+` for what is added, and the value of `NAME=value`; None for another word."""
    first = word.parts[0]
    found = _ASSIGNMENT.match(first.text) if first.kind == "text" and not first.quoted else None
    if found is None:
        return None
    rest = first.text[found.end() :]
    parts = ((Piece("text", rest),) if rest else ()) + word.parts[1:]
    return found[1], found[2], Word(parts, word.line)


def _assign(scope: Scope, name: str, adds: str, value: Word) -> None:
    before = scope.values.get(name)
    scope.assign(name, value)
    after = scope.values[name]
    if adds:
        scope.values[name] = _added(before, after)


def _added(one: Bound | None, other: Bound) -> Bound:
    """What `+=` makes of two values."""
    if isinstance(one, list) and isinstance(other, list):
        return one + other
    return one + other if isinstance(one, str) and isinstance(other, str) else other


def _set_in(body: Sequence[Statement]) -> Iterator[str]:
    """The variables that statements may set."""
    for each in body:
        if isinstance(each, SimpleCommand):
            for word in each.words:
                found = _assignment(word)
                if found is not None:
                    yield found[0]
                elif word.is_bare and re.fullmatch(r"\w+(?:\+\+|--|[-+*/]?=.*)", word.plain):
                    yield re.split(r"\W", word.plain)[0]
        else:
            if isinstance(each, Loop):
                yield each.name
            yield from _set_in(each.body)
