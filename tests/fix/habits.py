"""What people bring along to a source: characters of a paste, and habits of other languages."""

from __future__ import annotations

import re
from random import Random

from tests.fix.changes import Change, Corruption, at

_UNSEEN = "\u200b\u2060\ufeff\u00ad\u200d\u00a0\u2003\u202f"
_NUMBER = r"(?<![\w.\"'/-])(\d+(?:\.\d+)?(?:e-?\d+)?)(?![\w.\"'])"
_KEY = r"(?m)(?<![\w.\"'])([A-Za-z_][\w.]*)(?=: )"
_LIST = r"(?<=\[)([^\[\]{}\n]*)(?=\])"
_SECTION = re.compile(r"(?m)^[a-z_]+:\n(?: +[^\n]*\n)+")

WRITTEN: dict[str, tuple[str, str]] = {
    "what is no space behind a colon": (
        r"(?<=\w)(: )(?=\S)",
        ":\u200b|:\u00ad|:\u2060|:\ufeff|:\u200d|:\u00a0|: \u200b|: \u00a0|:\u2003 |:\u202f",
    ),
    "a colon that looks like one": (r"(?<=\w)(: )(?=\S)", "\uff1a|\ufe55 |; |:: | : | :|\u2236 "),
    "no-break indentation": (r"(?m)^( +)(?=\w)", "\u00a0\u00a0|\u2003| \u00a0"),
    "quoted key": (_KEY, '"@"|\'@\'|"@ "|" @"|`@`'),
    "punctuation of JSON": (r"(?m)^ *[\w.]+: [^#\n]*\S( *)$", ",|;| ,|.|},"),
    "path of another kind": (
        r"(?m)(?<![\w.\"'])[a-z_]+(\.)\w+(?=: )",
        "..|->|__|:|. |/|[|.config.|::| .|\u00b7|,",
    ),
    "value of another kind": (
        r"(?m)^ *[\w.]+: ([^\s#\[{][^#\n]*?)(?= *(?:#|$))",
        "str(@)|${@}|<@>|(@)|`@`|{{ @ }}|[@]|@,|=@|!@|@ (default)|@ or so|@;|'@|@\"|\u201c@\u201d",
    ),
    "number of another kind": (
        _NUMBER,
        "@f|+@|~@|@_|@/1|@*1|1*@|@d|'@ '|= @|@ #|@.000|@,0|0x@|@\u00d71|@ x|#@|(@)|@!|@\u00b0",
    ),
    "minus that looks like one": (
        r"(?<![\w.])\d+(?:\.\d+)?e(-)\d+",
        "\u2212|\u2013|\u2010| -|- ||+|_",
    ),
    "decimal comma": (r"(?<![\w.])\d(\.)\d+(?![\w.])", ",|\u00b7|\u066b| .|;"),
    "list of another kind": (
        _LIST,
        "@,|@, ...|@, |@; |, @|@]|[@|*@|@...|@, etc|@ (all)|'@'|@, null|@, ''",
    ),
    "comparison of another kind": (
        r" (?:==|<=|>=|<|>) ",
        " = | === | => | =< | is | eq | ~ | \u2265 |==| : | := | equals ",
    ),
    "and of another kind": (r" (?:and|or) ", " && | || | AND | & |, | with | OR | + "),
    "in of another kind": (r" in (?=\[)", " IN | = | == | of | not | : "),
    "product of another kind": (r"\d+ (\*) [a-z_]+", "x|\u00d7||**|^|\u22c5|times|*="),
    "formula of another kind": (
        r"(\d+ \* [a-z_]+)",
        "@ *|= @|=@|${@}|lambda: @|int(@)|(@|{@}|eval(@)|@;|@,|[@]|2(@)|@ if true",
    ),
    "generator of another kind": (
        r"\b(logspace|linspace|range|loguniform|uniform|choice|values|when)(?=:)",
        "@s|log_@|@_|geomspace|arange|choices|value|if|log_uniform|normal|grid|!@|@()",
    ),
    "generator of other numbers": (
        r"\{(?:logspace|range|uniform|loguniform|choice): \[([^\]]*)\]\}",
        "@, 1|@,|[@]|(@)|@; 1|0, @|@, null|{@}",
    ),
    "template of another kind": (
        r"(?<!\$)\{([a-z_]+)\}",
        "{@}|@ | @|@.|$@|@:|@:d|@!r|@()|@[0]|cfg.@",
    ),
    "braces of a template": (r"(?<!\$)(\{)[a-z_]+\}", "${|$||(|{{|<|%{|\\{|$("),
    "reference of another kind": (r"\$\{([a-z_]+)\}", " @ |${@}|cfg.@|oc.env:@|.@|@.|@@|.@|env:@"),
    "braces of a reference": (r"(\$\{)[a-z_]+\}", "{|$|$(|${{|$ {|\\${|%{|"),
    "comment of another kind": (r"(?<= )#(?= )", "//|--|%|;|/*|##|\uff03|\\#"),
    "condition of another kind": (
        r"\"([a-z_.]+ [=<>]+ [^\"\n]*)(?=\":)",
        "if @|(@)|${@}|@ |@:|@ and|not @ and|{@}|@ == true|when @",
    ),
    "condition without quotes": (r"(\"[a-z_.]+ [=<>]+ [^\"\n]*\")(?=:)", "x|@@|(@)|'@'|[@]|- @"),
    "condition glued": (r"(?<=\")(: )(?=\{)", ":| :|: :| "),
    "deleted otherwise": (r"(?m)^ +(~)[a-z_.]+:$", "-|!||~ |~~|=|+|\u223c|- |del "),
}
"""Kinds by what they change, and what is written there instead; `@` is what stood there."""


