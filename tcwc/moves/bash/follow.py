"""The commands that a script would run, with the values of its loops, as far as they are known."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from tcwc.model.frozen import dataclass
from tcwc.moves.bash.parse import (
    Function,
    Group,
    Loop,
    SimpleCommand,
    Statement,
    Unfollowed,
    statements,
)
from tcwc.moves.bash.sets import DECLARES, Sets, filled
from tcwc.moves.bash.side import LEAVES, LOOPS, all_of, assignment, left_in, set_in, substitutions
from tcwc.moves.bash.tasks import TASK, tasks_of
from tcwc.moves.bash.values import Field, Scope, Unknown
from tcwc.moves.bash.words import Word

_BY_TASK = re.compile(rf"\$\{{(\w+)\[\$?\{{?{TASK}\}}?\]\}}")
_PRINTS = frozenset(("echo", "printf", ":", "true", "cat", "alias"))
_MANY = frozenset(("xargs", "parallel", "find", "watch"))
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
    try:
        return _followed(text, is_wanted)
    except RecursionError:
        return Followed((), ("its loops and conditions are nested too deeply to be read",))


def _followed(text: str, is_wanted: Callable[[Sequence[str]], bool]) -> Followed:
    follower = _Follower(is_wanted)
    tasks = tasks_of(text)
    if tasks is None and TASK in text:
        tasks = follower.tasks_of_lists(text)
    body = statements(text)
    for task in tasks if tasks is not None else [""]:
        scope = Scope({TASK: task} if task else {})
        follower.all(body, scope)
    notes = [*follower.notes, *follower.only_printed()]
    return Followed(tuple(follower.found), tuple(dict.fromkeys(notes)))


class _Left(Exception):
    """A loop, or a script, that is left: what stands behind it does not run."""

    def __init__(self, word: str, count: int = 1) -> None:
        super().__init__(word)
        self.word = word
        self.count = count


class _Follower:
    def __init__(self, is_wanted: Callable[[Sequence[str]], bool]) -> None:
        self.is_wanted = is_wanted
        self.found: list[Started] = []
        self.notes: list[str] = []
        self.printed: list[Started] = []
        self.functions: dict[str, Function] = {}
        self.sets = Sets()
        self.is_probe = False
        self.depth = 0
        self.passed = 0

    def tasks_of_lists(self, text: str) -> list[str] | None:
        """The numbers of tasks where no line says them: one for each item of the list that they are
        used for."""
        silent = _Follower(lambda _: False)
        scope = Scope()
        silent.all(statements(text), scope)
        lists = [scope.values.get(name) for name in _BY_TASK.findall(text)]
        sizes = {len(each) for each in lists if isinstance(each, list)}
        if not sizes:
            return None
        count = max(sizes)
        self.notes.append(f"no `--array` is said: it is taken for 0-{count - 1}, by its list")
        return [str(each) for each in range(count)]

    def all(self, body: Sequence[Statement], scope: Scope) -> None:
        """A script, or a part of one that may be left."""
        try:
            self.run(body, scope)
        except _Left:
            return

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
            elif isinstance(each, Function):
                self.functions[each.name] = each
            elif isinstance(each, Group):
                self.group(each, scope)
            else:
                self.command(each, scope)

    def loop(self, loop: Loop, scope: Scope) -> None:
        self.substituted(loop.words, scope)
        for field in [field for word in loop.words for field in scope.found(word)]:
            if self.passed > _PASSED:
                return
            scope.values[loop.name] = field
            try:
                self.run(loop.body, scope)
            except _Left as left:
                if left.word not in ("break", "continue"):
                    raise
                if left.count > 1:
                    raise _Left(left.word, left.count - 1) from None
                if left.word == "break":
                    return

    def group(self, group: Group, scope: Scope) -> None:
        if group.open:
            self.run(group.body, scope)
        else:
            self.all(group.body, Scope(scope.values))

    def unfollowed(self, block: Unfollowed, scope: Scope) -> None:
        """What may be run or not: what it sets is not known behind it."""
        why = f"`{block.word}`" if block.word.strip("&|").isalpha() else block.word
        for name in set_in((block,), self.functions):
            scope.values[name] = Unknown(f"`${name}` is set in {why} (line {block.line})")
        if self.depth < 8 and self._starts(block.body, scope, self.depth + 1):
            self.notes.append(
                f"line {block.line}: {why} is not followed: the runs in it are left out"
            )
        for left in dict.fromkeys(left_in(block.body)):
            self.notes.append(
                f"line {block.line}: `{left}` in {why} is not followed: it may skip runs"
            )

    def command(self, command: SimpleCommand, scope: Scope) -> None:
        words = list(command.words)
        self.substituted(words, scope)
        if words and words[0].is_bare and words[0].plain in DECLARES:
            self.sets.declare(words, scope)
            return
        assigned = [assignment(word) for word in words]
        if all(assigned):
            for each in filter(None, assigned):
                self.sets.assign(scope, *each)
            return
        if self.sets.items(words, scope):
            return
        # What stands before a command is set for it alone.
        words = words[assigned.index(None) :]
        fields = [field for word in words for field in self.fields(word, scope)]
        self.sets.read(words, command, scope)
        if (called := self.functions.get(words[0].plain)) is not None:
            self.unfollowed(Unfollowed("a function", called.body, command.line), scope)
        self.started(fields, command, scope)
        self.leaves(words, fields)

    def fields(self, word: Word, scope: Scope) -> list[Field]:
        """What a word of a command comes to; an argument `key=*.json` is none of files."""
        return scope.fields(word) if "=" in all_of(word) else scope.found(word)

    def substituted(self, words: Sequence[Word], scope: Scope) -> None:
        """The runs in `$(...)`."""
        for text in substitutions(words):
            if self.depth <= 4 and not text.lstrip().startswith(("seq ", "echo ")):
                self.inner(text, words[0].line, Scope(scope.values))

    def leaves(self, words: Sequence[Word], fields: Sequence[Field]) -> None:
        """Leaves a loop, or the script. Raises _Left."""
        first = words[0].plain
        if first in LEAVES and not self.is_probe and (first != "exec" or len(words) > 1):
            count = next((str(each) for each in fields[1:2]), "1")
            raise _Left(first, int(count) if count.isdecimal() and first in LOOPS else 1)

    def started(self, words: list[Field], command: SimpleCommand, scope: Scope) -> None:
        texts = [each if isinstance(each, str) else "\0" for each in words]
        if texts[:1] == ["eval"]:
            if self.depth <= 4:
                self.inner(" ".join(texts[1:]), command.line, scope)
            return
        if self.is_wanted(texts):
            self.wanted(words, command)
            return
        wrapped = next((each for each in texts if each.startswith("--wrap=")), None)
        if "--wrap" in texts[:-1]:
            wrapped = "--wrap=" + texts[texts.index("--wrap") + 1]
        if self.depth > 4:
            return
        if (typed := _typed(texts)) is not None:
            self.inner(typed, command.line, self.sets.handed(scope, TASK))
        elif wrapped is not None:
            self.inner(wrapped.partition("=")[2], command.line, self.sets.handed(scope, TASK))
        elif command.here is not None and texts and texts[0] in _GIVEN:
            self.given(command, scope)
        elif command.here is not None and self._starts(
            statements(command.here, command.here_line), scope, 5
        ):
            self.notes.append(f"line {command.line}: a script that it writes is not read")
        else:
            self.quoted(texts, command)

    def wanted(self, words: list[Field], command: SimpleCommand) -> None:
        first = words[0] if isinstance(words[0], str) else ""
        started = Started(tuple(words), command.line)
        if first in _PRINTS:
            self.printed.append(started)
        elif first in self.functions:
            why = f"what the function `{first}` makes of a run is not followed"
            self.notes.append(f"line {command.line}: {why}")
        elif _MANY & {each for each in words if isinstance(each, str)}:
            self.notes.append(f"line {command.line}: the runs that `{first}` starts are left out")
        else:
            self.found.append(started)

    def quoted(self, texts: Sequence[str], command: SimpleCommand) -> None:
        """Runs in a text that a command is given: `ssh`, `trap`, `echo ... | parallel`."""
        for text in texts[1:]:
            if text.count(" ") > 1 and self.is_wanted(text.split()):
                if texts[0] in _PRINTS:
                    self.printed.append(Started(tuple(text.split()), command.line))
                else:
                    why = f"the run in what `{texts[0]}` is given is left out"
                    self.notes.append(f"line {command.line}: {why}")

    def only_printed(self) -> Iterator[str]:
        """What is said of runs that are printed, and not run."""
        for each in self.printed:
            if not any(_ends_with(run.words, each.words) for run in self.found):
                yield f"line {each.line}: a run that is only printed is left out"

    def given(self, command: SimpleCommand, scope: Scope) -> None:
        """A script that is typed behind a command: bash fills it before, where it is not quoted."""
        text = command.here or ""
        inner = self.sets.handed(scope, TASK)
        text = text if command.here_is_quoted else filled(text, scope)
        self.inner(text, command.here_line, inner)

    def _starts(self, body: Sequence[Statement], scope: Scope, depth: int) -> bool:
        """Whether statements, were they run, would run a command that is wanted."""
        probe = _Follower(self.is_wanted)
        probe.depth, probe.passed = depth, self.passed
        probe.is_probe = True
        probe.functions = dict(self.functions)
        probe.all(body, Scope(scope.values))
        self.passed = probe.passed
        return bool(probe.found or probe.notes)

    def inner(self, text: str, line: int, scope: Scope) -> None:
        """A script in a script."""
        self.depth += 1
        self.all(statements(text, line), scope)
        self.depth -= 1


def _ends_with(words: Sequence[Field], printed: Sequence[Field]) -> bool:
    """Whether a run has the words that are printed, but for the first."""
    return [*words][-len(printed) + 1 :] == [*printed][1:]


def _typed(words: Sequence[str]) -> str | None:
    """The text that `bash -c` is given; None where it is given none."""
    for place, word in enumerate(words[:-2]):
        if word.rpartition("/")[2] in _SHELLS and words[place + 1] in ("-c", "-lc"):
            return words[place + 2]
    return None
