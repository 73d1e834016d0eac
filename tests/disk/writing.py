"""A whole build in one call, for tests of the writer."""

from __future__ import annotations

from collections.abc import Iterable

from tcwc.disk.writer import Writer, Written


def write_build(
    folder: str,
    runs: Iterable[tuple[str, str]],
    mapping: Iterable[str],
    *,
    force: bool = False,
) -> Written:
    """Writes all run files (name, text), then the mapping. See `Writer`."""
    with Writer(folder, force=force) as writer:
        for name, text in runs:
            writer.add(name, text)
        for chunk in mapping:
            writer.add_mapping(chunk)
        return writer.commit()
