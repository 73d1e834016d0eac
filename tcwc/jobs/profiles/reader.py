"""Reads a cluster profile from its text, and says what is wrong with it and what to write."""

from __future__ import annotations

import os.path
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias

from tcwc.config.canonical import flow
from tcwc.jobs.profiles import values
from tcwc.jobs.profiles.bash import Syntax, check_setup, check_wrapper, lines_of
from tcwc.jobs.profiles.directives import check_refused, name_of_directive, read_directives
from tcwc.jobs.profiles.elsewhere import ELSEWHERE
from tcwc.jobs.profiles.environment import read_environment
from tcwc.jobs.profiles.profile import GPU_DIRECTIVES, Profile
from tcwc.jobs.profiles.sbatch_options import SbatchOptions
from tcwc.jobs.profiles.unexpanded import unexpanded
from tcwc.model.diagnostics import Diagnostic, finding
from tcwc.model.frozen import dataclass
from tcwc.model.job_files import LOCAL, NOT_PROFILES
from tcwc.model.patterns import pattern
from tcwc.model.rules import BAD_PROFILE_VALUE, UNKNOWN_PROFILE_KEY
from tcwc.model.secrets import masked
from tcwc.model.source import SourceText
from tcwc.model.words import listed, nearest
from tcwc.yaml.experiment import read_yaml
from tcwc.yaml.nodes import Entry, MappingNode, Node, ScalarNode, SequenceNode

_SCALARS: dict[str, values.Read] = {
    "partition": values.word,
    "account": values.word,
    "qos": values.word,
    "constraint": values.text,
    "gpu_directive": values.choice({each: each for each in GPU_DIRECTIVES}),
    "gpu_type": values.name,
    "gpu_memory": values.gib,
    "cpus_per_gpu": values.count,
    "memory_per_gpu": values.memory,
    "max_array_size": values.count,
    "concurrency": values.count,
    "gpu_hours_limit": values.hours,
    "logs": values.folder,
    "door": values.choice({"configs": True}),
    "modes": values.choice({"group": True}),
}
_OTHERS = ("refuses", "directives", "setup", "environment", "wrapper", "shared")
KEYS = (*_SCALARS, *_OTHERS)
"""The keys that a profile may have; schemas/profile.schema.json says the same to editors."""

