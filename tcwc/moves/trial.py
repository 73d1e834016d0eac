"""A draft, compiled where it is going to stand."""

from __future__ import annotations

from tcwc.api.compilation import Compilation, compile
from tcwc.api.session import Session
from tcwc.model.diagnostics import Diagnostic, Severity
from tcwc.model.frozen import dataclass
from tcwc.moves.draft import Draft, Text, rendered


@dataclass(frozen=True, slots=True)
class Trial:
    """The text of a draft, and what it compiles to."""

    text: Text
    compiled: Compilation

    @property
    def errors(self) -> list[Diagnostic]:
        """The errors of the source, and none of what lies where it would be built."""
        return [each for each in self.compiled.of_source if each.severity is Severity.ERROR]


def trial(draft: Draft, place: str, session: Session) -> Trial:
    """A draft as it compiles in a file, whatever a build has recorded there."""
    text = rendered(draft)
    return Trial(text, compile(place, text=text.text, session=session, upgrade=True))
