"""What people have, told by what it is, and made an experiment of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from tcwc.disk.files import Place
from tcwc.language.alone import RECIPE, named_in
from tcwc.model.frozen import dataclass, replace
from tcwc.model.ir import Value
from tcwc.model.known import Knowledge
from tcwc.model.problem import Problem
from tcwc.model.source import SourceText
from tcwc.model.target import Target
from tcwc.moves.adopt import Adopted, Workplace, adopt_runs
from tcwc.moves.columns import Observed
from tcwc.moves.ground import Wishes, ground, with_processes
from tcwc.moves.multirun import HYDRAS, is_swept, lines_of, multirun, multirun_line, swept
from tcwc.moves.others import of_other_program
from tcwc.moves.script import scripted
from tcwc.moves.search import NoLike
from tcwc.moves.searched import adopt_search, weights_at
from tcwc.moves.steps import steps
from tcwc.moves.summary import is_summary, summary, weights
from tcwc.moves.wandb import is_sweep, sweep
from tcwc.yaml.comments import comments

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
    kinds = [kind_of(each, target) for each in given]
    alone = next((n for n, kind in enumerate(kinds) if kind != "config"), None)
    if alone is None:
        return _of_configs(given, wishes, place, known)
    if len(given) > 1:
        message = f"{given[alone].name} is a {kinds[alone]}, and is adopted alone"
        raise Problem(message, "name it in a call of its own")
    make = {
        "script": _of_script,
        "sweep": _of_sweep,
        "multirun": _of_line,
        "hydra": _of_hydra,
        "summary": _of_summary,
    }
    return make[kinds[alone]](given[alone], wishes, place, known)


def kind_of(given: Given, target: Target) -> str:
    """What a text is: a script, a sweep, a multirun line, a config of Hydra's with a sweep, a
    summary, else a config."""
    is_yaml = given.name.endswith(_CONFIGS)
    if is_script(given, target):
        is_line = f"{target.starter} " not in given.text and multirun_line(given.text)
        return "multirun" if is_line else "script"
    if not is_yaml and multirun_line(given.text):
        return "multirun"
    values = target.read_base(given.text, given.name).values
    if is_sweep(values):
        return "sweep"
    if is_swept(values):
        return "hydra"
    return "summary" if is_summary(values) else "config"


def is_script(given: Given, target: Target) -> bool:
    """Whether a text is a script of a shell."""
    is_named = given.name.endswith(_SCRIPTS) or given.text.startswith("#!")
    return is_named or (not given.name.endswith(_CONFIGS) and f"{target.starter} " in given.text)


def _of_script(given: Given, wishes: Wishes, place: Workplace, known: Knowledge) -> Adopted:
    found = scripted(given.name, given.text, wishes, given.read, known, place.target)
    start = ground(found.wishes, found.observed[0].values, known, place.target)
    start = with_processes(start, found.processes)
    made = adopt_runs(found.observed, start, [_SAID.format(given.name)], place, known)
    notes = (*found.notes, *start.notes, *made.notes)
    return replace(made, notes=notes, left_out=not found.is_whole)


def _of_sweep(given: Given, wishes: Wishes, place: Workplace, known: Knowledge) -> Adopted:
    found = sweep(_values(given, place.target), place.target)
    return adopt_search(found, wishes, _SAID.format(given.name), place, known)


def _of_line(given: Given, wishes: Wishes, place: Workplace, known: Knowledge) -> Adopted:
    try:
        lines = lines_of(given.text)
        found = multirun(lines[0])
    except NoLike as why:
        raise Problem(f"{given.name}: {why}", "write it as it is typed") from None
    if len(lines) > 1:
        lost = f"only the first of its {len(lines)} multiruns is read: adopt each of itself"
        found = replace(found, lost=(*found.lost, lost))
    return adopt_search(found, wishes, _SAID.format(given.name), place, known)


def _of_hydra(given: Given, wishes: Wishes, place: Workplace, known: Knowledge) -> Adopted:
    """The experiment of a config of Hydra's; where that is a config of the target as well, it is
    near to a base."""
    target = place.target
    values = _values(given, target)
    own = {key: value for key, value in values.items() if key not in HYDRAS}
    is_near = is_config(own, target) and not wishes.base
    sweeper = {"hydra": values["hydra"]} if is_near else values
    found = swept(sweeper)
    if is_near:
        start = ground(wishes, own, known, target)
        said = {*(e.path for e in found.variables), *(e.path for e in found.controls)}
        rest = [e for e in steps(start.values, own, target.component) if e.path not in said]
        found = replace(
            found, controls=(*rest, *found.controls), notes=(*start.notes, *found.notes)
        )
        wishes = replace(
            wishes, base=start.head["base_config"], recipe=start.head.get("recipe", "")
        )
    return adopt_search(found, wishes, _SAID.format(given.name), place, known)


def _of_summary(given: Given, wishes: Wishes, place: Workplace, known: Knowledge) -> Adopted:
    values = _values(given, place.target)
    found = summary(values)
    base = wishes.base or next(iter(place.target.near_configs(found.config, known)), "")
    config = known.config(base)
    moved = weights_at(weights(values), config.values) if config is not None else ()
    search = replace(found, controls=(*found.controls, *moved))
    return adopt_search(search, wishes, _SAID.format(given.name), place, known)


def _values(given: Given, target: Target) -> dict[str, Value]:
    """The values of a text. Raises Problem where it cannot be read."""
    document = target.read_base(given.text, given.name)
    if document.diagnostics:
        first = document.diagnostics[0]
        where = f"{given.name}:{first.span.line}:{first.span.column}"
        raise Problem(f"{where}: {first.message}", first.help or "mend it, and adopt again")
    return document.values


def _of_configs(
    given: Sequence[Given], wishes: Wishes, place: Workplace, known: Knowledge
) -> Adopted:
    recipe, others = wishes.recipe, list[Given]()
    if not recipe:
        recipe, others = _recipe(given, place.target)
    observed, notes = _observed([each for each in given if each not in others], place)
    notes += [f"{each.name} is left out: it names another recipe than {recipe}" for each in others]
    start = ground(replace(wishes, recipe=recipe), observed[0].values, known, place.target)
    what = observed[0].name if len(observed) == 1 else f"{len(observed)} configs"
    made = adopt_runs(observed, start, [_SAID.format(what)], place, known)
    made = replace(made, left_out=made.left_out or bool(others))
    return replace(made, notes=(*notes, *start.notes, *made.notes))


def _recipe(given: Sequence[Given], target: Target) -> tuple[str, list[Given]]:
    """The recipe that most comments of configs name, `# tcwc: recipe NAME`, and the configs that
    name another one; "" where none does."""
    named = [(each, _named(each, target)) for each in given]
    counts = Counter(name for _, name in named if name)
    if not counts:
        return "", []
    most = counts.most_common(1)[0][0]
    return most, [each for each, name in named if name not in ("", most)]


def _named(given: Given, target: Target) -> str:
    source = SourceText(given.name, given.text)
    named, _ = named_in(source, comments(given.text), target)
    return named[RECIPE].text if RECIPE in named else ""


def _observed(given: Sequence[Given], place: Workplace) -> tuple[list[Observed], list[str]]:
    """The configs among texts, and what is said of the others. Raises Problem where none is one."""
    target = place.target
    found, notes = [], []
    for each in given:
        values = _values(each, target)
        if is_config(values, target):
            found.append(Observed(each.name, values))
        else:
            is_one = "experiment_name" in values
            what = "an experiment already" if is_one else f"no config of {target.name}"
            notes.append(f"{each.name} is left out: it is {what}")
    if not found and len(given) == 1:
        what, help = of_other_program(given[0].name, given[0].text, place.session)
        if what:
            raise Problem(f"{given[0].name} is {what}, which is not adopted", help)
    if not found:
        names = ", ".join(each.name for each in given[:3])
        raise Problem(
            f"{names}: nothing that an experiment can be made of",
            f"name configs of {target.name}, a script that runs it, or a search",
            notes,
        )
    return found, notes


def is_config(values: dict[str, Value], target: Target) -> bool:
    """Whether a mapping is a config: something is made of one of its sections."""
    key = target.component
    sections = [each for each in values.values() if isinstance(each, dict)]
    return key is None or any(key in each for each in sections)
