"""A multirun line of Hydra's (https://hydra.cc/docs/advanced/override_grammar) as a search."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping
from decimal import ROUND_CEILING, Decimal, InvalidOperation
from itertools import groupby

from tcwc.config.walk import leaves
from tcwc.language.written import number_text
from tcwc.model.ir import Op, Value
from tcwc.moves.bash.values import Scope, Unknown
from tcwc.moves.bash.words import Token, tokens_of
from tcwc.moves.draft import VariableText
from tcwc.moves.hydra import apart, meaning
from tcwc.moves.search import SIZE, NoLike, Search, between, levels, path_of
from tcwc.moves.steps import Setting

_LINE = re.compile(
    r"^[^#\n]*?(?:--multirun\b|(?<=\s)-m(?=\s)|hydra\.mode=MULTIRUN).*$", re.MULTILINE
)
_KEY = re.compile(r"(?:\+\+|\+)?([A-Za-z_][\w./@]*)=(.*)", re.DOTALL)
_CALL = re.compile(r"(\w+)\((.*)\)", re.DOTALL)
_TRIALS = re.compile(r"hydra\.sweeper\.(?:n_trials|max_batch_size|max_trials|budget)")
_WITH_PLACE = frozenset(["--config-path", "-cp", "--config-dir", "-cd", "--package", "-p"])
"""Options of Hydra's that are followed by a place."""
_FLAGS = ("--multirun", "-m", "hydra.mode=MULTIRUN")
_BRACKETS = re.compile(r"'[^']*'|\"[^\"]*\"|\$\([^()]*\)|[()]")
"""Brackets, which people write without quotes in a text, and what else may have some."""
_MOST = 1_000
"""Levels of a range."""


def lines_of(text: str) -> list[str]:
    """All such lines of a text."""
    joined = re.sub(r"\\\r?\n", " ", text)
    joined = re.sub(r"\b(python[0-9.]*)\s+-m\b", r"\1", joined)  # that one is Python's
    found = (match[0] for match in _LINE.finditer(joined))
    return [line for line in found if _KEY.search(line.partition(" ")[2])]


def multirun_line(text: str) -> str:
    """The line of a text that is a multirun of Hydra's, with those that it goes on in; "" where
    there is none."""
    return next(iter(lines_of(text)), "")


def multirun(line: str) -> Search:
    """The search of such a line. Raises NoLike for one that cannot be taken apart."""
    try:
        shlex.split(line, comments=True)
    except ValueError as error:
        raise NoLike(f"its quotes do not close ({error})") from None
    reader = _Reader()
    words = reader.known(line)
    config = ""
    for place, word in enumerate(words):
        if word in ("--config-name", "-cn") and place + 1 < len(words):
            config = words[place + 1]
        elif word.startswith("--config-name="):
            config = word.partition("=")[2]
        elif place and words[place - 1] in _WITH_PLACE:
            continue
        else:
            reader.word(word)
    return reader.search(config)


def is_swept(values: Mapping[str, Value]) -> bool:
    """Whether a mapping is a config of Hydra's with a sweep in it."""
    return bool(_params(values))


def swept(values: Mapping[str, Value]) -> Search:
    """The search of a config of Hydra's: what its sweeper varies, and its other values."""
    reader = _Reader()
    for word, value in _sweeper(values).items():
        if word != "params" and not isinstance(value, (dict, list)):
            reader.of_hydra(f"hydra.sweeper.{word}", str(value))
    for key, value in _params(values).items():
        reader.swept(key, value)
    varied = {*(e.path for e in reader.variables), *(e.path for e in reader.controls)}
    own = {key: value for key, value in values.items() if key not in HYDRAS}
    for path, value in leaves(own) if own else ():
        if path not in varied:
            reader.controls.append(Setting(path, Op.SET, value))
    return reader.search()


HYDRAS = ("hydra", "defaults")
"""Keys of a config that are Hydra's own."""


def _sweeper(values: Mapping[str, Value]) -> dict[str, Value]:
    """The section of a config's sweeper; nothing where it has none."""
    hydra = values.get("hydra")
    sweeper = hydra.get("sweeper") if isinstance(hydra, dict) else None
    return sweeper if isinstance(sweeper, dict) else {}


def _params(values: Mapping[str, Value]) -> dict[str, Value]:
    """What a config's sweeper varies; nothing where it has none."""
    params = _sweeper(values).get("params")
    return params if isinstance(params, dict) else {}


