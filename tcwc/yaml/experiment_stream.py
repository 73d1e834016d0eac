"""The YAML events of an experiment, as strictyaml's own reader sees them (YAML 1.2)."""

from __future__ import annotations

from strictyaml.ruamel.parser import RoundTripParser
from strictyaml.ruamel.reader import Reader
from strictyaml.ruamel.resolver import VersionedResolver
from strictyaml.ruamel.scanner import RoundTripScanner
from strictyaml.ruamel.tokens import AnchorToken, TagToken

from tcwc.model.limits import VALUES
from tcwc.yaml.compose import Limits

_VERSIONS = (None, (1, 1), (1, 2))


class ExperimentStream(
    Reader,  # type: ignore[misc]  # strictyaml has no types
    RoundTripScanner,  # type: ignore[misc]
    RoundTripParser,  # type: ignore[misc]
    VersionedResolver,  # type: ignore[misc]
):
    """The events of a text; strictyaml's loader without its constructor, which copies chunks.

    `barred` is the first tag or anchor. It is noted, as a token, and refused by who reads: what
    comes behind it may be no YAML, and it is still the first thing to say.
    """

    # Depth is looked at node by node, so that the rest is read.
    limits = Limits(None, VALUES.at_most, "an experiment says what varies in far fewer")

    def __init__(self, text: str) -> None:
        self.barred: AnchorToken | TagToken | None = None
        Reader.__init__(self, text, loader=self)
        RoundTripScanner.__init__(self, loader=self)
        RoundTripParser.__init__(self, loader=self)
        VersionedResolver.__init__(self, None, loader=self)

    def check_token(self, *choices: type) -> bool:
        """Whether the next token is one of these; the parser asks for what it can take there."""
        found = bool(super().check_token(*choices))
        if found and self.barred is None and isinstance(self.tokens[0], (AnchorToken, TagToken)):
            self.barred = self.tokens[0]
        return found

    def plain_tag(self, _text: str, /) -> str:
        """All are texts until something reads them. Raises KeyError after `%YAML 1.3`."""
        if self.yaml_version not in _VERSIONS:
            raise KeyError(self.yaml_version)
        return "str"
