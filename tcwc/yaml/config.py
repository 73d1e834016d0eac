"""Reads a torchtune config file with the meaning that OmegaConf gives it, but keeps positions.

Only the values are OmegaConf's: `${...}` and `???` stay as written. What OmegaConf, or the
config's later life as a file of UTF-8, would refuse is a finding; nothing is raised for a bad
file. Stricter than OmegaConf in two ways: keys are text (it also takes numbers and booleans),
and a plain value that holds `{{ ... }}` is taken for a template that nobody rendered.
"""

from __future__ import annotations

import re

from tcwc.model.diagnostics import Diagnostic, Label, finding, in_order
from tcwc.model.frozen import dataclass, replace
from tcwc.model.ir import Path, Scalar, Value
from tcwc.model.limits import BASE_VALUES, KEY
from tcwc.model.rules import BAD_BASE_FILE
from tcwc.model.source import SourceText, Span
from tcwc.yaml.composed import ComposedMapping, ComposedScalar, ComposedSequence, Node, Unreadable
from tcwc.yaml.config_nodes import config_nodes
from tcwc.yaml.marks import merged
from tcwc.yaml.scalars import construct

_RENDER_FIRST = "this is a Jinja template and not YAML yet"
_RENDER_HELP = (
    "render it first, and name the rendered file; a value whose braces are meant is put in quotes"
)
_NOT_TEXT = re.compile("[\0\ud800-\udfff]")
_MAX_BITS = 4_096
"""Python writes no integers of more than 4,300 digits."""
_HELPS = (
    ("stream end", "a bracket or a quote is not closed"),
    ("end of stream", "a quote is not closed"),
    ("expected ',' or", "close the bracket, or put a comma between the items"),
    ("cannot start any token", "quote the value, or indent with spaces"),
    ("mapping values are not allowed", 'quote a value that holds ": ", or check the indentation'),
    ("could not find expected ':'", "write `key: value`; a value of several lines is indented"),
    ("tab character", "indent with spaces"),
    ("is there twice", "give each anchor a name of its own"),
    ("nested more than", "no torchtune config is so deep: is this the right file?"),
    ("second document", "keep one document in the file; remove this `---` and what follows"),
    ("is not allowed in YAML", 'remove it, or write it as an escape in double quotes ("\\x07")'),
)
_KINDS = {"null": "null", "bool": "a boolean", "int": "a number", "float": "a number"}


@dataclass(frozen=True, slots=True)
class BaseDocument:
    """A base file's values, where each stands, and what is wrong with it.

    Where there are findings, `values` is a best effort. A value that an alias or a
    `<<` brings in has its span where it is written, and the alias has its own.
    """

    values: dict[str, Value]
    spans: dict[Path, Span]
    key_spans: dict[Path, Span]
    diagnostics: tuple[Diagnostic, ...]


def read_base(text: str, name: str) -> BaseDocument:
    """The config in a text; `name` is what its spans call the file."""
    reader = _Reader(SourceText(name, text))
    values = reader.root()
    return BaseDocument(values, reader.spans, reader.key_spans, in_order(reader.findings))


_Entries = dict[str, tuple[Node, Node]]
_Pairs = list[tuple[Node, Node]]


