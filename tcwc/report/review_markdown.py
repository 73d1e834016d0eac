"""A review as Markdown: a comment under a pull request, or the summary of a job.

It is bounded whatever the experiments are: a comment on GitHub has 65,536 characters at most. All
text from outside is code in it, so that nobody is mentioned, nothing is linked, and no image is
fetched.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tcwc.api.review import Against
from tcwc.model.cut import cut
from tcwc.model.printable import printable
from tcwc.model.secrets import masked
from tcwc.model.words import how_many
from tcwc.report.findings import Paint
from tcwc.report.markdown import code, table
from tcwc.report.review import (
    SHOWN,
    Fate,
    ReviewFormat,
    ReviewOfAll,
    costs_text,
    fates,
    headline,
    standing,
)

MARK = "<!-- tcwc plan -->"
"""Begins the text: by it the comment is found that is to be written anew."""
NOTHING = "<!-- tcwc plan: nothing changes -->"
"""Begins it where there is nothing to say."""

_MOST = 60_000
"""Characters in all."""
_EXPERIMENTS = 30
_WORDS = 160
"""Characters of a path, a difference or a run's levels."""


def markdown_pieces(review: ReviewOfAll, _: Paint, __: bool) -> Iterator[str]:
    """The text, in pieces that are whole lines."""
    yield f"{MARK if review.different else NOTHING}\n"
    commit = _code(review.short)
    commit = f"{_code(review.name)} ({commit})" if review.name else commit
    yield f"**tcwc**, against {commit}: {headline(review)}.\n"
    if len(review.different) > 1 and (text := costs_text(review.costs)):
        yield f"\nTo train: {text}.\n"
    blocks = (
        "".join(f"{line}\n" for line in _experiment(each))
        for each in review.different[:_EXPERIMENTS]
    )
    yield from _bounded(blocks, len(review.different))


def _bounded(blocks: Iterable[str], all: int) -> Iterator[str]:
    length = shown = 0
    for block in blocks:
        length += len(block)
        if length > _MOST:
            break
        shown += 1
        yield block
    if shown < all:
        more = how_many(all - shown, "experiment")
        yield f"\n... and {more} more: `tcwc plan --against` says all.\n"


def _experiment(each: Against) -> Iterator[str]:
    yield ""
    yield f"### {_code(each.path)}"
    yield ""
    notes = [each.name and _code(each.name), standing(each)]
    notes += [f"was {_code(each.moved_from)}"] if each.moved_from else []
    if told := ", ".join(filter(None, notes)):
        yield f"{told}."
    for error in each.errors[:SHOWN]:
        yield f"- error: {_code(error)}"
    for difference in _some(each.found.origin):
        yield f"- made from: {difference}"
    all = list(fates(each))
    rows = [_row(fate) for fate in all[:SHOWN]]
    rows += [("...", "", f"{len(all) - SHOWN:,} more")] if len(all) > SHOWN else []
    kept = how_many(each.found.kept, "run") if each.found.kept else ""
    rows += [("as before", kept, "")] if kept and rows else []
    yield from table(("", "Runs", "What"), rows)
    if text := costs_text(each.costs):
        yield ""
        yield f"To train: {text}."


def _row(fate: Fate) -> tuple[str, str, str]:
    told = _some(tuple(filter(None, fate.runs)) or fate.differences)
    return fate.what, f"{len(fate.ids):,}: {fate.which}", "<br>".join(told)


def _some(texts: tuple[str, ...]) -> list[str]:
    """The first of some texts, as code, and how many more there are."""
    more = [f"... and {len(texts) - SHOWN:,} more"] if len(texts) > SHOWN else []
    return [*map(_code, texts[:SHOWN]), *more]


def _code(text: str) -> str:
    # Cut last: of a part of a secret nobody can tell that it is one, and escapes are long.
    return code(cut(printable(masked(text), is_data=True), _WORDS))


MARKDOWN = ReviewFormat(markdown_pieces)
