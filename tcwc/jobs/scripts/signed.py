"""Files that tcwc makes for people to run: each says what it is, and whether anybody edited it."""

from __future__ import annotations

import re

from tcwc.model.signature import Signature, sha256_text

_TITLE = "# {}: written by tcwc for {}; to change it, change the experiment or the profile\n"
_DIGEST = re.compile(r"^# tcwc sha256:([0-9a-f]*)$", re.MULTILINE)


def signed(text: str, name: str, of: str) -> str:
    """A script, whose first line says what runs it, with two lines below that: what it is, a `name`
    of some `of`, and the digest of all the rest."""
    first, _, rest = text.partition("\n")
    digest = sha256_text(f"{first}\n{rest}")
    return f"{first}\n{_TITLE.format(name, of)}# tcwc sha256:{digest}\n{rest}"


def standing_script(text: str) -> Signature:
    """What a file in the place of such a script is, from its text alone; CRLF is read as LF."""
    text = text.replace("\r\n", "\n")
    if not text:
        return Signature.EMPTY
    lines = text.split("\n", 3)
    found = _DIGEST.search(text)
    if found is None:
        return Signature.FOREIGN
    if len(lines) < 4 or not _DIGEST.fullmatch(lines[2]):
        return Signature.EDITED
    try:
        digest = sha256_text(f"{lines[0]}\n{lines[3]}")
    except UnicodeEncodeError:  # bytes that are no UTF-8: surely not what was written
        return Signature.EDITED
    return Signature.INTACT if digest == found[1] else Signature.EDITED
