"""Secrets in the files that an experiment is made of: whoever reads those has them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tcwc.model.diagnostics import Diagnostic, finding
from tcwc.model.rules import SECRET
from tcwc.model.secrets import secrets_in
from tcwc.model.source import SourceText
from tcwc.model.unescaped import Unescaped


def check_secrets(sources: Iterable[SourceText]) -> Iterator[Diagnostic]:
    """A finding for each secret, which does not say it."""
    for source in sources:
        read = Unescaped(source.text)
        for each in secrets_in(read.text):
            yield finding(
                SECRET,
                source.span(*read.span(each.start, each.end)),
                f"this is {each.kind}: whoever reads this file has it, and what stands in a config "
                "is copied into every run's, and into logs",
                help=f"revoke it, and keep the new one in the environment (`export "
                f"{each.variable}=...`); where a config needs it, write "
                f"`${{oc.env:{each.variable}}}`",
            )
