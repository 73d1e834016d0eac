"""YAML as plain values, by strictyaml's ruamel: a file of tcwc's own that somebody rewrote."""

from __future__ import annotations

from tcwc.yaml.guest import import_strictyaml


class NotPlain(Exception):
    """The text is no YAML that can be read. Where a key of a mapping stands twice, `twice` says so
    in ruamel's words, and `line` where (from 1)."""

    def __init__(self, twice: str = "", line: int = 0) -> None:
        super().__init__(twice)
        self.twice = twice
        self.line = line


def load_plain(text: str) -> object:
    """The value of a text: dicts, lists, scalars. Raises NotPlain."""
    import_strictyaml()
    from strictyaml.ruamel import YAML
    from strictyaml.ruamel.constructor import DuplicateKeyError
    from strictyaml.ruamel.error import YAMLError

    try:
        loaded: object = YAML(typ="safe", pure=True).load(text)
    except DuplicateKeyError as error:
        raise NotPlain(str(error.problem), error.problem_mark.line + 1) from None
    # Beside its own errors ruamel raises these: of dates and numbers, depth, comments and NUL.
    except (YAMLError, ValueError, RecursionError, NotImplementedError, AttributeError):
        raise NotPlain from None
    return loaded
