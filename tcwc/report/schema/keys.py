"""The keys of one base and recipe as JSON Schema: as constants, as variables, as formulas.

What a key takes stands once, in a definition that its path, its short names and the nested form
refer to. A key that nothing reads is refused, but for forms that no list can hold (indices, quoted
segments, operators): `tcwc lint` knows more of those.
"""

from __future__ import annotations

from collections.abc import Mapping

from tcwc.model.ir import Path, format_path
from tcwc.report.schema.entries import SchemaKey
from tcwc.report.schema.types import Schema, levels, made_levels, of_type, section

_ANY_FORM = r"^[+=]|\"|\[[0-9]+\]|\.[0-9]+(\.|$)"
"""Keys that are added or replaced, and those with a quoted segment or an index."""
_DELETED: Schema = {"type": "null", "description": "Deletes a key: nothing stands behind it."}


_WHEN = "#/$defs/known_when"


class Keys:
    """The keys that can be set, as schemas. `definitions` grows with what is asked for."""

    def __init__(
        self,
        found: Mapping[Path, SchemaKey],
        about: Mapping[Path, Schema],
        names: Mapping[Path, list[str]],
        *,
        is_open: bool,
    ) -> None:
        self.definitions: dict[str, Schema] = {}
        self._found, self._about, self._names = found, about, names
        self._short = {word: path for path, each in found.items() for word in each.names}
        self._is_open = is_open
        self._number = {path: number for number, path in enumerate(found)}

    def constants(self) -> Schema:
        """The keys with one value each."""
        return self._mapping((), "k", {})

    def controls(self) -> Schema:
        """The same, with those of some runs."""
        return self._mapping((), "k", {"when": {"$ref": _WHEN}})

    def variables(self) -> Schema:
        """The keys with levels."""
        return {**self._mapping((), "v", {}), "minProperties": 1}

    def formulas(self) -> Schema:
        """The keys with what computes them."""
        return self._mapping((), "f", {})

    def row(self) -> Schema:
        """The keys with one value each, among others: names of arms."""
        return {**self.constants(), "additionalProperties": True, "minProperties": 1}

    def spellings(self) -> list[str]:
        """Every way to name a key, paths first."""
        return [*map(format_path, self._found), *self._short]

    def _mapping(self, section: Path, kind: str, more: Schema) -> Schema:
        """A mapping from the keys below a section, or at the top, to what each takes; `more` stands
        among them."""
        properties: Schema = {
            format_path(path[len(section) :]): self._reference(path, kind)
            for path in self._found
            if path[: len(section)] == section != path
        }
        if not section:
            named = {word: self._reference(path, kind) for word, path in self._short.items()}
            properties |= {word: each for word, each in named.items() if word not in properties}
        # An odd name has several spellings: `"größe"`, `größe`.
        is_open = self._is_open or (bool(section) and self._found[section].is_open)
        is_open = is_open or any('"' in name for name in properties)
        return {
            "type": "object",
            "properties": {**properties, **more},
            "patternProperties": {self._others(section): {}, "^~": _DELETED},
            "additionalProperties": is_open,
        }

    def _others(self, section: Path) -> str:
        """The keys below a section that no list can hold, as a pattern."""
        below = (
            each.path[len(section) :]
            for each in self._found.values()
            if each.is_open and each.path[: len(section)] == section != each.path
        )
        starts = "|".join(format_path(path).replace(".", r"\.") for path in below)
        return f"{_ANY_FORM}|^({starts})\\." if starts else _ANY_FORM

    def _reference(self, path: Path, kind: str) -> Schema:
        """A reference to what a key takes, which is defined when it is asked for first."""
        name = f"{kind}{self._number[path]}"
        if name not in self.definitions:
            self.definitions[name] = {}
            made = {"k": self._constant, "v": self._variable, "f": self._formula}[kind](path)
            said = self._about[path]
            self.definitions[name] = {**(said if kind == "k" else _without_values(said)), **made}
        return {"$ref": f"#/$defs/{name}"}

    def _constant(self, path: Path) -> Schema:
        if self._found[path].is_section:
            return {**self._mapping(path, "k", {}), **section(self._found[path].type)}
        if path in self._names:
            return {"anyOf": [{"enum": [*self._names[path]]}, {"type": "string"}]}
        made = of_type(self._found[path].type)
        if self._found[path].is_made_a_number:
            made.pop("pattern", None)
        return made

    def _variable(self, path: Path) -> Schema:
        value = self._reference(path, "k")
        words = made_levels(self._found[path].type, value)
        if self._found[path].is_section:
            nested = self._mapping(path, "v", words)
            return {**nested, **levels(value), "type": ["object", "array"]}
        made = {"title": "how to make them", "type": "object", "minProperties": 1}
        made |= {"properties": words, "additionalProperties": False}
        return {"anyOf": [levels(value), made]}

    def _formula(self, path: Path) -> Schema:
        if not self._found[path].is_section:
            return {"$ref": "#/$defs/formula"}
        return self._mapping(path, "f", {})


def _without_values(said: Schema) -> Schema:
    """What is said of a key, for where no value of it stands."""
    return {key: each for key, each in said.items() if key != "examples"}
