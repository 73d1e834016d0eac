"""A value in a cell of CSV."""

from __future__ import annotations

from tcwc.config.canonical import flow
from tcwc.model.printable import printable
from tcwc.model.secrets import masked
from tcwc.model.values import Value


def cell(value: Value) -> str:
    """Its text, with escapes for what must not be printed; nothing where there is nothing."""
    if value is None:
        return ""
    return printable(masked(value if isinstance(value, str) else flow(value)), is_data=True)
