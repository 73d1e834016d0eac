"""What one run needs: the needs of all, and those of each condition that holds for its config."""

from __future__ import annotations

from tcwc.model.resources import Needs, Resources
from tcwc.model.values import Value


def needs_of(resources: Resources | None, _config: dict[str, Value]) -> Needs:
    """What a run of a config needs."""
    return resources.needs if resources else Needs()
