"""What is said of a run and its values, as lines to read and as a document."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from textwrap import wrap

from tcwc.config.canonical import flow
from tcwc.explain.notes import Explanation, Note, Origin
from tcwc.model.cut import cut_inside
from tcwc.model.ir import Value, format_path
from tcwc.model.limits import MESSAGE
from tcwc.model.secret_words import Words
from tcwc.model.secrets import masked_value
from tcwc.report.findings import Paint
from tcwc.report.levels import labels

_WIDTH = 100


def lines(explanation: Explanation, paint: Paint) -> Iterator[str]:
    """A paragraph for the run, and one for each value; no line wider than its longest word.

    The middle of a value that nobody reads here is left out: the document has it, as the config.
    """
    yield paint("bold", f"{explanation.id} of {explanation.experiment}")
    called = labels(explanation.among, explanation.component)
    levels = Note("levels", called.of(explanation.levels) or "none")
    words = Words(explanation.secrets)
    yield from _table((levels, *explanation.head), words, paint)
    for origin in explanation.origins:
        yield ""
        yield from _value(origin, words, paint)
        yield from _table(origin.notes, words, paint)
    if explanation.plain:
        yield ""
        yield _rest(explanation)


def document(explanation: Explanation) -> Value:
    """The same as JSON: `at` is FILE:LINE:COLUMN, `value` is left out where there is none."""
    words = Words(explanation.secrets)
    return {
        "run": explanation.id,
        "experiment": explanation.experiment,
        "levels": {
            key: masked_value(key, value, words.masked) for key, value in explanation.levels.items()
        },
        "about": [_member(note, words) for note in explanation.head],
        "values": [
            {
                "path": format_path(origin.path),
                **(
                    {"value": masked_value(format_path(origin.path), origin.value, words.masked)}
                    if origin.there
                    else {}
                ),
                "notes": [_member(note, words) for note in origin.notes],
            }
            for origin in explanation.origins
        ],
        "of_the_base": explanation.plain,
    }


def _member(note: Note, words: Words) -> Value:
    made: dict[str, Value] = {"about": note.label, "text": words.masked(note.text)}
    return made | ({"at": str(note.span)} if note.span else {})


def _value(origin: Origin, words: Words, paint: Paint) -> Iterator[str]:
    name = format_path(origin.path)
    text = f"{name} = {flow(masked_value(name, origin.value, words.masked))}"
    if not origin.there:
        text = f"{format_path(origin.path)} is not in this config"
    first, *more = _wrapped(text, _width(paint) - 4)
    yield paint("bold", first)
    yield from (f"    {each}" for each in more)


def _table(notes: Sequence[Note], words: Words, paint: Paint) -> Iterator[str]:
    """Notes with their labels in a column."""
    width = max((len(note.label) for note in notes), default=0) + 2
    for note in notes:
        # Here, as no line of what was wrapped shows all of it.
        text = words.masked(f"{note.text}, {note.span}" if note.span else note.text)
        label = note.label
        for each in _wrapped(text, _width(paint) - width - 2):
            yield f"  {paint('dim', label.ljust(width))}{each}"
            label = ""


def _rest(explanation: Explanation) -> str:
    count = explanation.plain
    is_are = "value is" if count == 1 else "values are"
    return f"{count} more {is_are} the base's, unchanged (-v shows all)"


def _width(paint: Paint) -> int:
    return min(paint.width, _WIDTH)


def _wrapped(text: str, width: int) -> list[str]:
    # Names and paths have hyphens, and are to be copied from here in one piece.
    text = cut_inside(text, MESSAGE.at_most)
    return wrap(text, width, break_long_words=False, break_on_hyphens=False)
