"""Components that this torchtune does not have: those of other releases, and the author's own."""

from __future__ import annotations

from collections.abc import Iterator

from tcwc.lint.context import Context
from tcwc.model.diagnostics import Diagnostic, finding, reword
from tcwc.model.rules import (
    MISSING_OWN_COMPONENT,
    OTHER_RELEASE,
    RENAMED_COMPONENT,
    UNCHECKED_COMPONENT,
)
from tcwc.model.source import Span
from tcwc.model.words import either
from tcwc.torchtune.catalogue.load import Catalogue
from tcwc.torchtune.catalogue.model import Moved, Unread
from tcwc.torchtune.catalogue.releases import since, until, without
from tcwc.torchtune.knowledge.known import catalogue


def check_renamed(context: Context, _: object) -> Iterator[Diagnostic]:
    """Components that the experiment itself calls by the name of another release."""
    for span, old in context.renamed_here:
        yield of_other_release(catalogue(context), old, span)


def is_of_another_release(catalogue: Catalogue, name: str) -> bool:
    """Whether another release has a component of a name of torchtune's that this one lacks."""
    return name.startswith("torchtune.") and any(
        each.component(name) is not None for each in catalogue.others()
    )


def of_other_release(catalogue: Catalogue, name: str, span: Span) -> Diagnostic:
    """A component that another release of torchtune has, here perhaps under another name."""
    moved, version = catalogue.moved(name) or Moved(), catalogue.version
    if moved.now:
        return finding(
            RENAMED_COMPONENT,
            span,
            f"`{name}` was there up to torchtune {moved.last}; in {version} it has another name",
            help=f"write {moved.now}",
            fix=reword(span, name, moved.now, safe=True),
        )

    def has(other: Catalogue) -> bool:
        return other.component(name) is not None

    later = since(catalogue, has)
    last = moved.last or until(catalogue, has)
    when = f"was there up to torchtune {last}"
    if later:
        when = f"has been there since torchtune {later}"
    if own := without(catalogue, has):
        later, when = own, f"is there in torchtune {own}"
    use = f"or name {later} under `torchtune:` where the runs have it"
    return finding(
        OTHER_RELEASE,
        span,
        f"there is no `{name}` in torchtune {version}: it {when}",
        help="; ".join(filter(None, [moved.help or "take another", use if later else ""])),
    )


def of_the_author(name: str, trouble: Unread, span: Span) -> Diagnostic:
    """A component of a module in the repository that is not there, or that cannot be read."""
    if not trouble.absent:
        return finding(
            UNCHECKED_COMPONENT,
            span,
            f"the arguments of `{name}` were not checked: {trouble.message}",
            help="check them by hand, or with `tcwc validate` where it can be imported",
        )
    last = name.rpartition(".")[2]
    near = [name.removesuffix(last) + each for each in trouble.near]
    return finding(
        MISSING_OWN_COMPONENT,
        span,
        f"there is no `{name}`: {trouble.message}",
        help=f"did you mean {either(near)}?" if near else "name what is defined there",
        fix=reword(span, name, near[0]) if len(near) == 1 else None,
    )
