"""What goes wrong when a source is typed, pasted or moved: each as edits of one original text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from random import Random

from tests.fix.changes import Change, Corruption, Edit, at, either
from tests.fix.habits import HABITS

_KEY = re.compile(r"(?m)(?<![\w.\"'])([A-Za-z_][\w.\[\]]*)(?=\"?'? ?:)")
_SECTION = re.compile(r"(?m)^([a-z_]+)(?=:)")
_WORD = re.compile(r"(?<![\w.#/-])([A-Za-z][\w.]{2,})(?![\w:]|\"?:)")
_COMPONENT = re.compile(r"\b(?:torch|torchtune)(?:\.\w+)+")
_NAME = re.compile(r"(?m)^(?:base_config|recipe): (\S+)")
_NUMBER = re.compile(r"(?<![\w.\"'-])(\d+(?:\.\d+)?(?:e-?\d+)?)(?![\w.\"'])")
_WHOLE = re.compile(r"(?<![\w.\"'-])(\d+)(?![\w.\"'])")
_BOOL = re.compile(r"\b(true|True|false|False)\b")
_NULL = re.compile(r"\bnull\b")
_LIST = re.compile(r"\[[^\[\]{}\n]*\]")
_FLOW = re.compile(r"\{[^{}\n]*\}")
_QUOTED = re.compile(r"\"[^\"\n]*\"|'[^'\n]*'")
_ENTRY = re.compile(r"(?m)^ *[\w.~=+\"]+:(?: [^\n]*)?\n")
_ITEM = re.compile(r"(?m)^( *- )")
_OPERATOR = re.compile(r"(?m)(?<=[ {])([~=+])(?=\w)")
_COLON = re.compile(r"(?<=\w): ")
_COMMA = re.compile(r", ")
_COMMENT = re.compile(r"#(?= )")
_INDENTED = re.compile(r"(?m)^ +(?=\S)")

_BOOLS = {"true": ("yes", "on", "Yes", "ON", "y"), "false": ("no", "off", "No", "OFF", "n")}

FOREIGN = {
    "lora_rank": ("r", "lora_r", "peft_config.r", "adapter_rank"),
    "lora_alpha": ("lora_scaling", "alpha_r"),
    "lora_dropout": ("peft_dropout", "dropout_p"),
    "lora_attn_modules": ("target_modules", "lora_target_modules", "attn_modules"),
    "optimizer.lr": ("learning_rate", "peak_lr", "optimizer.max_lr"),
    "learning_rate": ("lr_rate", "base_lr", "optim_lr"),
    "batch_size": ("per_device_train_batch_size", "train_batch_size", "patch_size", "mini_batch"),
    "gradient_accumulation_steps": ("accumulate_grad_batches", "grad_acc_steps"),
    "epochs": ("num_train_epochs", "max_epochs", "n_epoch"),
    "seed": ("random_state", "data_seed", "manual_seed"),
    "max_steps_per_epoch": ("max_steps", "total_steps", "limit_train_batches"),
    "log_every_n_steps": ("logging_steps", "run_val_every_n_steps", "save_every_n_steps"),
    "clip_grad_norm": ("max_grad_norm", "gradient_clip_val"),
    "weight_decay": ("wd_rate", "l2"),
    "dtype": ("bf16", "fp16", "torch_dtype", "precision_plugin"),
    "compile": ("torch_compile", "jit"),
    "device": ("accelerator", "num_gpus", "gpu"),
    "num_warmup_steps": ("warmup_ratio", "num_training_steps", "warmup"),
    "q_proj": ("wq", "query", "q_lin", "all-linear"),
    "v_proj": ("wv", "value_proj"),
    "k_proj": ("wk", "key_proj"),
    "output_proj": ("o_proj", "out_proj", "dense"),
    "AdamW": ("adamw_torch", "Lion", "adafactor"),
    "LLAMA3_2": ("LLAMA3_1", "QWEN3", "llama"),
    "bf16": ("bfloat16", "fp8", "nf4"),
    "single_device": ("distributed", "multinode"),
    "lora": ("qlora", "dora", "loha", "full"),
    "llama3_2": ("llama3_3", "qwen3", "mixtral", "llama4"),
    "variables": ("parameters", "sweep", "grid"),
    "controls": ("constants", "defaults", "fixed"),
}
"""What other libraries, releases and models call it, or something near it."""


def _slip(random: Random, word: str) -> str:
    """A word with a letter left out, put in, written twice, swapped or changed."""
    at = random.randrange(len(word))
    letter = random.choice("abcdefghijklmnopqrstuvwxyz")
    return random.choice(
        (
            word[:at] + word[at + 1 :],
            word[:at] + letter + word[at:],
            word[:at] + word[at] + word[at:],
            word[:at] + word[at : at + 2][::-1] + word[at + 2 :],
            word[:at] + letter + word[at + 1 :],
        )
    )


def _lines(text: str) -> list[tuple[int, int]]:
    return [m.span() for m in _ENTRY.finditer(text)]


def _duplicate(random: Random, text: str) -> Corruption | None:
    """A line that comes again, beside itself or elsewhere."""
    lines = _lines(text)
    start, end = random.choice(lines)
    at = random.choice((start, end, random.choice(lines)[0]))
    return ((at, at, text[start:end]),)


def _move(random: Random, text: str) -> Corruption | None:
    """A line that stands in another place, often of another section."""
    (start, end), (other, _) = random.choice(_lines(text)), random.choice(_lines(text))
    if start <= other <= end:
        return None
    moved = text[start:end].lstrip(" ")
    indent = re.match(" *", text[other:])
    return ((start, end, ""), (other, other, (indent[0] if indent else "") + moved))


def _delete(random: Random, text: str) -> Corruption | None:
    start, end = random.choice(_lines(text))
    return ((start, end, ""),)


def _join(random: Random, text: str) -> Corruption | None:
    """A line that goes on where the one before it ends."""
    start, _ = random.choice(_lines(text))
    return ((start - 1, start, " "),)


def _drop(random: Random, text: str) -> Corruption | None:
    at = random.randrange(len(text))
    return ((at, at + 1, ""),) if text[at] != "\n" else None


def _stray(random: Random, text: str) -> Corruption | None:
    at = random.randrange(len(text))
    return ((at, at, random.choice(",;:.-_#\"'[]{}()~=+*&!?@%`|>\\/ x0")),)


def _swap(random: Random, text: str) -> Corruption | None:
    at = random.randrange(len(text) - 1)
    two = text[at : at + 2]
    return ((at, at + 2, two[::-1]),) if "\n" not in two else None


def _foreign(random: Random, text: str) -> Corruption | None:
    names = [name for name in FOREIGN if name in text]
    name = random.choice(names)
    places = [m.span() for m in re.finditer(rf"(?<![A-Za-z]){re.escape(name)}(?![A-Za-z])", text)]
    if not places:
        return None
    start, end = random.choice(places)
    return ((start, end, random.choice(FOREIGN[name])),)


def _again(_: Random, text: str) -> str:
    """A list with a level twice."""
    items = text[1:-1].split(", ")
    return f"[{', '.join((*items, items[0]))}]"


def _thousand(random: Random, text: str) -> str:
    return text[:-3] + random.choice(("_", ",", " ")) + text[-3:]


def _no_yes(random: Random, text: str) -> str:
    return random.choice(_BOOLS[text.lower()])


KINDS: dict[str, Change] = {
    "typo in a key": at(_KEY, _slip),
    "typo in a section": at(_SECTION, _slip),
    "typo in a value": at(_WORD, _slip),
    "typo in a component": at(_COMPONENT, _slip),
    "typo in a base or recipe": at(_NAME, _slip),
    "two typos in a key": at(_KEY, lambda random, word: _slip(random, _slip(random, word) or "x")),
    "capitals in a key": at(_KEY, either(str.upper, str.title, str.capitalize)),
    "capitals in a value": at(_WORD, either(str.upper, str.lower, str.title)),
    "dash for underscore": at(_KEY, lambda _, word: word.replace("_", "-")),
    "space for underscore": at(_KEY, lambda _, word: word.replace("_", " ", 1)),
    "number in quotes": at(_NUMBER, either("'{}'".format, '"{}"'.format)),
    "word in quotes": at(_WORD, either("'{}'".format, '"{}"'.format)),
    "quotes removed": at(_QUOTED, lambda _, text: text[1:-1]),
    "one quote removed": at(_QUOTED, either(lambda t: t[1:], lambda t: t[:-1])),
    "other quotes": at(_QUOTED, lambda _, text: f"\u201c{text[1:-1]}\u201d"),
    "brackets removed": at(_LIST, lambda _, text: text[1:-1]),
    "brackets removed, quoted": at(_LIST, lambda _, text: f'"{text[1:-1]}"'),
    "list without spaces, without brackets": at(_LIST, lambda _, text: text[1:-1].replace(" ", "")),
    "one bracket removed": at(_LIST, either(lambda t: t[1:], lambda t: t[:-1])),
    "round brackets": at(_LIST, lambda _, text: f"({text[1:-1]})"),
    "a call": at(
        _LIST, either(*(f"{name}({{}})".format for name in ("choice", "tune.grid_search")))
    ),
    "more brackets": at(_LIST, lambda _, text: f"[{text}]"),
    "braces removed": at(_FLOW, lambda _, text: text[1:-1]),
    "one brace removed": at(_FLOW, either(lambda t: t[1:], lambda t: t[:-1])),
    "colon without a space": at(_COLON, lambda *_: ":"),
    "colon removed": at(_COLON, lambda *_: " "),
    "equals sign": at(_COLON, either(*(lambda _, t=t: t for t in (" = ", "=", " := ")))),
    "tab": at(_INDENTED, lambda *_: "\t"),
    "tab behind a colon": at(_COLON, lambda *_: ":\t"),
    "indented otherwise": at(
        _INDENTED, either(lambda t: t + " ", lambda t: t[1:], lambda t: t * 2)
    ),
    "line twice": _duplicate,
    "line moved": _move,
    "line deleted": _delete,
    "lines joined": _join,
    "word for a boolean": at(_BOOL, _no_yes),
    "number for a boolean": at(_BOOL, either(lambda _: "1", lambda _: "0")),
    "word for null": at(_NULL, either(*(lambda _, t=t: t for t in ("None", "nil", "Null", "")))),
    "float for a whole number": at(_WHOLE, either("{}.0".format, "{}e0".format, "{}.".format)),
    "thousands": at(re.compile(r"(?<![\w.\"'-])(\d{4,})(?![\w.\"'])"), _thousand),
    "leading zero": at(_WHOLE, lambda _, text: f"0{text}"),
    "unit": at(_NUMBER, either("{}%".format, "{}k".format, "~{}".format)),
    "comma removed": at(_COMMA, either(lambda _: " ", lambda _: "")),
    "comma twice": at(_COMMA, either(lambda _: ", , ", lambda _: ",,")),
    "semicolon": at(_COMMA, either(lambda _: "; ", lambda _: " | ")),
    "level twice": at(_LIST, _again),
    "dash glued": at(_ITEM, lambda _, text: text.rstrip(" ")),
    "dash removed": at(_ITEM, lambda _, text: text.replace("- ", "")),
    "operator removed": at(_OPERATOR, lambda *_: ""),
    "operator added": at(_KEY, either(*(f"{op}{{}}".format for op in "~=+-!"))),
    "comment sign removed": at(_COMMENT, lambda *_: ""),
    "comment glued": at(re.compile(r" +#"), lambda *_: "#"),
    "character dropped": _drop,
    "character put in": _stray,
    "characters swapped": _swap,
    "name from elsewhere": _foreign,
    "path with slashes": at(_KEY, lambda _, word: word.replace(".", "/")),
    "last part of a path": at(_KEY, lambda _, word: word.rpartition(".")[2]),
    "plural or singular": at(_KEY, lambda _, word: word[:-1] if word.endswith("s") else f"{word}s"),
    **HABITS,
}


def corruptions(random: Random, text: str, count: int) -> list[tuple[str, Corruption]]:
    """So many corruptions of a text, by kind, that do not touch one another."""
    made: list[tuple[str, Corruption]] = []
    kinds = list(KINDS)
    for _ in range(100):
        kind = random.choice(kinds)
        edits = KINDS[kind](random, text)
        if edits and applied(text, edits) != text and _apart(edits, [each for _, each in made]):
            made.append((kind, edits))
        if len(made) == count:
            break
    return made


def _apart(edits: Corruption, others: Sequence[Corruption]) -> bool:
    taken = [edit for other in others for edit in other]
    return all(
        end < other_start or other_end < start
        for start, end, _ in edits
        for other_start, other_end, _ in taken
    )


def applied(text: str, edits: Sequence[Edit]) -> str:
    """A text with edits that do not touch one another."""
    for start, end, new in sorted(edits, reverse=True):
        text = text[:start] + new + text[end:]
    return text


def whole(made: Sequence[tuple[str, Corruption]]) -> Iterator[Edit]:
    """All edits of corruptions."""
    for _, edits in made:
        yield from edits
