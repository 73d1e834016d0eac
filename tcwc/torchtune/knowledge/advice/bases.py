"""Names of shipped configs as people type them: of files, of models, of recipes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from tcwc.model.frozen import dataclass, replace
from tcwc.model.limits import GUESSED
from tcwc.model.words import nearest
from tcwc.torchtune.catalogue.load import Catalogue

_SIZE = re.compile(r"(?<![a-z0-9])(\d+(?:[._]\d+)?)b(?![a-z])")
_KINDS = (
    "lora", "qlora", "dora", "qdora", "full", "dpo", "ppo", "kd", "qat",
    "generation", "evaluation", "quantization", "vision",
)  # fmt: skip
_ALSO = {
    "sft": "full", "finetune": "", "eval": "evaluation", "eleuther": "evaluation",
    "generate": "generation", "quantize": "quantization", "distillation": "kd",
    "single": "single_device", "gpu": "", "device": "single_device", "multi": "distributed",
    "low": "low_memory", "memory": "low_memory", "fft": "full",
}  # fmt: skip
_PLAIN = ("device", "memory", "distributed", "instruct", "chat", "base", "mini", "model")
_USUAL = frozenset(("lora", "single_device"))
"""What people start with."""
_OF_RECIPES = {
    "gpu": "", "device": "", "gpus": "distributed", "multi": "distributed", "sft": "finetune",
    "finetuning": "finetune", "tune": "finetune", "fine": "", "kd": "knowledge",
    "distillation": "", "eval": "evaluation", "eleuther": "", "generation": "generate",
    "multigpu": "distributed", "recipe": "", "recipes": "",
}  # fmt: skip
"""Words of recipes' names that say the same."""
_OTHER_WORDS = 2
"""Words by which a name may not differ from a recipe's."""
_TELLING = 4
"""Letters from which on a word can be told to be misspelt."""
_MOST = 4
"""Configs that are offered."""
_MODULE = re.compile(r"^(?:[a-z_]\w*\.)+(?=[a-z_]\w*$)")
"""The module of a builder, whose name says all."""
_NO_OTHER = (
    r"(?!\d*\.\d+b)(?![0-9.]*b(?![a-z]))(?!\.\d)"
    r"(?![-_ ]?(?![01]_\d+b(?![a-z]))\d+(?:\.\d+)?(?:[-_ ]|$))"
)
"""What may not follow on a family's name: the version of another one (`gemma-3-4b`). A size as
builders have it is none (`qwen2_5_1_5b`)."""


@dataclass(frozen=True, slots=True)
class ConfigWords:
    """What a name says of a config: whose model, of which size (in billions), and the words."""

    family: str
    size: str
    words: frozenset[str]


def near_configs(typed: str, known: Catalogue) -> list[str]:
    """The configs that a name may stand for, the likeliest first; none where it says too little.

    A family that is named is never another one; a size is, where the family has none such.
    """
    wanted = _said(typed, known)
    if not (wanted.family or wanted.size) or is_strange(typed, known):
        return []
    there = _configs(known)
    there = {n: has for n, has in there.items() if has.family == (wanted.family or has.family)}
    of_size = {n: has for n, has in there.items() if has.size == (wanted.size or has.size)}
    far = {name: _distance(wanted, has) for name, has in (of_size or there).items()}
    return sorted(far, key=lambda name: (far[name], there[name].words != _USUAL, *_usual(name)))[
        :_MOST
    ]


def has_size(typed: str, names: Iterable[str], known: Catalogue) -> bool:
    """Whether a name says no size of a model, or one that a config has."""
    size = _said(typed, known).size
    return not size or any(size == _said(name, known).size for name in names)


def fetched_as(name: str, known: Catalogue) -> str:
    """The model on the Hub whose files a config names; "" where it names several."""
    found = {each.repository for each in known.launch(name).downloads}
    return found.pop() if len(found) == 1 else ""


def is_strange(typed: str, known: Catalogue) -> bool:
    """Whether a name is of a model of no family that there is a config of."""
    wanted = _said(typed, known)
    words = re.findall(r"[a-z]{4,}", re.sub(r"\.ya?ml$", "", typed.lower()))
    usual = {*_KINDS, *_ALSO, *_PLAIN}
    return not wanted.family and any(word not in usual for word in words)


