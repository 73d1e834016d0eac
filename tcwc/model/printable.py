"""Text from outside as it may be printed: nothing in it moves a cursor, hides or reorders what
stands beside it, begins a line, or is an order to what reads the log.

Values, keys, names of files, the words of a YAML reader, of git and of the environment all are such
text. That a log is read by a program is a fact of GitHub Actions (`::error::` at the beginning of a
line, spaces before it or not, and `##[error]` anywhere: actions/runner, ActionCommand.cs), of Azure
Pipelines (`##vso[task.setvariable ...]`) and of TeamCity (`##teamcity[...]`).
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable

from tcwc.model.patterns import pattern
from tcwc.model.unseen import UNSEEN

# C0, DEL and C1; U+2028 and U+2029; what is not seen; surrogates, which stand for bytes of file
# names.
_UNSAFE = pattern(
    f"[\x00-\x1f\x7f-\x9f\u2028\u2029{UNSEEN}\ud800-\udfff\ufffe\uffff]"
    r"|(?<=#)#(?=\w*\[)"
)
_ODD_SPACES = pattern("[\xa0\u1680\u2000-\u200a\u202f\u205f\u3000]")
_COMMAND = pattern(r"(\s*):(?=:)")


def printable(text: str, *, is_data: bool = False) -> str:
    """A text on one line, with what must not be printed as escapes: `\\n`, `\\x1b`, `\\u202e`.

    So are spaces that are no space, but in what `is_data`.
    """
    # To Python some of what is not seen is printable.
    if text.isascii() and text.isprintable() and "##" not in text:
        return text
    text = _UNSAFE.sub(_escape, text)
    return text if is_data else _ODD_SPACES.sub(_escape, text)


def no_command(line: str) -> str:
    """A line that no reader of a log takes for an order: `::` at its beginning is escaped."""
    return _COMMAND.sub(r"\1\\x3a", line, count=1) if _COMMAND.match(line) else line


def printable_json(document: str) -> str:
    """A JSON document with what must not be printed as JSON's own escapes: what it says is the
    same. `json.dumps` leaves DEL as it is, and `##`."""
    if document.isascii() and "\x7f" not in document and "##" not in document:
        return document
    # Line ends are between members; in strings there is none.
    return "\n".join(_UNSAFE.sub(_json_escape, line) for line in document.split("\n"))


def shell_path(path: str) -> str:
    """A path as a word of a command line: a shell gives the program exactly these bytes, and no
    program takes them for an option. Characters that cannot be printed are as in bash, zsh and
    ksh: `$'...'`."""
    return shell_word(f"./{path}" if path.startswith("-") else path)


def shell_word(text: str) -> str:
    """A text as one word of a command line."""
    from shlex import quote  # many commands print none

    if printable(text) == text:
        return quote(text)
    escaped = _UNSAFE.sub(_bytes, text.replace("\\", "\\\\").replace("'", "\\'"))
    return f"$'{_ODD_SPACES.sub(_bytes, escaped)}'"


def shell_line(words: Iterable[str]) -> str:
    """A command line of words, options among them."""
    return " ".join(map(shell_word, words))


def _escape(found: re.Match[str]) -> str:
    char = found[0]
    if "\udc80" <= char <= "\udcff":  # a byte of a file's name
        return f"\\x{ord(char) - 0xDC00:02x}"
    return ascii(char)[1:-1] if char != "#" else "\\x23"


def _json_escape(found: re.Match[str]) -> str:
    units = found[0].encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))


def _bytes(found: re.Match[str]) -> str:
    # Octal, of three digits: what follows is never taken for a part of it, as in `\xffab`.
    return "".join(f"\\{byte:03o}" for byte in os.fsencode(found[0]))
