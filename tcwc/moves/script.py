"""A script that starts runs, one after another: each run with the config that it would have."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from tcwc.model.frozen import dataclass, replace
from tcwc.model.invocation import Invocation
from tcwc.model.ir import Value
from tcwc.model.known import Knowledge
from tcwc.model.problem import Problem
from tcwc.model.target import Target
from tcwc.moves.bash.follow import Started, follow
from tcwc.moves.bash.values import Field, Unknown
from tcwc.moves.columns import ABSENT, Observed, with_held
from tcwc.moves.ground import Wishes, resources

Read = Callable[[str], "str | None"]
"""Reads a config that a script names; None where there is none."""
_UNREAD = "\0"
_NOTHING = ("is not set in the script", "`${@}` is known only when it runs")


@dataclass(frozen=True, slots=True)
class Scripted:
    """The runs of a script, what they start from, and what is told of it; it is not whole where
    something that may count was left out."""

    observed: tuple[Observed, ...]
    wishes: Wishes
    notes: tuple[str, ...]
    is_whole: bool = True
    processes: str = ""
    """Those of each run, where there are several."""


def scripted(
    name: str, text: str, wishes: Wishes, read: Read, known: Knowledge, target: Target
) -> Scripted:
    """The runs of a script. Raises Problem where it starts none that can be told."""
    followed = follow(text, lambda words: target.invocation(words) is not None)
    reader = _Reader(name, read, known, target)
    every = [each for each in map(reader.invoked, followed.commands) if each is not None]
    notes = [f"{name}: {note}" for note in followed.notes]
    if not every:
        message = f"{name} starts no run whose config is known"
        raise Problem(
            message,
            f"a run is `{target.start('RECIPE', 'CONFIG')} key=value`",
            [*notes, *reader.notes],
        )
    recipe, config = Counter((i.recipe, i.config) for _, i in every).most_common(1)[0][0]
    of_recipe = [(started, i) for started, i in every if i.recipe == recipe]
    if len(of_recipe) < len(every):
        left = len(every) - len(of_recipe)
        notes.append(f"{name}: {left} runs of another recipe than {recipe} are left out")
    observed = [reader.observed(started, each, wishes) for started, each in of_recipe]
    notes += dict.fromkeys(reader.notes)
    is_whole = reader.is_whole and not followed.notes and len(of_recipe) == len(every)
    counts = _processes([each for _, each in of_recipe])
    is_whole &= len(counts) < 2
    notes += _of_processes(name, counts)
    file = None if known.config(config) is not None else reader.values_of(config, 0)
    said = wishes if wishes.base else replace(wishes, base=config, file=file)
    return Scripted(
        tuple(observed),
        replace(said, recipe=wishes.recipe or recipe),
        tuple(notes),
        is_whole,
        counts[0] if len(counts) == 1 else "",
    )


def _processes(every: Sequence[Invocation]) -> list[str]:
    """The numbers of processes that runs have; none where each has one, as is usual."""
    counts = list(dict.fromkeys(each.processes or "1" for each in every))
    return [] if counts == ["1"] else counts


def _of_processes(name: str, counts: Sequence[str]) -> Iterator[str]:
    """What is said of processes that the experiment does not say."""
    known = [each for each in counts if _UNREAD not in each]
    if len(counts) > 1:
        each = ", ".join(sorted(known))
        yield f"{name}: runs have other numbers of processes ({each}), which no config says"
    elif known and resources(known[0]) is None:
        says = "`resources: {gpus: N}` says how many that is"
        yield f"{name}: runs have `{known[0]}` processes each: {says}"


class _Reader:
    """Reads the configs of one script, each once."""

    def __init__(self, name: str, read: Read, known: Knowledge, target: Target) -> None:
        self.name = name
        self.read = read
        self.known = known
        self.target = target
        self.notes: list[str] = []
        self.is_whole = True
        self.configs: dict[str, dict[str, Value]] = {}

    def invoked(self, started: Started) -> tuple[Started, Invocation] | None:
        """How a command starts a run; None where its recipe or its config is not known."""
        words = [_known(each) for each in started.words]
        found = self.target.invocation(words)
        if found is None or _UNREAD in found.recipe + found.config or not found.config:
            why = self._why(started)
            self.notes.append(f"{self.name}:{started.line}: a run is left out{why}")
            self.is_whole = False
            return None
        return started, found

    def _why(self, started: Started) -> str:
        whys = [each.why for each in started.words if isinstance(each, Unknown)]
        return f": {whys[0]}" if whys else ""

    def observed(self, started: Started, each: Invocation, wishes: Wishes) -> Observed:
        """A run with its config."""
        values = wishes.file if wishes.file is not None else None
        if values is None:
            values = self.values_of(wishes.base or each.config, started.line)
        said, typed = [], dict[str, Value]()
        start = values
        for argument in self._arguments(started, each):
            try:
                if argument.startswith("~"):
                    start = values = self._without(values, argument)
                else:
                    # What is typed is one config, which is merged into the other.
                    typed = self._with(start, typed, argument)
                    values = _merged_section(start, typed)
                said.append(argument)
            except ValueError as error:
                self._left_out(started.line, argument, str(error))
        label = " ".join(said) or "as its config is"
        return Observed(f"{self.name}:{started.line} ({label})", values)

    def _arguments(self, started: Started, each: Invocation) -> Iterator[str]:
        """The overrides that are known; of one that is not, the reason is told."""
        whys = {f"{w.before}{_UNREAD}": w.why for w in started.words if isinstance(w, Unknown)}
        for argument in sorted(each.overrides, key=lambda text: not text.startswith("~")):
            if _UNREAD not in argument:
                yield argument
                continue
            if argument == _UNREAD:
                continue  # told below
            key = argument.partition("=")[0].strip(_UNREAD)
            self._left_out(started.line, key, whys.get(argument, "it is not known"))
        for word in started.words:
            if isinstance(word, Unknown) and not word.before:
                self.notes.append(f"{self.name}:{started.line}: a word is left out: {word.why}")
                # What nobody sets is nothing, and so are the arguments of a call without any.
                self.is_whole &= word.why.endswith(_NOTHING)

    def _left_out(self, line: int, key: str, why: str) -> None:
        self.notes.append(f"{self.name}:{line}: `{key}` is left out: {why}")
        # Where each run writes to is the experiment's to say.
        self.is_whole &= key.rpartition(".")[2] in self.target.write_keys

    def values_of(self, config: str, line: int) -> dict[str, Value]:
        """The values of a shipped config, or of a file. Raises Problem."""
        if config not in self.configs:
            self.configs[config] = self._read(config, line)
        return self.configs[config]

    def _read(self, config: str, line: int) -> dict[str, Value]:
        shipped = self.known.config(config)
        if shipped is not None:
            return shipped.values
        text = self.read(config)
        if text is None:
            message = f"{self.name}:{line} starts from {config}, and there is no such config"
            raise Problem(message, "name what its runs start from: --base NAME, or --base FILE")
        document = self.target.read_base(text, config)
        if document.diagnostics:
            raise Problem(f"{config}: {document.diagnostics[0].message}", "mend it first")
        return document.values

    def _value(self, text: str) -> Value:
        """The value of an argument, as the target reads it. Raises ValueError for one that cannot
        be had."""
        document = self.target.read_base(f"v:\n  {text}\n", "v")
        if document.diagnostics or "\n" in text or text[:3] in _DOCUMENTS:
            raise ValueError("its value is no YAML on one line")
        return document.values["v"]

    def _without(self, values: dict[str, Value], argument: str) -> dict[str, Value]:
        """A config without a key. Raises ValueError where it has none."""
        key, _ = self.target.argument(values, argument)
        path = tuple(key.split("."))
        if not _at(values, path)[0]:
            raise ValueError(f"there is no `{key}` to delete")
        return with_held(values, path, ABSENT)

    def _with(
        self, values: dict[str, Value], typed: dict[str, Value], argument: str
    ) -> dict[str, Value]:
        """What is typed, with one argument more. Raises ValueError for one that cannot be had."""
        key, text = self.target.argument(values, argument)
        path, value = tuple(key.split(".")), self._value(text or "")
        there, before = _at(typed, path)
        made = with_held(typed, path, _merged(before, value) if there else value)
        _merged_section(values, made)
        return made


_DOCUMENTS = ("---", "...", "???")
"""What begins another document, and what OmegaConf takes for no value."""


def _merged_section(before: dict[str, Value], value: dict[str, Value]) -> dict[str, Value]:
    each = {key: _merged(before.get(key), item) for key, item in value.items()}
    return {**before, **each}


def _merged(before: Value, value: Value) -> Value:
    """A section that is given keys of another one keeps its others. Raises ValueError for a list
    where a section stands, and the other way round."""
    if isinstance(before, dict) and isinstance(value, dict):
        return _merged_section(before, value)
    both = {type(before), type(value)}
    if both == {dict, list}:
        raise ValueError("a list and a section are not merged")
    return value


def _at(values: dict[str, Value], path: Sequence[str]) -> tuple[bool, Value]:
    """Whether a path is there, and its value. Raises ValueError for one that leads into a list."""
    here: Value = values
    for place, key in enumerate(path):
        if isinstance(here, list):
            raise ValueError(f"`{'.'.join(path[:place])}` is a list")
        if not isinstance(here, dict) or key not in here:
            return False, None
        here = here[key]
    return True, here


def _known(field: Field) -> str:
    return field if isinstance(field, str) else f"{field.before}{_UNREAD}"
