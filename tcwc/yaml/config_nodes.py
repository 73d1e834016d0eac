"""A config's text as nodes, and why it has none."""

from __future__ import annotations

from strictyaml.ruamel.error import MarkedYAMLError, YAMLError
from strictyaml.ruamel.reader import ReaderError

from tcwc.yaml.compose import compose
from tcwc.yaml.composed import Node, Unreadable
from tcwc.yaml.stream import EventStream

_SCANNER_BUGS = (
    NotImplementedError,
    AttributeError,
    AssertionError,
    LookupError,
    TypeError,
    ValueError,
    OverflowError,
)
"""What the carried scanner and parser raise besides YAMLError on malformed text."""


def config_nodes(text: str) -> Node | None:
    """The root node of a text's only document; None for an empty text. Raises Unreadable."""
    stream = None
    try:
        stream = EventStream(text)
        return compose(stream)
    except MarkedYAMLError as error:
        raise _unreadable(error) from None
    except ReaderError as error:
        message = f"the character U+{error.character:04X} is not allowed in YAML"
        raise Unreadable(message, error.position, error.position + 1) from None
    except (YAMLError, *_SCANNER_BUGS):
        at = stream.index if stream else 0
        raise Unreadable("no YAML reader could make sense of this", at, at + 1) from None


def _unreadable(error: MarkedYAMLError) -> Unreadable:
    context, context_mark = error.context, error.context_mark
    mark = error.problem_mark or context_mark
    at = mark.index if mark else 0
    message = str(error.problem or context or "not YAML").splitlines()[0]
    if not context or context_mark is None or context_mark.index == at:
        return Unreadable(message, at, at + 1)
    return Unreadable(message, at, at + 1, (context, context_mark.index))