def _written(pattern: str, texts: str) -> Change:
    choices = texts.split("|")
    return at(re.compile(pattern), lambda random, old: random.choice(choices).replace("@", old))


def _whole_lines(mark: str) -> Change:
    """All lines with a mark before them."""

    def corrupt(_: Random, text: str) -> Corruption | None:
        lines = enumerate(re.finditer(r"(?m)^(?=.)", text), 1)
        return tuple((m.start(), m.start(), mark.format(number)) for number, m in lines)

    return corrupt


def _section(old: str, new: str) -> Change:
    """A section whose lines begin otherwise, so that it stands below another, or below nothing."""

    def corrupt(random: Random, text: str) -> Corruption | None:
        spans = [m.span() for m in _SECTION.finditer(text)]
        if not spans:
            return None
        start, end = random.choice(spans)
        found = re.finditer(f"(?m)^{old}(?=.)", text[start:end])
        return tuple((start + m.start(), start + m.end(), new) for m in found)

    return corrupt


def _fenced(_: Random, text: str) -> Corruption | None:
    return ((0, 0, "```yaml\n"), (len(text), len(text), "```\n"))


def _base(random: Random, name: str) -> str:
    """A base by what people remember of it."""
    family, _, rest = name.partition("/")
    return random.choice(
        (
            *(f"{family}{mark}{rest}" for mark in ".-_\\: "),
            *(f"recipes/configs/{name}.yaml", f"{name}.yml", f"./{name}", f"/{name}", rest, family),
            *(name.replace("_", new) for new in ("-", "", ".", " ", "__")),
            *(name.replace("_single_device", new) for new in ("", "_2_devices", "_distributed")),
            re.sub(r"_\d", "_", name, count=1),
            re.sub(r"\d", lambda m: str((int(m[0]) + 1) % 10), name, count=1),
            *(name.replace("lora", new) for new in ("dlora", "olra", "LoRA", "lora_dpo")),
            *(name.replace("1", "l", 1), name.replace("B_", "b_"), name.replace("B_", "_")),
        )
    )


def _component(random: Random, name: str) -> str:
    """A component by what people remember of it."""
    *module, last = name.split(".")
    return random.choice(
        (
            *(last, ".".join((*module[1:], last)), ".".join((*module[:-1], last))),
            *(
                name.replace(".", "/"),
                name.replace(".", ":"),
                f"{name}()",
                name.lower(),
                f"x{name}",
            ),
            *(".".join((*module, each)) for each in (f"d{last}", f"_{last}", f"{last}s", last[1:])),
            re.sub(r"(?<=[a-z])[A-Z][A-Za-z]?", "", name, count=1),
        )
    )


def _unseen(random: Random, word: str) -> str:
    return word[:1] + random.choice(_UNSEEN) + word[1:]


HABITS: dict[str, Change] = {
    **{kind: _written(*how) for kind, how in WRITTEN.items()},
    "letter and colon exchanged": at(
        re.compile(r"(?<=[a-z])([a-z]: )(?=\S)"), lambda _, text: f":{text[0]} "
    ),
    "unseen in a key": at(re.compile(_KEY), _unseen),
    "wide digits": at(re.compile(_NUMBER), lambda _, t: chr(ord(t[0]) + 0xFEE0) + t[1:]),
    "thousands with a point": at(
        re.compile(r"(?<![\w.\"'-])(\d{4,})(?![\w.\"'])"), lambda _, t: f"{t[:-3]}.{t[-3:]}"
    ),
    "underscore that groups nothing": at(
        re.compile(r"(?<![\w.\"'/-])(\d{2,})(?![\w.\"'])"), lambda _, t: f"{t[0]}_{t[1:]}"
    ),
    "base as remembered": at(re.compile(r"(?m)^base_config: (?:['\"])?([\w./]+)"), _base),
    "component as remembered": at(re.compile(r"\b(?:torch|torchtune)(?:\.\w+)+"), _component),
    "section below another": _section("", "  "),
    "section below nothing": _section("  ", ""),
    "lines of a diff": _whole_lines("+"),
    "lines of a mail": _whole_lines("> "),
    "lines with numbers": _whole_lines("{} "),
    "fence of Markdown": _fenced,
}
"""Kinds of corruptions beside those of corruptions.py, which has them too."""