class _Reader:
    """Turns the nodes of one text into values, and collects what is wrong on the way."""

    def __init__(self, source: SourceText) -> None:
        self._source = source
        self._entries: dict[int, _Entries] = {}
        self._older: dict[int, _Pairs] = {}
        self._count = 0
        self.spans: dict[Path, Span] = {}
        self.key_spans: dict[Path, Span] = {}
        self.findings: list[Diagnostic] = []

    def root(self) -> dict[str, Value]:
        if self._source.text.startswith("\ufeff"):  # whoever read the file has taken its own
            message = "a second byte-order mark begins the text, and readers of YAML differ in it"
            self._report(message, 0, 1, "remove it: save the file as UTF-8 without one")
        try:
            node = config_nodes(self._source.text)
            if not isinstance(node, ComposedMapping):
                return self._no_mapping(node)
            value = self._value(node, ())
            return value if isinstance(value, dict) else {}
        except Unreadable as problem:
            left = merged(self._source, BAD_BASE_FILE)
            if left is not None:
                self.findings.append(left)
            else:
                self._unreadable(problem)
            return {}

    def _no_mapping(self, node: Node | None) -> dict[str, Value]:
        if node is None or (isinstance(node, ComposedScalar) and node.tag == "null"):
            self._report("the file is empty: a config is a mapping of keys to values", 0, 0)
        elif isinstance(node, ComposedScalar) and _is_jinja(node.text):
            self._report(_RENDER_FIRST, node.start, node.end, _RENDER_HELP)
        else:
            what = "a list" if isinstance(node, ComposedSequence) else "a single value"
            message = f"a config is a mapping of keys to values, and this is {what}"
            self._report(message, node.start, node.end, "write `key: value` lines")
        return {}

    def _value(self, node: Node, path: Path) -> Value:
        self._count += 1
        # Aliases are expanded only here: a page of them can be 10**30 values.
        if self._count > BASE_VALUES.at_most:
            most = BASE_VALUES.at_most
            message = f"more than {most:,} values with its aliases; OmegaConf reads no more"
            raise Unreadable(message, node.start, node.end)
        self.spans[path] = self._span(node)
        if isinstance(node, ComposedScalar):
            return self._scalar(node)
        if isinstance(node, ComposedSequence):
            if node.tag != "seq":
                self._bad_tag(node)
            return [self._value(item, (*path, at)) for at, item in enumerate(node.items)]
        return self._mapping(node, path)

    def _mapping(self, node: ComposedMapping, path: Path) -> dict[str, Value]:
        if node.tag != "map":
            self._bad_tag(node)
        values: dict[str, Value] = {}
        for name, (key, value) in self._flat(node).items():
            at = (*path, name)
            self.key_spans[at] = self._span(key)
            values[name] = self._value(value, at)
            if value.start == value.end:
                self.spans[at] = self.key_spans[at]
        return values

    def _flat(self, node: ComposedMapping) -> _Entries:
        """A mapping's entries, with what `<<` brings in before its own. Each mapping once."""
        # By the pairs, which an alias (a copy of its node) shares: merges of merges are then read
        # once each, and not exponentially often.
        known = self._entries.get(id(node.pairs))
        if known is not None:
            return known
        merged: _Entries = {}
        own: _Entries = {}
        for key, value in node.pairs:
            if key.tag == "merge":
                for source in self._merge_sources(value):
                    self._check_hidden(merged, source)
                    merged.update(self._flat(source))
            elif (name := self._key(key, node)) is not None:
                if len(name) > KEY.at_most:
                    message = f"a key of {len(name):,} characters cannot be written"
                    help = f"give it a name of at most {KEY.at_most}"
                    self._report(message, key.start, key.end, help)
                if name in own:
                    self._duplicate(name, key, own[name][0])
                else:
                    own[name] = (key, value)
        entries = {name: entry for name, entry in merged.items() if name not in own} | own
        self._entries[id(node.pairs)] = entries
        if merged:
            self._check_releases(node, entries)
        return entries

    def _check_releases(self, node: ComposedMapping, entries: _Entries) -> None:
        """Report keys that get another value from `<<` where another release reads it."""
        from tcwc.yaml.merge_keys import as_older, same_value  # few bases have a `<<`

        older = as_older(node, self._older)
        for name, (_, value) in entries.items():
            other = older.get(name, value)
            if not same_value(other, value, self._flat):
                merge = next(key for key, _ in node.pairs if key.tag == "merge")
                self._doubtful(name, merge, value, other)

    def _doubtful(self, name: str, merge: Node, one: Node, other: Node) -> None:
        labels = tuple(Label(self._span(each), "one of the two") for each in (one, other))
        message = f"`<<` brings in `{name}` twice, and releases of OmegaConf differ in which counts"
        texts = [self._source.text[each.start : each.end] for each in (one, other)]
        known = all(len(text) <= 40 and "\n" not in text for text in texts)
        lines = " or ".join(f"`{name}: {text}`" for text in texts) if known else f"`{name}`"
        self._report(message, merge.start, merge.end, f"write {lines} beside the `<<`", labels)

    def _check_hidden(self, merged: _Entries, source: ComposedMapping) -> None:
        """Report values that a stronger source of one `<<` hides: OmegaConf reads them too."""
        for name in self._flat(source):
            hidden = merged[name][1] if name in merged else None
            if isinstance(hidden, ComposedScalar):
                self._scalar(hidden)

    def _merge_sources(self, node: Node) -> list[ComposedMapping]:
        """The mappings that a `<<` names, weakest first."""
        # By YAML's rule for `<<` the earlier mapping of a list wins.
        sources = node.items[::-1] if isinstance(node, ComposedSequence) else [node]
        found = [source for source in sources if isinstance(source, ComposedMapping)]
        if len(found) < len(sources):
            message = "`<<` takes a mapping or a list of mappings, usually an alias"
            self._report(message, node.start, node.end, "write `<<: *name` with an anchor `&name`")
        return found

    def _key(self, node: Node, mapping: ComposedMapping) -> str | None:
        if isinstance(node, ComposedScalar):
            # `=` has a tag of its own in YAML 1.1; PyYAML reads it as text, but only as a key.
            if node.tag in ("str", "value"):
                return str(self._scalar(replace(node, tag="str")))
            what = f"is {_KINDS[node.tag]}" if node.tag in _KINDS else f"has the tag `{node.tag}`"
            shown = f"`{node.text}`" if node.text else "an empty key"
            help = f'quote it if you mean the string: "{node.text}"'
            self._report(f"the key {shown} {what}; keys are text", node.start, node.end, help)
        elif _is_jinja(self._source.text[mapping.start : mapping.end]):
            self._report(_RENDER_FIRST, mapping.start, mapping.end, _RENDER_HELP)
        else:
            message = "a list or a mapping cannot be a key"
            self._report(message, node.start, node.end, "quote it if you mean the string")
        return None

    def _duplicate(self, name: str, key: Node, first: Node) -> None:
        labels = (Label(self._span(first), "first set here"),)
        help = "keep one of the two"
        self._report(f"the key `{name}` is there twice", key.start, key.end, help, labels)

    def _scalar(self, node: ComposedScalar) -> Scalar:
        if node.plain and _is_jinja(node.text):
            shown = node.text if len(node.text) <= 60 else node.text[:57] + "..."
            quoted = shown.replace("'", "''")
            help = f"{_RENDER_HELP}, '{quoted}'"
            self._report(_RENDER_FIRST, node.start, node.end, help)
        if node.tag in ("merge", "value"):
            help = f'quote it if you mean the string: "{node.text}"'
            self._report(f"`{node.text}` alone is no value", node.start, node.end, help)
            return None
        try:
            value = construct(node.tag, node.text)
        except KeyError:
            self._bad_tag(node)
            return None
        except ValueError:
            message = f"`{node.text[:40]}` cannot be read as {_KINDS[node.tag]}"
            self._report(message, node.start, node.end, "quote it if you mean the string")
            return None
        if (problem := _not_writable(value)) is not None:
            self._report(problem[0], node.start, node.end, problem[1])
        return value

    def _bad_tag(self, node: Node) -> None:
        from tcwc.yaml.tags import in_full, instead  # for mistakes only

        message = f"the tag `{in_full(node.tag)}` does not fit here"
        self._report(message, node.start, node.end, instead(node, self._source.text))

    def _unreadable(self, problem: Unreadable) -> None:
        line, _ = self._source.position(problem.start)
        if _is_jinja(self._source.line(line)):
            self._report(_RENDER_FIRST, problem.start, problem.end, _RENDER_HELP)
            return
        labels: tuple[Label, ...] = ()
        if problem.context is not None:
            doing, at = problem.context
            opened = "flow" in doing or "quoted" in doing
            labels = (Label(self._trimmed(at, at + 1), "opened here" if opened else doing),)
        help = next((text for sign, text in _HELPS if sign in problem.message), "")
        message = f"not readable: {problem.message}"
        self._report(message, problem.start, problem.end, help, labels)

    def _span(self, node: Node) -> Span:
        return self._trimmed(node.start, node.end)

    def _trimmed(self, start: int, end: int) -> Span:
        """Without the line breaks that a block scalar ends with."""
        text = self._source.text
        end = min(end, len(text))
        while end > start and text[end - 1].isspace():
            end -= 1
        return self._source.span(min(start, len(text)), end)

    def _report(
        self, message: str, start: int, end: int, help: str = "", labels: tuple[Label, ...] = ()
    ) -> None:
        span = self._trimmed(start, end)
        self.findings.append(finding(BAD_BASE_FILE, span, message, help=help, labels=labels))


def _not_writable(value: Scalar) -> tuple[str, str] | None:
    """Why no config can hold a value that OmegaConf does read, and what to do about it."""
    if isinstance(value, str) and (bad := _NOT_TEXT.search(value)):
        character = f"U+{ord(bad.group()):04X}"
        return f"a string with the character {character} cannot be written to a file", "remove it"
    if isinstance(value, float) and value != value:
        return "nan cannot be written: a run could not be told apart by it", "write a number"
    if isinstance(value, int) and value.bit_length() > _MAX_BITS:
        return "a number of so many digits cannot be written to a file", "write a smaller one"
    return None


def _is_jinja(text: str) -> bool:
    return "{%" in text or ("{{" in text and text.rfind("}}") > text.find("{{"))
