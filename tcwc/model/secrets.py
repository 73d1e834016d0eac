"""Tokens and keys that nobody is to see: found in a text, and hidden in what is printed.

The shapes are those that their makers publish: Hugging Face `hf_`, GitHub `gh?_` and `github_pat_`,
OpenAI and Anthropic `sk-`, AWS `AKIA`, Google `AIza`. A W&B key and an AWS secret have no shape of
their own and are told by the key that they stand under. What is printed hides more than a finding
tells of: whatever stands under a key such as `password`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from tcwc.model.frozen import dataclass
from tcwc.model.patterns import pattern
from tcwc.model.values import Value

_MARKS = (
    "hf_",
    "sk-",
    "ghp_",
    "gho_",
    "ghu_",
    "ghs_",
    "ghr_",
    "github_pat_",
    "AKIA",
    "ASIA",
    "AIza",
)
_WORDS = (
    "api_key",
    "apikey",
    "wandb_",
    "secret",
    "token:",
    "token=",
    "token =",
    'token"',
    "token'",
    "token`",
)

_SHAPES = pattern(
    r"""(?<![A-Za-z0-9_-])(?:
      (?P<hf>hf_[A-Za-z0-9]{30,})
    | (?P<github>gh[pousr]_[A-Za-z0-9]{36,} | github_pat_[A-Za-z0-9_]{40,})
    | (?P<sk>sk-(?:proj|ant|svcacct)-[A-Za-z0-9_-]{20,} | sk-[A-Za-z0-9]{32,})
    | (?P<aws>(?:AKIA|ASIA)[0-9A-Z]{16})
    | (?P<google>AIza[0-9A-Za-z_-]{35})
    )(?![A-Za-z0-9])""",
    re.VERBOSE,
)
_NAMED = pattern(
    r"""(?:
      (?:api_?key|wandb_\w*key|token) ["'`]?\s*(?:[:=]|\bis\b)\s*["'`]? (?P<wandb>[0-9a-f]{40})
    | secret\w*key ["'`]?\s*(?:[:=]|\bis\b)\s*["'`]? (?P<secret>[A-Za-z0-9/+]{40})
    )(?![A-Za-z0-9/+])""",
    re.VERBOSE | re.IGNORECASE,
)
_CUT = pattern(r"(?<![A-Za-z0-9_-])(?:hf_|gh[pousr]_|sk-)[A-Za-z0-9_-]{8,}(?=\.\.\.)")
"""What is left of one where a text was cut to its width."""

_NAMES = (
    "password",
    "passwd",
    "passphrase",
    "secret",
    "token",
    "api_key",
    "apikey",
    "access_key",
    "private_key",
    "account_key",
    "secret_key",
    "credential",
    "wandb_key",
    "connection_string",
)
_NAME = rf"(?:{'|'.join(_NAMES)})s?"
_IS_SECRET = pattern(rf"(?:^|[._+\-]|[a-z](?=[A-Z])){_NAME}$", re.IGNORECASE)
# Special tokens of a tokenizer (`<pad>`), and what another key or the environment fills in.
_QUOTED = (
    r"""\"(?![<$]|\{\w+\}\")[^"\n]{4,}?(?:\"|(?<=\.\.\.))"""
    r"""|'(?![<$]|\{\w+\}')[^'\n]{4,}?(?:'|(?<=\.\.\.))"""
)
_BELOW_A_NAME = pattern(
    rf"""(?<![A-Za-z0-9]){_NAME}["'`]?(?:
      \s*[:=]\s*(?P<bare>(?![\["'`<$&*!|>] | \{{)[^\s,\]}}"'`]{{6,}})(?=\s*(?:$|[,\]}}\#"'`]))
    | (?:\s*[:=]\s*|\ )(?P<quoted>{_QUOTED})
      (?:\ ->\ (?P<new>{_QUOTED}))?
    | \ \([a-z ]+\)\ ->\ (?P<added>{_QUOTED})
    | \s*[:=]\s*\[(?P<several>[^\]\n]{{6,}})
    )""",
    re.VERBOSE | re.IGNORECASE | re.MULTILINE,
)
"""A value under such a name: `password: x`, `"password": "x"`, `password=x`, `password "x" -> "y"`;
no word of a sentence."""
_PLAIN = pattern(r"(?:null|none|true|false|[0-9.]+)$", re.IGNORECASE)

_KINDS = {
    "hf": ("a Hugging Face token", "HF_TOKEN"),
    "github": ("a GitHub token", "GITHUB_TOKEN"),
    "sk": ("a secret key of an API", "API_KEY"),
    "aws": ("an AWS access key", "AWS_ACCESS_KEY_ID"),
    "google": ("a Google API key", "API_KEY"),
    "wandb": ("an API key, as W&B has them", "WANDB_API_KEY"),
    "secret": ("a secret access key, as AWS has them", "AWS_SECRET_ACCESS_KEY"),
}


@dataclass(frozen=True, slots=True)
class Secret:
    """Where in a text one stands, what it is, and the variable that holds it elsewhere."""

    start: int
    end: int
    kind: str
    variable: str


def secrets_in(text: str) -> Iterator[Secret]:
    """The secrets that stand in a text."""
    if any(mark in text for mark in _MARKS):
        for found in _SHAPES.finditer(text):
            yield Secret(*found.span(), *_KINDS[found.lastgroup or ""])
    if any(word in text.lower() for word in _WORDS):
        for found in _NAMED.finditer(text):
            kind = found.lastgroup or ""
            yield Secret(*found.span(kind), *_KINDS[kind])


def masked(text: str) -> str:
    """A text in which each secret is stars, as many as it has characters."""
    for each in secrets_in(text):
        text = _starred(text, each.start, each.end)
    lower = text.lower()
    if any(name in lower for name in _NAMES):
        text = _BELOW_A_NAME.sub(_hidden, text)
    if "..." in text and any(mark in text for mark in _MARKS):
        text = _CUT.sub(lambda found: "*" * len(found[0]), text)
    return text


def masked_value(name: str, value: Value) -> Value:
    """A value under a key, or a dotted path, in which each secret is stars."""
    if isinstance(value, dict):
        return {key: masked_value(f"{name}.{key}", each) for key, each in value.items()}
    if isinstance(value, list):
        return [masked_value(name, each) for each in value]
    if not isinstance(value, str):
        return value
    if _IS_SECRET.search(name) and not value.startswith(("<", "$")):
        return "*" * len(value)
    return masked(value)


def _hidden(found: re.Match[str]) -> str:
    """What was found, its values as stars; quotes stay."""
    text, start = found[0], found.start()
    for kind in ("bare", "quoted", "new", "added", "several"):
        if found[kind] is None or _PLAIN.match(found[kind]):
            continue
        quotes = 1 if kind in ("quoted", "new", "added") else 0
        text = _starred(text, found.start(kind) - start + quotes, found.end(kind) - start - quotes)
    return text


def _starred(text: str, start: int, end: int) -> str:
    return f"{text[:start]}{'*' * (end - start)}{text[end:]}"
