"""What people have, told by what it is, and made an experiment of."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tcwc.disk.files import Place
from tcwc.model.frozen import dataclass, replace
from tcwc.model.ir import Value
from tcwc.model.known import Knowledge
from tcwc.model.problem import Problem
from tcwc.model.target import Target
from tcwc.moves.adopt import Adopted, Workplace, adopt_runs
from tcwc.moves.columns import Observed
from tcwc.moves.ground import Wishes, ground
from tcwc.moves.script import scripted

_SCRIPTS = (".sh", ".bash", ".slurm", ".sbatch")
_CONFIGS = (".yaml", ".yml")
_SAID = "made by `tcwc adopt` of {}"


@dataclass(frozen=True, slots=True)
class Given:
    """A text, by the name that people know it by, and what reads the files that it names."""

    name: str
    text: str
    read: Callable[[str], str | None] = lambda _: None
    """Reads a file that the text names; None where there is none."""


def adopted(given: Sequence[Given], wishes: Wishes, place: Workplace) -> Adopted:
    """The experiment of what is given. Raises Problem where there is none in it."""
    target = place.target
    known = place.session.catalogue(wishes.version or target.default_version, Place(place.path))
    scripts = [each for each in given if is_script(each, target)]
    if not scripts:
        return _of_configs(given, wishes, place, known)
    if len(given) > 1:
        raise Problem("a script is adopted alone", f"name {scripts[0].name} alone")
    return _of_script(scripts[0], wishes, place, known)


def is_script(given: Given, target: Target) -> bool:
    """Whether a text is a script of a shell."""
    starts = target.command.partition("{")[0].strip()
    is_named = given.name.endswith(_SCRIPTS) or given.text.startswith("#!")
    return is_named or (not given.name.endswith(_CONFIGS) and f"{starts} " in given.text)


def _of_script(given: Given, wishes: Wishes, place: Workplace, known: Knowledge) -> Adopted:
    found = scripted(given.name, given.text, wishes, given.read, known, place.target)
    start = ground(found.wishes, found.observed[0].values, known, place.target)
    made = adopt_runs(found.observed, start, [_SAID.format(given.name)], place, known)
    notes = (*found.notes, *start.notes, *made.notes)
    return replace(made, notes=notes, left_out=not found.is_whole)


def _of_configs(
    given: Sequence[Given], wishes: Wishes, place: Workplace, known: Knowledge
) -> Adopted:
    observed, notes = _observed(given, place.target)
    start = ground(wishes, observed[0].values, known, place.target)
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
