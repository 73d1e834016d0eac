"""Tokens and keys that nobody is to see: found in a text, and hidden in what is printed.

The shapes are those that their makers publish: Hugging Face `hf_` and `api_org_`, GitHub `gh?_` and
`github_pat_`, GitLab `glpat-`, OpenAI and Anthropic `sk-`, AWS `AKIA`, Google `AIza`, Slack `xox`,
W&B `wandb_v1_`, NVIDIA, LangSmith, Databricks, npm, PyPI, DigitalOcean, SendGrid, Azure, Stripe and
others, signed tokens (JWT), private keys in PEM; and the password in an address,
`https://me:password@host`. An older W&B key and an AWS secret have no shape of their own and are
told by the key that they stand under. What is printed hides more than a finding tells of: whatever
stands under a key such as `password`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from tcwc.model.frozen import dataclass
from tcwc.model.patterns import pattern
from tcwc.model.values import Value

_MARKS = (
    "hf_",
    "api_org_",
    *("glpat-", "glptt-", "gldt-", "glrt-", "glsoat-"),
    "xox",
    "wandb_v1_",
    ":/",
    ":_",
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
    *(
        "npm_",
        "pypi-Ag",
        "eyJ",
        "PRIVATE KEY-----",
        "_v1_",
        "SG.",
        "AccountKey=",
        "k_live_",
        "k_test_",
    ),
    *("nvapi-", "lsv2_"),
    *("r8_", "dapi", "gsk_", "xai-", "shp", "dckr_pat_", "ya29.", "GOCSPX-", "AGE-SECRET", "hvs."),
)
_WORDS = ("apikey", "wandb", "project", "entity", "secret", "token:", "token=", 'token"', "token'")
"""What may stand before one, without what joins its words (`_joined`)."""

_SHAPES = pattern(
    r"""(?:  # so long that they are nothing else, whatever they are stuck to
      (?P<hf>(?:hf|api_org)_[A-Za-z0-9]{30,})
    | (?P<github>gh[pousr]_[A-Za-z0-9]{36,} | github_pat_[A-Za-z0-9_]{40,})
    | (?P<gitlab>gl(?:pat|ptt|dt|rt|soat)-[A-Za-z0-9_-]{20,})
    | (?P<wandb_key>wandb_v1_[A-Za-z0-9_]{20,})
    | (?:(?<=:[/_])|(?<=:[/_][/_]))[^\s:/@"']*:(?P<address>(?![$<{*])[^\s:/@"']+)(?=@)
    | (?P<google>AIza[0-9A-Za-z_-]{35})
    | (?P<npm>npm_[A-Za-z0-9]{36,})
    | (?P<jwt>eyJ[A-Za-z0-9_-]{10,300}\.eyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]{5,}
      | eyJhcGlfYWRkcmVzcyI6[A-Za-z0-9+/=_-]{30,})
    | -----BEGIN[ ](?:[A-Z0-9]+[ ]){0,3}PRIVATE[ ]KEY-----
      (?P<pem>(?:[A-Za-z0-9+/=,:\s\\]|-(?!-)){24,}[A-Za-z0-9+/=])
    | (?P<ocean>do[opr]_v1_[a-f0-9]{40,})
    | AccountKey=(?P<azure>[A-Za-z0-9+/]{40,}={0,2})
    | (?P<service>gsk_[A-Za-z0-9]{40,} | xai-[A-Za-z0-9]{60,} | nvapi-[A-Za-z0-9_-]{60,}
      | lsv2_(?:pt|sk)_[a-f0-9]{32}_[a-f0-9]{10} | AGE-SECRET-KEY-1[0-9A-Z]{50,})
    | (?<![A-Za-z0-9])(?<!.-)(?:  # `-` may be that of a line of a difference
        (?P<slack>xox[abeoprs]-[A-Za-z0-9-]{10,})
      | (?P<sk>sk-(?:proj|ant|svcacct|admin|or|lf)-[A-Za-z0-9_-]{20,} | sk-[A-Za-z0-9]{32,})
      | (?P<aws>(?:AKIA|ASIA)[0-9A-Z]{16})
      | (?P<oauth>ya29\.[A-Za-z0-9_-]{20,} | GOCSPX-[A-Za-z0-9_-]{24,})
      | (?P<pypi>pypi-Ag[A-Za-z0-9_-]{30,})
      | (?P<sendgrid>SG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,})
      | (?P<stripe>[sr]k_(?:live|test)_[A-Za-z0-9]{20,})
      | (?P<host>r8_[A-Za-z0-9]{36,} | dapi[a-f0-9]{32}(?:-\d)? | shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}
        | dckr_pat_[A-Za-z0-9_-]{20,} | hvs\.[A-Za-z0-9_-]{24,})
      )
    )(?![A-Za-z0-9])""",
    re.VERBOSE,
)
_NAMED = pattern(
    r"""(?:
      (?:api[-_. ]?key|wandb[-.\w]{0,40}|token|project|entity) ["'`]?\s*(?:[:=]|\bis\b|\blogin\b)
      \s*(?:\{\s*\w+:\s*)?[\["'`]* (?P<wandb>[0-9a-f]{40})
    | secret[-.\w]{0,40}[ ]?key ["'`]?\s*(?:[:=]|\bis\b)\s*["'`]? (?P<secret>[A-Za-z0-9/+]{40})
    )(?![A-Za-z0-9/+])""",
    re.VERBOSE | re.IGNORECASE,
)
_CUT = pattern(
    r"(?<![A-Za-z0-9_])(?<!.-)(?:hf_|api_org_|npm_|pypi-|eyJ|gh[pousr]_|glpat-|sk-|xox[abeoprs]-|wandb_v1_)"
    r"[A-Za-z0-9_-]{8,}(?=\.\.\.)"
)
"""What is left of one where a text was cut to its width."""

_JOIN = "[-_. ]?"
"""What may stand between the words of a key; between those of `apiKey` there is nothing."""
_SPECIAL = ["add", "bos", "cls", "eos", "image", "mask", "pad", "sep", "special", "stop", "unk"]
"""What a tokenizer's own tokens are called, which are no secrets."""
# Several are counted (`max_tokens`), if nothing says that they open something.
_TOKEN = (
    "".join(f"(?<!{kind})(?<!{kind}[-_. ])" for kind in _SPECIAL)
    + f"token(?!s)|(?:secret|api|access|auth|bearer|hf){_JOIN}tokens"
)
_WORDS_OF_NAMES = (
    *("pass word", "passwd", "pass phrase", "secret", "api key", "access key", "private key"),
    *("account key", "secret key", "credential", "wandb key", "connection string"),
)
NAME = (
    rf"(?:{'|'.join(each.replace(' ', _JOIN) for each in _WORDS_OF_NAMES)}|{_TOKEN})"
    rf"s?(?:{_JOIN}[0-9]+)?"
)
"""The end of a key under which a secret stands, as part of a pattern."""
FIRST_WORDS = ("pass", "api", "access", "private", "account", "secret", "wandb", "connection")
LAST_WORDS = ("word", "phrase", "key", "string")
"""How such a name begins and ends where a section has the first word and a key in it the last."""
_MAY_NAME_ONE = ("token", *(each.replace(" ", "") for each in _WORDS_OF_NAMES))
_IS_SECRET = pattern(rf"(?:^|[._+ \-]|[a-z](?=[A-Z])){NAME}$", re.IGNORECASE)
# Special tokens of a tokenizer (`<pad>`), and what another key or the environment fills in.
_QUOTED = (
    r"""\"(?![<$]|\{\w+\}\")[^"\n]{4,}?(?:\"|(?<=\.\.\.))"""
    r"""|'(?![<$]|\{\w+\}')[^'\n]{4,}?(?:'|(?<=\.\.\.))"""
)
_BELOW_A_NAME = pattern(
    rf"""(?<![A-Za-z0-9]){NAME}["'`]?(?:
      \s*(?:[:=]|[=!]=)\s*
      (?P<bare>(?![\["'`<$&*!|>] | \{{)[^\s,\]}}"'`]{{6,}})(?=\s*(?:$|[,\]}}\#"'`]))
    | (?:\s*(?:[:=]|[=!]=)\s*|\ )(?P<quoted>{_QUOTED})
      (?:\ ->\ (?P<new>{_QUOTED}))?
    | \ \([a-z ]+\)\ ->\ (?P<added>{_QUOTED})
    | \s*[:=]\s*(?:\{{\s*\w+:\s*)?\[(?P<several>[^\]\n]{{6,}})
    )""",
    re.VERBOSE | re.IGNORECASE | re.MULTILINE,
)
"""A value under such a name: `password: x`, `"password": "x"`, `password=x`, `password "x" -> "y"`;
no word of a sentence."""
_IN_CODE = pattern(
    rf"""(`[\w.+~=\-\[\]]*{NAME}:\ )((?![\["'<$&*!|>]|\{{)[^`\n]+)(?=`)""", re.IGNORECASE
)
"""A line to write, whose value may have spaces: `` `password: x y` ``."""
_PLAIN = pattern(r"(?:null|none|true|false|~)$", re.IGNORECASE)
_NUMBER = pattern(r"[0-9.]+$")

_KINDS = {
    "hf": ("a Hugging Face token", "HF_TOKEN"),
    "github": ("a GitHub token", "GITHUB_TOKEN"),
    "sk": ("a secret key of an API", "API_KEY"),
    "aws": ("an AWS access key", "AWS_ACCESS_KEY_ID"),
    "google": ("a Google API key", "API_KEY"),
    "oauth": ("a Google API key", "API_KEY"),
    "gitlab": ("a GitLab token", "GITLAB_TOKEN"),
    "slack": ("a Slack token", "SLACK_TOKEN"),
    "wandb_key": ("an API key of W&B", "WANDB_API_KEY"),
    "address": ("the password of an address", "PASSWORD"),
    "npm": ("a token of npm", "NPM_TOKEN"),
    "pypi": ("a token of PyPI", "PYPI_TOKEN"),
    "jwt": ("a signed token (JWT)", "TOKEN"),
    "pem": ("a private key", "PRIVATE_KEY"),
    "ocean": ("a DigitalOcean token", "DIGITALOCEAN_TOKEN"),
    "sendgrid": ("a SendGrid key", "SENDGRID_API_KEY"),
    "azure": ("an account key of Azure", "AZURE_STORAGE_KEY"),
    "stripe": ("a Stripe key", "STRIPE_API_KEY"),
    "service": ("a secret key of a service", "API_KEY"),
    "host": ("a secret key of a service", "API_KEY"),
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
            kind = found.lastgroup or ""
            yield Secret(*found.span(kind), *_KINDS[kind])
    joined = _joined(text)
    if any(word in joined for word in _WORDS):
        for found in _NAMED.finditer(text):
            kind = found.lastgroup or ""
            yield Secret(*found.span(kind), *_KINDS[kind])


def masked(text: str) -> str:
    """A text in which each secret is stars, as many as it has characters."""
    if found := list(secrets_in(text)):
        text = _all_starred(text, found)
    if may_name_one(text):
        text = _BELOW_A_NAME.sub(_hidden, text)
        text = _IN_CODE.sub(lambda found: found[1] + "*" * len(found[2]), text)
    if "..." in text and any(mark in text for mark in _MARKS):
        text = _CUT.sub(lambda found: "*" * len(found[0]), text)
    return text


def masked_value(name: str, value: Value, mask: Callable[[str], str] = masked) -> Value:
    """A value under a key, or a dotted path, in which each secret is stars, by `mask` in texts."""
    if isinstance(value, dict):
        return {key: masked_value(f"{name}.{key}", each, mask) for key, each in value.items()}
    if isinstance(value, list):
        return [masked_value(name, each, mask) for each in value]
    if value is None or isinstance(value, bool):
        return value
    text = str(value)
    if _IS_SECRET.search(name) and not text.startswith(("<", "$")) and not is_plain(name, text):
        return "*" * len(text)
    return mask(value) if isinstance(value, str) else value


def names_one(key: str) -> bool:
    """Whether a secret stands under a key, as its name has it; `max_tokens` are none."""
    return may_name_one(key) and bool(_IS_SECRET.search(key))


def may_hold_one(text: str) -> bool:
    """Whether there may be a secret in a text, or the name of one: fast, and rather yes."""
    return any(mark in text for mark in _MARKS) or may_name_one(text)


def may_name_one(text: str) -> bool:
    """Whether a text may have the name of a secret in it: fast, and rather yes."""
    joined = _joined(text)
    if "token" in joined:
        joined = joined.replace("tokeniz", "")
    return any(word in joined for word in _MAY_NAME_ONE)


def _joined(text: str) -> str:
    """A text in small letters, without what may join the words of a key."""
    for each in "-_. `":
        text = text.replace(each, "")
    return text.lower()


def is_plain(name: str, value: str) -> bool:
    """Whether what stands below such a name hides nothing; a number of tokens is no token."""
    return bool(_PLAIN.match(value) or ("token" in name.lower() and _NUMBER.match(value)))


def _hidden(found: re.Match[str]) -> str:
    """What was found, its values as stars; quotes stay."""
    text, start = found[0], found.start()
    for kind in ("bare", "quoted", "new", "added", "several"):
        if found[kind] is None or is_plain(found[0][: found.start(kind) - start], found[kind]):
            continue
        quotes = 1 if kind in ("quoted", "new", "added") else 0
        text = _starred(text, found.start(kind) - start + quotes, found.end(kind) - start - quotes)
    return text


def _all_starred(text: str, secrets: Iterable[Secret]) -> str:
    """A text with several as stars, made in one go: there may be thousands."""
    parts, at = [], 0
    for start, end in sorted((each.start, each.end) for each in secrets):
        parts += [text[at:start], "*" * (end - max(start, at))]
        at = max(at, end)
    return "".join(parts) + text[at:]


def _starred(text: str, start: int, end: int) -> str:
    return f"{text[:start]}{'*' * (end - start)}{text[end:]}"