class _Reader:
    def __init__(self) -> None:
        self.variables: list[VariableText] = []
        self.controls: list[Setting] = []
        self.notes: list[str] = []
        self.lost: list[str] = []
        self.keys: set[str] = set()
        self.trials = SIZE

    def search(self, config: str = "") -> Search:
        """What was read, of a config of some name."""
        return Search(
            config=config,
            variables=tuple(self.variables),
            controls=tuple(self.controls),
            drawn=self.trials if any(each.text for each in self.variables) else 0,
            notes=tuple(self.notes),
            lost=tuple(self.lost),
            has_groups=True,
        )

    def known(self, line: str) -> list[str]:
        """The words of the command of a line that is a multirun, as bash makes them."""
        tokens = tokens_of(_BRACKETS.sub(_hidden, line))
        commands = [list(each) for is_word, each in groupby(tokens, _is_word) if is_word]
        several = [[t.word for t in each if t.word is not None] for each in commands]
        found = [each for each in several if any(word.plain in _FLAGS for word in each)] or several
        if len(found) > 1:
            self.lost.append("only the first command of its line is read")
        fields = [field for word in found[0] for field in Scope().fields(word)] if found else []
        unknown = [each for each in fields if isinstance(each, Unknown)]
        self.lost += [f"`{each.before or 'a word'}` is left out: {each.why}" for each in unknown]
        known = [each for each in fields if isinstance(each, str)]
        return [each.replace("\x02", "(").replace("\x03", ")") for each in known]

    def word(self, word: str) -> None:
        found = _KEY.fullmatch(word)
        if word.startswith("-") or (found is None and "=" not in word and word[:1] != "~"):
            return
        try:
            self.argument(word, found)
        except NoLike as why:
            self.lost.append(f"`{word}` is left out: {why}")

    def argument(self, word: str, found: re.Match[str] | None) -> None:
        if word.startswith("~"):
            if "=" in word:
                raise NoLike("it deletes a key that has a certain value")
            self.controls.append(Setting(path_of(word[1:]), Op.DELETE, None))
            return
        if found is None:
            raise NoLike("it is no `key=value`")
        key, value = found.groups()
        if key.startswith(("hydra.", "hydra/")):
            self.of_hydra(key, value)
        elif "/" in key or "@" in key:
            raise NoLike("it chooses a file of Hydra's, which is not read")
        elif key in self.keys:
            raise NoLike("it is there twice")
        else:
            self.keys.add(key)
            self.override(key, value.strip())

    def swept(self, key: str, value: Value) -> None:
        """What a sweeper's `params` say of a key: a text as on the command line, or levels."""
        if isinstance(value, str) and _KEY.fullmatch(f"{key}={value}"):
            self.word(f"{key}={value}")
        elif isinstance(value, list) and value:
            self.variables.append(levels(key, value))
        elif isinstance(value, (str, dict, list)):
            self.lost.append(f"`{key}` is left out: it is written as no sweep of Hydra's is")
        else:
            self.controls.append(Setting(path_of(key), Op.SET, value))

    def of_hydra(self, key: str, value: str) -> None:
        if _TRIALS.fullmatch(key) and value.isdecimal() and int(value[:6]):
            self.trials = int(value[:6])
        else:
            self.notes.append(f"`{key}` is left out: it is about Hydra, and not about runs")

    def override(self, key: str, value: str) -> None:
        call = _CALL.fullmatch(value)
        word, inner = (call[1], call[2]) if call else ("", "")
        if word in ("shuffle", "sort") and inner:
            parts = [each for each in apart(inner) if "=" not in each]
            if len(parts) == 1 and parts[0][:1] == "[":
                raise NoLike("it is a list that is put in order")
            self.override(key, parts[0] if len(parts) == 1 else ",".join(parts))
        elif word == "choice":
            self.variables.append(levels(key, [_level(each) for each in apart(inner)]))
        elif word == "range":
            numbers = [meaning(each) for each in _range(inner)]
            self.variables.append(levels(key, numbers))
        elif word in ("interval", "tag"):
            self.variables.append(self.interval(key, value))
        elif word == "glob":
            raise NoLike("it chooses files of Hydra's, which are not read")
        elif len(parts := apart(value)) > 1:
            self.variables.append(levels(key, [_level(each) for each in parts]))
        else:
            value_of: Value = meaning(value) if value else ""
            self.controls.append(Setting(path_of(key), Op.SET, value_of))

    def interval(self, key: str, value: str) -> VariableText:
        found = re.fullmatch(r"(tag\(\s*(.*?),\s*)?interval\(([^()]*)\)(?(1)\s*\))", value)
        if found is None:
            raise NoLike("it is no interval between two numbers")
        ends = [meaning(re.sub(r"^\s*(?:start|end)=", "", each)) for each in apart(found[3])]
        if len(ends) != 2:
            raise NoLike("an interval has two ends")
        is_log = "log" in (found[2] or "")
        return between(key, ends[0], ends[1], "loguniform" if is_log else "uniform")


def _hidden(found: re.Match[str]) -> str:
    return {"(": "\x02", ")": "\x03"}.get(found[0], found[0])


def _level(text: str) -> Value:
    if not text:
        raise NoLike("a level is missing")
    return meaning(text)


def _is_word(token: Token) -> bool:
    return token.word is not None


def _range(inner: str) -> Iterator[str]:
    """The numbers of `range(1,5)`, without its end, as Python has it. Raises NoLike."""
    named = dict(part.split("=", 1) for part in apart(inner) if "=" in part)
    plain = [part for part in apart(inner) if "=" not in part]
    if len(plain) == 1 and "stop" not in named:
        plain.insert(0, "0")
    ends = dict(zip(("start", "stop", "step"), plain, strict=False)) | named
    try:
        first, last = Decimal(ends.get("start", "0")), Decimal(ends["stop"])
        step = Decimal(ends.get("step", "1"))
        count = int(((last - first) / step).to_integral_value(ROUND_CEILING)) if step else 0
    except (InvalidOperation, KeyError, ValueError, OverflowError):
        raise NoLike("it is no range of numbers") from None
    if not 0 < count <= _MOST:
        raise NoLike(f"a range of 1 to {_MOST:,} numbers is listed, and this has {max(count, 0):,}")
    yield from (number_text(first + n * step) for n in range(count))
