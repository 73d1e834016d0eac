"""What people have, told by what it is, and made an experiment of."""

from __future__ import annotations

from collections.abc import Sequence

from tcwc.disk.files import Place
from tcwc.model.frozen import dataclass, replace
from tcwc.model.ir import Value
from tcwc.model.known import Knowledge
from tcwc.model.problem import Problem
from tcwc.model.target import Target
from tcwc.moves.adopt import Adopted, Workplace, adopt_runs
from tcwc.moves.columns import Observed
from tcwc.moves.ground import Wishes, ground

_SAID = "made by `tcwc adopt` of {}"


@dataclass(frozen=True, slots=True)
class Given:
    """A text, by the name that people know it by, and the folder from which it names others."""

    name: str
    text: str
    folder: str


def adopted(given: Sequence[Given], asked: Wishes, place: Workplace) -> Adopted:
    """The experiment of what is given. Raises Problem where there is none in it."""
    target = place.target
    known = place.session.catalogue(asked.version or target.default_version, Place(place.path))
    return _of_configs(given, asked, place, known)


def _of_configs(
    given: Sequence[Given], asked: Wishes, place: Workplace, known: Knowledge
) -> Adopted:
    observed, notes = _observed(given, place.target)
    start = ground(asked, observed[0].values, known, place.target)
    what = observed[0].name if len(observed) == 1 else f"{len(observed)} configs"
    made = adopt_runs(observed, start, [_SAID.format(what)], place, known)
    return replace(made, notes=(*notes, *start.notes, *made.notes))


def _observed(given: Sequence[Given], target: Target) -> tuple[list[Observed], list[str]]:
    """The configs among texts, and what is said of the others. Raises Problem where none is one."""
    found, notes = [], []
    for each in given:
        document = target.read_base(each.text, each.name)
        if document.diagnostics:
            first = document.diagnostics[0]
            raise Problem(
                f"{each.name}:{first.span.line}:{first.span.column}: {first.message}",
                first.help or "mend it, and adopt again",
            )
        if is_config(document.values, target):
            found.append(Observed(each.name, document.values))
        else:
            is_one = "experiment_name" in document.values
            what = "an experiment already" if is_one else f"no config of {target.name}"
            notes.append(f"{each.name} is left out: it is {what}")
    if not found:
        names = ", ".join(each.name for each in given[:3])
        raise Problem(
            f"{names}: nothing that an experiment can be made of",
            f"name configs of {target.name}, a script that runs it, or a search",
        )
    return found, notes


def is_config(values: dict[str, Value], target: Target) -> bool:
    """Whether a mapping is a config: something is made of one of its sections."""
    key = target.component
    sections = [each for each in values.values() if isinstance(each, dict)]
    return key is None or any(key in each for each in sections)