_FIELDS = {"door": "checks_configs", "modes": "group_readable"}
_EXPANDED = ("logs",)
_PLAIN = pattern(r"[A-Za-z0-9_/][A-Za-z0-9_./@-]*")
_PAIR = pattern(r"(?:--)?([A-Za-z_][A-Za-z0-9_-]*)(?:=(.*))?")
_FILE_NAME = pattern(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_TAKEN = (LOCAL, *NOT_PROFILES)
"""Names of folders beside those of profiles, and of this machine."""

Values: TypeAlias = "dict[str, Any]"


@dataclass(frozen=True, slots=True)
class Knows:
    """What reading a profile needs beside its text.

    `syntax` says what bash finds wrong with the syntax of a text; None where there is no bash.
    """

    options: SbatchOptions
    syntax: Syntax | None = None


def profile_name(path: str) -> str:
    """What a profile is called: as its file is."""
    return os.path.splitext(os.path.basename(path))[0]


def read_profile(source: SourceText, knows: Knows) -> tuple[Profile | None, list[Diagnostic]]:
    """The profile in a text, and what is wrong with it; None where it is no mapping.

    What does not fit is left out of it. Secrets are not looked for here.
    """
    root, broken = read_yaml(source, "partition: gpu")
    found = list(broken)
    if root is None:
        return None, found
    found += _check_name(source)
    read: Values = {}
    entries = {entry.key.text: entry for entry in root.entries}
    for entry in root.entries:
        key = entry.key.text
        if key not in KEYS:
            found.append(_unknown(entry, knows.options))
        elif isinstance(entry.value, ScalarNode) and entry.value.is_empty:
            help = f"write {_EXAMPLES[key]}, or remove the line"
            found.append(finding(BAD_PROFILE_VALUE, entry.key.span, f"`{key}` is empty", help=help))
        elif key in _SCALARS:
            read |= _scalar(entry, found)
        else:
            read |= _READERS[key](entry, source, knows, found)
    found += check_refused(entries, read)
    return Profile(profile_name(source.name), **{_FIELDS.get(k, k): read[k] for k in read}), found


def _check_name(source: SourceText) -> Iterator[Diagnostic]:
    """What is wrong with the name of the file, which a folder for its jobs has too."""
    name = profile_name(source.name)
    at = source.span(0, 0)
    if name in _TAKEN:
        message = f"no profile can be called `{name}`: tcwc has a folder of that name"
        yield finding(BAD_PROFILE_VALUE, at, message, help="rename the file, as the cluster is")
    elif not _FILE_NAME.fullmatch(name):
        message = "the name of a profile, which is that of its file, has letters, digits, . _ and -"
        yield finding(BAD_PROFILE_VALUE, at, message, help="rename the file: `clusters/della.yaml`")


def _unknown(entry: Entry, options: SbatchOptions) -> Diagnostic:
    """A key that no profile has."""
    key, span = entry.key.text, entry.key.span
    # As submitit has it, `slurm_partition`, and as sbatch does.
    plain = key.lstrip("-").replace("-", "_").removeprefix("slurm_")
    option = options.by_name.get(name := plain.replace("_", "-"))
    near = nearest(plain, KEYS)
    if key in ("cluster", "profile") and isinstance(entry.value, MappingNode):
        help = "write its lines at the top of the file, not below it"
    elif plain in KEYS:
        help = f"write `{plain}:`"
    elif plain in ELSEWHERE:
        help = ELSEWHERE[plain]
    elif option is not None and (option.ours or option.instead):
        help = f"remove the line: {option.ours}" if option.ours else f"write {option.instead}"
    elif option is not None:
        value = masked(entry.value.text) if isinstance(entry.value, ScalarNode) else "..."
        help = f"write `{_listed('directives', {name: value})}`"
    elif near:
        help = f"did you mean `{near[0]}`?"
    else:
        help = f"a profile has {listed(KEYS, len(KEYS))}; other options of sbatch go there under"
        help += " `directives:`"
    return finding(UNKNOWN_PROFILE_KEY, span, f"a profile has no key `{key[:80]}`", help=help)


def _scalar(entry: Entry, found: list[Diagnostic]) -> Values:
    """The value of a key that has one."""
    key, node = entry.key.text, entry.value
    if not isinstance(node, ScalarNode):
        found.append(_wrong_kind(key, node))
        return {}
    read = _SCALARS[key](key, node)
    if isinstance(read, values.Unfit):
        found.append(_unfit(node, read))
        return {}
    if key in _EXPANDED:
        found += unexpanded(key, node)
    return {key: read}


def _unfit(node: ScalarNode, why: values.Unfit) -> Diagnostic:
    return finding(BAD_PROFILE_VALUE, node.span, why.message, help=why.help)


def _wrong_kind(key: str, node: Node) -> Diagnostic:
    what = "a list" if isinstance(node, SequenceNode) else "a mapping"
    what = "a string" if isinstance(node, ScalarNode) else what
    message = f"`{key}` cannot be {what}"
    help = f"write {_meant(key, node) or _EXAMPLES[key]}"
    return finding(BAD_PROFILE_VALUE, node.span, message, help=help)


def _meant(key: str, node: Node) -> str:
    """What was meant by a value of another kind, as it is written here; "" where nobody knows."""
    items = node.items if isinstance(node, SequenceNode) else (node,)
    texts = [each.text for each in items if isinstance(each, ScalarNode) and each.text.strip()]
    if len(texts) != len(items) or any(masked(each) != each for each in texts):
        return ""  # what is secret is not said again
    if key in ("partition", "account", "qos"):
        return f"`{key}: {','.join(texts)}`" if all(map(_PLAIN.fullmatch, texts)) else ""
    if key == "wrapper":
        return f"`{key}: {' '.join(texts)}`"
    words = [word for text in texts for word in text.split()] if key == "directives" else texts
    pairs = [_PAIR.fullmatch(each) for each in words]
    if key not in ("environment", "directives") or not all(pairs):
        return ""
    return f"`{_listed(key, {found[1]: found[2] for found in pairs if found})}`"


def _listed(key: str, pairs: Mapping[str, str | None]) -> str:
    """Names and their values as they are written here; without one an option has `true`."""
    written = []
    for name, value in pairs.items():
        text = "true" if value is None else value
        is_plain = _PLAIN.fullmatch(text) and not text.isdecimal()
        written.append(f"{name}: {text if is_plain else flow(text)}")
    return f"{key}: {{{', '.join(written)}}}"


def _refuses(entry: Entry, _: SourceText, knows: Knows, found: list[Diagnostic]) -> Values:
    """Names of directives that the site does not take."""
    names = []
    for node in _items(entry, found):
        name, wrong = name_of_directive(node, knows.options)
        found += wrong
        if name:
            names.append(name)
    return {"refuses": tuple(dict.fromkeys(names))}


def _shared(entry: Entry, _: SourceText, __: Knows, found: list[Diagnostic]) -> Values:
    """Folders that all nodes see."""
    folders = []
    for node in _items(entry, found):
        read = values.shared_folder("shared", node)
        if isinstance(read, values.Unfit):
            found.append(_unfit(node, read))
        else:
            folders.append(read)
            if "${oc.env:" not in read:
                found += unexpanded("shared", node)
    return {"shared": tuple(folders)}


def _items(entry: Entry, found: list[Diagnostic]) -> list[ScalarNode]:
    """The texts of a list; one alone is a list of one."""
    node = entry.value
    if isinstance(node, MappingNode):
        found.append(_wrong_kind(entry.key.text, node))
        return []
    items = node.items if isinstance(node, SequenceNode) else (node,)
    kept = []
    for item in items:
        if isinstance(item, ScalarNode) and item.text.strip():
            kept.append(item)
        else:
            found.append(_no_text(entry, item))
    return kept


def _no_text(entry: Entry, item: Node) -> Diagnostic:
    """Something other than a text in a list of texts: most often a line with `: ` in it."""
    key = entry.key.text
    message = f"each item of `{key}` is a string"
    help = "put a line that has `: ` or `#` in it in quotes" if key == "setup" else ""
    return finding(BAD_PROFILE_VALUE, item.span, message, help=help or f"write {_EXAMPLES[key]}")


def _directives(entry: Entry, _: SourceText, knows: Knows, found: list[Diagnostic]) -> Values:
    if not isinstance(entry.value, MappingNode):
        found.append(_wrong_kind("directives", entry.value))
        return {}
    read, wrong = read_directives(entry.value, knows.options)
    found += wrong
    return {"directives": read}


def _environment(entry: Entry, _: SourceText, __: Knows, found: list[Diagnostic]) -> Values:
    if not isinstance(entry.value, MappingNode):
        found.append(_wrong_kind("environment", entry.value))
        return {}
    read, wrong = read_environment(entry.value)
    found += wrong
    return {"environment": read}


def _setup(entry: Entry, source: SourceText, knows: Knows, found: list[Diagnostic]) -> Values:
    lines = [line for node in _items(entry, found) for line in lines_of(node, source)]
    found += check_setup(lines, knows.syntax)
    return {"setup": tuple(line.text for line in lines)}


def _wrapper(entry: Entry, _: SourceText, knows: Knows, found: list[Diagnostic]) -> Values:
    if not isinstance(entry.value, ScalarNode):
        found.append(_wrong_kind("wrapper", entry.value))
        return {}
    wrong = check_wrapper(entry.value, knows.syntax)
    found += wrong
    return {} if wrong else {"wrapper": entry.value.text.strip()}


_READERS: dict[str, Callable[[Entry, SourceText, Knows, list[Diagnostic]], Values]] = {
    "refuses": _refuses,
    "directives": _directives,
    "setup": _setup,
    "environment": _environment,
    "wrapper": _wrapper,
    "shared": _shared,
}
_EXAMPLES = {
    "partition": "`partition: gpu`",
    "account": "`account: lab`",
    "qos": "`qos: normal`",
    "constraint": '`constraint: "a100|h100"`',
    "gpu_directive": "`gpu_directive: gres`, `gpus-per-node` or `gpus`",
    "gpu_type": "`gpu_type: a100`",
    "gpu_memory": "`gpu_memory: 80`, in GiB",
    "cpus_per_gpu": "`cpus_per_gpu: 8`",
    "memory_per_gpu": "`memory_per_gpu: 64G`",
    "max_array_size": "`max_array_size: 1000`",
    "concurrency": "`concurrency: 20`",
    "gpu_hours_limit": "`gpu_hours_limit: 500`",
    "logs": "`logs: /scratch/lab/logs`",
    "door": "`door: configs`",
    "modes": "`modes: group`",
    "refuses": "`refuses: [mem]`",
    "directives": "`directives: {mail-type: END}`",
    "setup": "`setup: [module purge, module load cuda]`",
    "environment": '`environment: {HF_HUB_OFFLINE: "1"}`',
    "wrapper": "`wrapper: apptainer exec --nv image.sif`",
    "shared": "`shared: [/scratch/lab]`",
}