def exactly(typed: str, known: Catalogue) -> tuple[str, bool]:
    """The config that a name is but for its folder, its ending or capitals, and whether its folder
    is named; "" where none is, or several are."""
    names = known.config_names()
    bare = re.sub(r"^.*recipes/configs/|\.ya?ml$", "", typed.strip().lower())
    alike = [n for n in names if bare in (n.lower(), n.lower().rpartition("/")[2])]
    return (alike[0], "/" in bare) if len(alike) == 1 else ("", False)


def near_recipes(typed: str, known: Catalogue) -> list[str]:
    """The recipes whose names say what a name says, in other words or another order."""
    wanted = _recipe_words(typed)
    far = {name: len(wanted ^ _recipe_words(name)) for name in known.recipe_names()}
    least = min(far.values())
    return [name for name, each in far.items() if each == least] if least < _OTHER_WORDS else []


def shortened_recipes(typed: str, known: Catalogue) -> list[str]:
    """The recipes that a name says a part of, in their words alone: `lora`, `sft`, the name of
    a recipe's class. None for a name that has a word of its own."""
    words = _recipe_words(re.sub(r"(?<=[a-z])(?=[A-Z])", "_", typed.replace("LoRA", "Lora_")))
    recipes = {name: _recipe_words(name) for name in known.recipe_names()}
    return [name for name, each in recipes.items() if words and words <= each]


def _recipe_words(name: str) -> frozenset[str]:
    name = re.sub(r"\.py$", "", name[: GUESSED.at_most].lower())
    words = re.split(r"[^a-z0-9]+", name)
    return frozenset(_OF_RECIPES.get(word, word) for word in words if word) - {""}


def families(names: Iterable[str]) -> frozenset[str]:
    """The folders of configs, which are named for families of models."""
    return frozenset(name.partition("/")[0] for name in names if "/" in name) - {"dev"}


def _said(name: str, known: Catalogue) -> ConfigWords:
    """What a name says of a config, which there may be or not; a name of the Hub may say less than
    its model is."""
    said = _wanted(name, families(known.config_names()))
    if said.family and said.size:
        return said
    last = name.rstrip("/").rpartition("/")[2].lower()
    for each in known.config_names():
        if any(
            last == fetch.repository.rpartition("/")[2].lower()
            for fetch in known.launch(each).downloads
        ):
            of = _wanted(each, families(known.config_names()))
            return replace(said, family=of.family, size=of.size)
    return said


def _configs(known: Catalogue) -> dict[str, ConfigWords]:
    """What the name of each shipped config says of it."""
    names = known.config_names()
    folders = families(names)
    return {name: _wanted(name, folders) for name in names}


def _wanted(typed: str, known: frozenset[str]) -> ConfigWords:
    text = re.sub(r"\.ya?ml$", "", typed[: GUESSED.at_most].lower())
    text = re.sub(r"^.*recipes/configs/", "", text)
    text = _MODULE.sub("", text)
    family, rest = _family(text, known)
    size = _SIZE.search(rest.replace("_to_", " "))
    kinds = {_meant(word) for word in re.split(r"[^a-z0-9]+", rest)}
    words = {kind for kind in kinds if kind in _KINDS or kind in _ALSO.values()} - {""}
    if "single" in rest:
        words.add("single_device")
    if "mini" in rest:
        words.add("mini")
    number = size[1].replace("_", ".").removesuffix(".0") if size else ""
    return ConfigWords(family, number, frozenset(words))


def _meant(word: str) -> str:
    """The word of configs that one stands for, also where it is misspelt."""
    if len(word) >= _TELLING and word not in (*_KINDS, *_ALSO, *_PLAIN):
        word = next(iter(nearest(word, (*_KINDS, *_ALSO))), word)
    return _ALSO.get(word, word)


def _family(text: str, known: frozenset[str]) -> tuple[str, str]:
    """The family that a name begins with, or holds, and the rest; "" where it names none."""
    family, rest = _family_in(text.rpartition("/")[2], known)
    if family:
        return family, rest
    # `mistralai/Mixtral-8x7B` is of the maker of mistral.
    family, rest = _family_in(text, known)
    goes_on = re.match(r"\s*[a-z]", rest) if family else None
    return ("", text) if goes_on else (family, rest)


