"""run_mapping.yaml: the record of what each run is, and the lock that keeps run ids stable.

A person reads it, and so does any YAML reader. One line holds one run, in flow style that is also
JSON (but for `\\U000e0041`, an escape of YAML), so that tcwc itself reads 100,000 runs by line in a
fraction of a second. A mapping that some
tool has reformatted is still read, slowly, as long as it is YAML of the same content.
"""

from __future__ import annotations

from collections.abc import Mapping

from tcwc.config.canonical import flow, json_string
from tcwc.model.frozen import dataclass, field, replace
from tcwc.model.ir import Value
from tcwc.model.unseen import escape_unseen
from tcwc.yaml.emit import is_plain

VERSION = 1
"""The format. Another one is refused, and never overwritten."""
REVISION = 1
"""Grows when members are added that an older tcwc may ignore and must keep.

1: the last member says how many `records` there are, so that a mapping that was cut off between
two lines, or has lost one, is known for what it is. (It changes only where a line is added beside
it, so it adds no conflict to a merge; a hash would to each.)
"""


@dataclass(frozen=True, slots=True)
class Head:
    """What all runs share. Mappings are written in the order they are in.

    `base` is {"config" or "file": name, "sha256": hash of its values}, `torchtune` {"version":
    ..., "catalogue": revision} of the target (a mapping is read without knowing which that is).
    `names` says what each key of the author's became, `controls` and `engineering` are by path.
    `arms` says what each level of an arm sets, by path; levels that only retired runs have are
    kept. `models` names the arms whose levels are configs that ship, each with the folder of their
    weights. `extra` holds members that a newer tcwc wrote.
    """

    experiment: str
    source: str
    base: Mapping[str, Value]
    torchtune: Mapping[str, Value]
    recipe: str
    command: str
    names: Mapping[str, Value]
    controls: Mapping[str, Value]
    engineering: Mapping[str, Value] = field(default_factory=dict)
    arms: Mapping[str, Value] = field(default_factory=dict)
    models: Mapping[str, Value] = field(default_factory=dict)
    meta: Value = None
    extra: Mapping[str, Value] = field(default_factory=dict)
    revision: int = REVISION

    def keeping(self, old: Head) -> Head:
        """This head with what a newer tcwc wrote into an old one."""
        return replace(self, extra=old.extra, revision=max(self.revision, old.revision))


@dataclass(frozen=True, slots=True)
class Record:
    """One run. `was` are science hashes that it had before a control changed, oldest first."""

    id: str
    parameters: Mapping[str, Value]
    sha256: str
    science_hash: str
    derived: Mapping[str, Value] = field(default_factory=dict)
    was: tuple[str, ...] = ()
    extra: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Lock:
    """A mapping as read: live and retired runs by id, in the order of the file.

    `is_ours` says whether its layout was tcwc's, `is_crlf` whether its lines ended so.
    """

    head: Head
    runs: Mapping[str, Record]
    retired: Mapping[str, Record]
    is_ours: bool = field(default_factory=lambda: True, compare=False)
    is_crlf: bool = field(default_factory=bool, compare=False)


RUNS = "runs"
RETIRED = "retired"
COUNT = "records"


def render_head(head: Head) -> str:
    """Everything above the runs. `render_section(RUNS, ...)`, RETIRED and `render_end` follow."""
    lines = [
        f"# Which parameters each run has, written by tcwc from {_text(head.source)}."
        " It also keeps run ids stable: commit it.\n",
        f"format: {VERSION}.{head.revision}\n",
        *(f"{_text(key)}: {_head_value(value)}\n" for key, value in _members(head).items()),
    ]
    return escape_unseen("".join(lines))


def render_section(name: str, *, empty: bool) -> str:
    """The line above the records of a section (RUNS or RETIRED), all of it where there are none."""
    return f"{name}: {{}}\n" if empty else f"{name}:\n"


def render_end(head: Head, records: int) -> str:
    """What stands below so many records."""
    return f"{COUNT}: {records}\n" if head.revision else ""


def render_record(record: Record, parameters: str | None = None) -> str:
    """The line of one run. `parameters` is the flow text of its parameters, where it is at hand."""
    parts = [f'"parameters": {parameters or flow(dict(record.parameters))}']
    if record.derived:
        parts.append(f'"derived": {flow(dict(record.derived))}')
    parts.append(f'"sha256": {json_string(record.sha256)}')
    parts.append(f'"science_hash": {json_string(record.science_hash)}')
    if record.was:
        parts.append(f'"was": {flow(list(record.was))}')
    parts += [f"{json_string(key)}: {flow(value)}" for key, value in record.extra.items()]
    return record_line(record.id, f"{{{', '.join(parts)}}}")


def record_line(run_id: str, members: str) -> str:
    """The line of one run from the flow text of its members, for who has that at hand."""
    return f"  {run_id}: {escape_unseen(members)}\n"


def _members(head: Head) -> dict[str, Value]:
    members: dict[str, Value] = {
        "experiment": head.experiment,
        "source": head.source,
        "base": dict(head.base),
        "torchtune": dict(head.torchtune),
        "recipe": head.recipe,
        "command": head.command,
        "names": dict(head.names),
        "controls": dict(head.controls),
    }
    if head.engineering:
        members["engineering"] = dict(head.engineering)
    if head.arms:
        members["arms"] = dict(head.arms)
    if head.models:
        members["models"] = dict(head.models)
    if head.meta is not None:
        members["meta"] = head.meta
    return members | dict(head.extra)


def _head_value(value: Value) -> str:
    return _text(value) if isinstance(value, str) else flow(value)


def _text(text: str) -> str:
    """A string plain where that is safe, else in double quotes."""
    return text if is_plain(text) else json_string(text)
