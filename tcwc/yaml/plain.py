"""YAML as values, without positions: for files of tcwc's own that somebody wrote anew."""

from __future__ import annotations


class NotYaml(Exception):
    """A text that is no YAML document of plain values."""


class KeyTwice(NotYaml):
    """A mapping with one key twice: `problem` says so in YAML's words, at `line`, from 1."""

    def __init__(self, problem: str, line: int) -> None:
        super().__init__(problem)
        self.problem = problem
        self.line = line


def load(text: str) -> object:
    """The value of a document, with YAML 1.2's types. Raises NotYaml."""
    # strictyaml carries its own copy of ruamel.yaml, which raises all of these
    from strictyaml.ruamel import YAML
    from strictyaml.ruamel.constructor import DuplicateKeyError
    from strictyaml.ruamel.error import YAMLError

    try:
        loaded: object = YAML(typ="safe", pure=True).load(text)
    except DuplicateKeyError as error:
        raise KeyTwice(str(error.problem), error.problem_mark.line + 1) from None
    except (YAMLError, ValueError, RecursionError, NotImplementedError, AttributeError):
        raise NotYaml from None
    return loaded
