"""Pieces that a text may be made of, over and over: marks of YAML, of TOML, of Python, of what tcwc
reads in texts itself, and characters that are no letters."""

from __future__ import annotations

PIECES = (
    # brackets, quotes, marks of YAML
    "[", "]", "{", "}", "(", ")", '"', "'", '\\"', "''", "\\", "*", "&", "!", "|", ">", "%", "@",
    "`", "#", " #", ",", ", ", ":", ": ", "-", "- ", "?", "? ", "~", "=", "+", "<", "/", ";", "^",
    "\n", "\r\n", "\r", "\t", " ", "&a ", "*a ", "!!x ", "<<: *a\n", "{a: ", "[x, ", "a: ",
    "a: 1\n", "- a\n", "---\n", "# a\n", "a:\n ",
    # paths, numbers
    ".", "a.", "..", '."', "a[0]", "[0]", "../", "~/", "1", "0", "e", "_", "1_", "1,", "9e9",
    # expressions, templates, references
    "not ", "1 and ", "x == 1 or ", "len(", "min(1, ", "in ", "1 < ", "**", "1 + ", "'a' + ",
    "if a else ", "lora_rank", "${", "${a", "${a}", "${a:", "{{", "{a", "{lora_rank}",
    "{lora_rank:", "\\${",
    # words of sections, of other readers, of what nobody is to see
    "when: ", "arms: ", "derived:\n", "exclude: ", "values: [", "tcwc: ignore[TCW101]\n",
    "password: ", "https://a:b@", "::error::", "def a():\n", "a = a\n", '{"a": ', "**/",
    # characters
    "\x00", "\x1b[", "\x85", "\xa0", "\u0301", "\u0660", "\u200b", "\u2028", "\u202e", "\u2212",
    "\u201c", "\ufeff", "\U0001d49c", "\U0001f600", "\U000e0001",
)  # fmt: skip
