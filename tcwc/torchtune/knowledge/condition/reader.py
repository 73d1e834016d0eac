"""What a condition reads: values of one case, and what the author says of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from tcwc.config.filling import NotFilled
from tcwc.config.interpolation.closure import mentions
from tcwc.config.interpolation.reading import NotKnown, Reading
from tcwc.config.merge import lookup, merge
from tcwc.expressions.evaluate import Function
from tcwc.expressions.syntax import Call, Items, Literal, Name
from tcwc.lint.assigned import assignments
from tcwc.lint.cases import Case, touches, unfilled
from tcwc.lint.context import Context
from tcwc.lint.needed import samples_paths
from tcwc.model.arguments import Arguments, arguments
from tcwc.model.ir import Assignment, Path, Template, Value, overlap
from tcwc.torchtune.keys import COMPONENT, LOADS
from tcwc.torchtune.knowledge.condition.model import SECTION, Condition, Test, path_of
from tcwc.torchtune.knowledge.known import catalogue

MOST_STEPS = "most_steps"
"""The function that counts what is in the files of the data."""
UNKNOWN_ARGUMENTS = "unknown_arguments"
"""The function that is about keys of its section, which its expression does not name."""


class CaseReader:
    """Reads the values of one case."""

    def __init__(self, context: Context, case: Case) -> None:
        self.context = context
        self.case = case
        self.section: Path = ()
        self.functions: Mapping[str, Function] | None = None
        """What conditions can ask of it, once some condition has."""

    def sections(self, condition: Condition) -> Iterator[Path]:
        """The sections that `section` stands for."""
        if condition.place is not None:
            yield condition.place
        for text in condition.sections:
            if not text.endswith("[]"):
                yield path_of(text) if text else ()
                continue
            value = self.case.config.get(text[:-2])
            if isinstance(value, list):
                yield from ((text[:-2], index) for index in range(len(value)))
            else:
                yield (text[:-2],)

    def full(self, path: Path) -> Path:
        """A path with the section that it means."""
        return (*self.section, *path[1:]) if path[0] == SECTION else path

    def paths(self, condition: Condition) -> Iterator[Path]:
        """All paths that the condition depends on."""
        for section in self.sections(condition):
            self.section = section
            for test in condition.when:
                yield from self.read(test)
        if MOST_STEPS in condition.calls():
            yield from referred(self.context, [("dataset",)])
            yield from samples_paths(self.context)
        if any("[]" in text for text in condition.sections):  # a level may make a list of it
            yield from ((text.rstrip("[]"),) for text in condition.sections)

    def read(self, test: Test) -> Iterator[Path]:
        """The paths that an operand depends on: those that it names, each with where its value
        leads to; before them the keys that it is about without naming them."""
        yield from self.arguments(test)
        for name in test.expression.names:
            yield from self.followed(self.full(name))

    def arguments(self, test: Test) -> Iterator[Path]:
        """The arguments that an operand is about: each by itself, as it has no name for them."""
        for call in test.calls:
            if call.function == UNKNOWN_ARGUMENTS:
                yield from self._arguments_of(call)

    def _arguments_of(self, call: Call) -> Iterator[Path]:
        section, also = call.arguments
        assert isinstance(section, Name)
        assert isinstance(also, Items)
        known = [str(each.value) for each in also.items if isinstance(each, Literal)]
        path = self.full(section.path)
        yield from ((*path, key) for key in self.unknown_arguments(section.path, known))

    def unknown_arguments(self, path: Path, also: Sequence[str]) -> list[str]:
        """The keys of a component that name none of its parameters, and that it hands on.

        Those in `also` are known to be taken. One that looks misspelt is reported as that (TCW201).
        """
        section = self.known(path)
        name = section.get(COMPONENT) if isinstance(section, dict) else None
        taken = arguments(self.context.catalogue, name) if isinstance(name, str) else None
        if not isinstance(section, dict) or taken is None or not taken.more:
            return []
        known = {COMPONENT, *taken.named, *also, *of_builder(self.context, section, taken)}
        return [key for key in section if key not in known and taken.takes(key)]

    def followed(self, path: Path) -> Iterator[Path]:
        """A path, and those that its value refers to, each once."""
        found = {path: None}
        todo = [path]
        while todo:
            path = todo.pop()
            yield path
            new = [each for each in dict.fromkeys(self._named(path)) if each not in found]
            found.update(dict.fromkeys(new))
            todo += reversed(new)

    def _named(self, path: Path) -> Iterator[Path]:
        """The paths that what is written at a path refers to."""
        there, value = lookup(self.case.config, path)
        if there and isinstance(value, str) and "${" in value:
            yield from mentions(value, path)
        if isinstance(value, Template):
            yield from value.names.values()

    def lookup(self, path: Path) -> tuple[bool, Value]:
        """Whether a path is there, and its value, references followed. Raises NotKnown, of a
        template too: what is put into it may be of a factor that made no difference to the case."""
        return Reading(self.case.config, unfilled).at(self.full(path))

    def known(self, path: Path) -> Value:
        """The value of a path; None where there is none, or where nobody can tell."""
        try:
            return self.lookup(path)[1]
        except NotKnown:
            return None

    def size(self, model: Path, name: str) -> int | None:
        """A size of a model: what its section says, else what its builder does; None where neither
        does."""
        there, told = self.lookup((*model, name))
        if there:
            return told if isinstance(told, int) else None
        builder = self.known((*model, COMPONENT))
        return (
            catalogue(self.context).sizes(builder).get(name) if isinstance(builder, str) else None
        )

    def in_run(self, path: Path) -> Value:
        """What stands at a path in the config of a run: in its own directory, templates filled in.

        None where that is nothing, or not known.
        """
        from tcwc.lint.run_view import RunView  # few conditions ask

        experiment = self.context.experiment
        constant = merge(experiment.base.values, experiment.constants)
        try:
            return RunView(experiment, constant).value(
                self.full(path), self.case.config, self.case.arms
            )
        except (NotFilled, NotKnown):
            return None

    def origin(self, path: Path) -> Assignment | None:
        """The last assignment of the author that set a path, a section of it or a part."""
        for each in reversed(self.case.assignments):
            if overlap(path, each.path):
                return each
        return None

    def levels(self, path: Path) -> int:
        """How many levels the factors give a path; 0 where none sets it."""
        columns = self.context.experiment.columns
        return max((len(each.levels) for each in columns if touches(each, [path])), default=0)


def of_builder(context: Context, section: dict[str, Value], taken: Arguments) -> set[str]:
    """What the builder of a data set's source takes, or any of them where it is none's name."""
    if taken.last is None or taken.last.name != LOADS:
        return set()
    known, source = catalogue(context), section.get("source")
    one = known.builder(source) if isinstance(source, str) else None
    builders = [one] if one is not None else map(known.builder, known.builders())
    return {key for each in builders if each is not None for key in each.parameters}


def referred(context: Context, paths: list[Path]) -> dict[Path, None]:
    """What the values at and below some paths refer to, in whatever run, over several steps."""
    experiment = context.experiment
    said: list[tuple[Path, Value]] = [
        ((key,), value) for key, value in experiment.base.values.items()
    ]
    said += [(each.path, each.value) for each in assignments(experiment)]
    named = [(path, list(mentions(value, path))) for path, value in said]
    met: dict[Path, None] = {}
    new = paths
    while new:
        from_here = [to for at, to in named if to and any(overlap(at, each) for each in new)]
        reached = [each for to in from_here for each in to]
        new = [each for each in reached if each not in met]
        met.update(dict.fromkeys(new))
    return met
