"""What the text of a config says of itself: which run it is, and whether anybody edited it."""

from __future__ import annotations

import re
from enum import Enum

from tcwc.model.frozen import dataclass


class Signature(Enum):
    """What a file says about itself."""

    INTACT = "made by tcwc, and nobody edited it"
    EDITED = "made by tcwc, then edited by hand"
    FOREIGN = "not made by tcwc"
    EMPTY = "of no bytes, under the name of a config: a crash or a full disk left it"


@dataclass(frozen=True, slots=True)
class Signed:
    """The signature of a file, and the run id that it states ("" where it states none)."""

    signature: Signature
    run_id: str


_TITLE = "# {}, {}: written by tcwc; edit the experiment and build again\n"
# A byte-order mark that an editor put before it makes a config edited, not somebody else's.
_NAME = r"[A-Za-z0-9][A-Za-z0-9._-]*"
_ID = rf"run_[0-9]{{3,}}|eval/{_NAME}/{_NAME}"
"""What a config is called: the id of a run, or the path of the config of an evaluation."""
_DIGEST = re.compile(rf"^\ufeff?# tcwc ({_ID}) sha256:([0-9a-f]*)[ \t]*$", re.MULTILINE)
# What names of experiments are: a word that is put before one is an edit.
_TITLE_LINE = re.compile(
    rf"# {_NAME}, ({_ID}): "
    r"written by tcwc; edit the experiment and build again\n"
)


def config_text(experiment: str, run_id: str, body: str) -> str:
    """The text of a config file: two header lines and the body that `render` gives.

    For the config of an evaluation `run_id` is its path, without the end.
    """
    return f"{_TITLE.format(experiment, run_id)}# tcwc {run_id} sha256:{sha256_text(body)}\n{body}"


def signature(text: str) -> Signed:
    """Whether tcwc made this file and nobody edited it, from its text alone.

    CRLF is read as LF, since git may check files out that way. A digest line anywhere but where
    it was written counts as edited, so that a line put above it loses nobody's work.
    """
    text = text.replace("\r\n", "\n")
    found = _DIGEST.search(text)
    if found is None:
        return Signed(Signature.FOREIGN, "")
    title = _TITLE_LINE.match(text)
    intact = (
        title is not None
        and title.end() == found.start()
        and title[1] == found[1]
        and text[found.end() : found.end() + 1] == "\n"
        and _digest_of(text[found.end() + 1 :]) == found[2]
    )
    return Signed(Signature.INTACT if intact else Signature.EDITED, found[1])


def is_titled(text: str) -> bool:
    """Whether a text begins with the two lines that tcwc writes, of any run, with nothing added."""
    text = text.replace("\r\n", "\n")
    title, digest = _TITLE_LINE.match(text), _DIGEST.search(text)
    return title is not None and digest is not None and title.end() == digest.start()


def standing(text: str) -> Signature:
    """What a file with the name of a config is; one of no bytes can only be a config that was."""
    return signature(text).signature if text else Signature.EMPTY


def _digest_of(body: str) -> str:
    # Surrogates come from bytes that are not UTF-8: surely not what was written.
    try:
        return sha256_text(body)
    except UnicodeEncodeError:
        return ""


def sha256_text(text: str) -> str:
    """The SHA-256 of the text's UTF-8 bytes, in hexadecimal."""
    from hashlib import sha256  # loads OpenSSL, which a lint does without

    return sha256(text.encode()).hexdigest()