def _family_in(bare: str, known: frozenset[str]) -> tuple[str, str]:
    flat = re.sub(r"[^a-z0-9]", "", bare)
    vision = "vision" in flat
    best = ""
    for family in known:
        letters = re.sub(r"[^a-z0-9]", "", family).removesuffix("vision")
        if ("vision" in family) != vision:
            continue
        spelt = r"[^a-z0-9]*".join(map(re.escape, letters))
        if re.search(rf"(?<![a-z]){spelt}{_NO_OTHER}", bare) and len(letters) > len(best):
            best = family
    if not best:
        return "", bare
    letters = re.sub(r"[^a-z0-9]", "", best).removesuffix("vision")
    return best, re.sub(r"[^a-z0-9]*".join(map(re.escape, letters)), " ", bare, count=1)


def _distance(wanted: ConfigWords, has: ConfigWords) -> tuple[int, int]:
    """How much of what is wanted a config lacks, and how much it has beside."""
    more = len(has.words - wanted.words) if wanted.words else 0
    return len(wanted.words - has.words), more


def _usual(name: str) -> tuple[bool, bool, bool, str]:
    """What people start with goes first: training, on one device, with LoRA."""
    return (
        name.endswith(("evaluation", "generation", "quantization")),
        not name.endswith("single_device"),
        "lora" not in name,
        name,
    )


def with_word(word: str, name: str, known: Catalogue) -> str:
    """A config of the model that a base is of, or else any, with another word in its name."""
    mine = _said(name, known)
    fitting = [
        (has.family != mine.family, has.size != mine.size, "single_device" not in has.words, n)
        for n, has in _configs(known).items()
        if word in has.words
    ]
    return min(fitting)[-1] if fitting else name


def sibling(name: str, recipes: Sequence[str], catalogue: Catalogue) -> str:
    """A config of the base's model that is registered for one of some recipes; "" if none is."""
    config = catalogue.config(name)
    if config is None or "/" not in name:
        return ""
    mine = _said(name, catalogue)
    best: list[tuple[tuple[int, int], str]] = []
    for each, has in _configs(catalogue).items():
        if (has.family, has.size) != (mine.family, mine.size) or each == name:
            continue
        other = catalogue.config(each)
        if other is not None and set(other.recipes) & set(recipes):
            best.append((_distance(mine, has), each))
    return min(best)[1] if best else ""


def same_model(typed: str, name: str, known: Catalogue) -> bool:
    """Whether a name of the Hub is of the model that a config is of, tuned for chat or not."""
    of, mine = _said(typed, known), _said(name, known)
    same = (of.family, of.size) == (mine.family, mine.size)
    return bool(of.family) and same and known.config(typed) is None


def config_of_model(typed: str, name: str, known: Catalogue) -> str:
    """The config of the model that a name is of, for what a base is for; a config's own name is
    that; "" where none is of that model."""
    if known.config(typed) is not None:
        return typed
    wanted, mine = _said(typed, known), _said(name, known)
    family = wanted.family or (mine.family if _SIZE.fullmatch(typed.lower()) else "")
    found = _nearest((family, wanted.size), mine.words, known) if family else ""
    return "" if _said(found, known).words - mine.words >= {"evaluation"} else found


def config_of_kind(kind: str, name: str, known: Catalogue) -> str:
    """The config of a base's model for another way to train; "" where there is none."""
    mine = _said(name, known)
    word = {"freeze": ""}.get(kind, "lora" if kind == "sft" and "lora" in mine.words else kind)
    word = _ALSO.get(word, word)
    if word not in _KINDS:
        return ""
    alone = mine.words & {"single_device", "low_memory"}
    found = _nearest((mine.family, mine.size), alone | {word}, known)
    has = _said(found, known).words if found else frozenset()
    return found if word in has else ""


def _nearest(model: tuple[str, str], words: frozenset[str], known: Catalogue) -> str:
    """The config of a model whose words are the nearest to some; "" where the model has none."""
    ranked = [
        (len(words ^ has.words), *_usual(name))
        for name, has in _configs(known).items()
        if (has.family, has.size) == model
    ]
    return min(ranked)[-1] if ranked else ""
