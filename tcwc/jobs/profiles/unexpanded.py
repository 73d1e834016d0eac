"""Values of a profile that look as if a shell read them, which none does."""

from __future__ import annotations

from collections.abc import Iterator

from tcwc.model.diagnostics import Diagnostic, finding
from tcwc.model.patterns import pattern
from tcwc.model.rules import UNEXPANDED_VALUE
from tcwc.yaml.nodes import ScalarNode

_SHELL = pattern(r"\$\([^)]*\)?|\$\{[^}]*\}?|\$[A-Za-z_]\w*|`[^`]*`|(?:^|(?<=[=:,]))~(?=/|$)")


def unexpanded(key: str, node: ScalarNode, help: str = "") -> Iterator[Diagnostic]:
    """What of a value a shell would fill in, and nobody does."""
    found = _SHELL.search(node.text)
    if found is None:
        return
    message = f"`{found[0][:40]}` in `{key}` stays as it is: no shell reads this"
    yield finding(UNEXPANDED_VALUE, node.span, message, help=help or "write what it stands for")
