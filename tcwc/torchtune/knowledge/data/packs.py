"""How many packs the texts of a data set make at most, where their bytes bound it.

A tokenizer makes no more tokens of a text of ASCII than it has bytes, and a few for its ends
(`tokens` in data.json); of others it may normalise some letters to many.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from tcwc.model.ir import Path, Value
from tcwc.torchtune.keys import COMPONENT
from tcwc.torchtune.knowledge.condition.reader import CaseReader
from tcwc.torchtune.knowledge.known import catalogue

_LENGTH: Path = ("tokenizer", "max_seq_len")
_TOKENIZER: Path = ("tokenizer", COMPONENT)
_EXPANDED = 11
"""How many times longer a text may be after NFKC, in bytes of UTF-8 (unicode.org/faq)."""


def packs(reader: CaseReader, where: Path, texts: Sequence[str], samples: int) -> int:
    """The items of a data set with so many samples, `texts` being all its files: these samples, or
    their packs, which are never more."""
    name, length = reader.known((*where, COMPONENT)), reader.known(_LENGTH)
    asked = catalogue(reader.context).data("columns").get(str(name), {})
    own = not str(reader.known(_TOKENIZER)).startswith("torchtune.")
    if not reader.known((*where, "packed")) or "tokens" not in asked or own:
        return samples
    if not isinstance(length, int) or length < 1:
        return samples
    column = reader.known((*where, str(asked["key"]))) or asked["default"]
    source = str(reader.known((*where, "source")))
    field = reader.known((*where, "field"))
    sizes = [size for text in texts for size in _sizes(text, source, str(column), field)]
    tokens = sum(sorted(sizes, reverse=True)[:samples]) + int(asked["tokens"]) * samples
    # Samples that move to the next pack as a whole fill two packs beyond one at least.
    splits = reader.known((*where, "split_across_pack"))
    most = -(-tokens // length) if splits in (None, True) else 2 * tokens // length + 1
    return min(samples, most)


def _sizes(text: str, source: str, column: str, field: Value) -> Iterator[int]:
    """The bytes of each text of a file, at most."""
    if source == "json":
        records = _records(text, field)
        yield from (_size(str(each.get(column))) for each in records if isinstance(each, dict))
    elif source == "text" and column == "text":
        yield from map(_size, text.splitlines())
    else:
        yield _size(text)


def _size(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass")) * (1 if text.isascii() else _EXPANDED)


def _records(text: str, field: Value) -> list[object]:
    """All samples of a file of JSON that is known to have some (counted.py)."""
    try:
        read = json.loads(text)
    except (ValueError, RecursionError):
        return [json.loads(line) for line in text.splitlines() if line.strip()]
    if isinstance(field, str) and isinstance(read, dict):
        read = read.get(field)
    return list(read) if isinstance(read, list) else []
