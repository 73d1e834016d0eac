"""How runs are drawn, in the words of other programs: `search: {method: random, n_trials: 20}`.

The number there is how many runs there are, and the seed is the one by which they are drawn: no
key of a config has anything to do with them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from tcwc.language.sample import SEEDS, SIZES, sample_of
from tcwc.yaml.nodes import Entry, MappingNode, Node, ScalarNode

_WORDS = re.compile(
    r"(?:(?:hyper)?(?:param(?:eter)?s?_?|run_?)?(?:random|search|sampl(?:ing|er?)|sweeper|draw)"
    r"(?:_?(?:search(?:er)?|sampl(?:e|er|es|ing)|config|alg(?:orithm)?|strategy|space|runs))?)"
    r"|hpo|optuna|hyperopt|ray|ray_?tune|tune_?config|bayes(?:ian)?_?(?:search|opt\w*)|lhs|sobol"
    r"|latin_hypercube|subsampl(?:e|ing)|design|sweep|study"
)
"""Names of sections: `random`, `search`, `random_search`, `sampling`, `optuna`."""
_WAYS = (
    "method", "type", "strategy", "algorithm", "alg", "name", "kind", "mode", "sampler", "search",
    "search_type", "search_alg", "way", "random", "enabled", "replace", "search_method",
    "search_strategy", "sampling", "sampling_method", "_target_",
)  # fmt: skip
"""Keys that say how runs are chosen."""
_VAGUE = ("name", "type", "kind", "mode", "random", "enabled", "replace", "_target_")
"""Those that say so only in a section for it."""
_NUMBER = re.compile(r"[0-9]{1,9}")
_NESTED = ("sampler", "search_alg", "search")
"""Those that may be sections themselves."""
_DRAWN = re.compile(
    r"(?i)['\"]?(?:\w+\.)*(?:random\w*|uniform|tpe\w*|bayes\w*|sobol|lhs|hyperopt)['\"]?"
)
_ONE_BY_ONE = re.compile(r"(?i)['\"]?(?:\w+\.)*(?:tpe|bayes|hyperopt)")
"""Ways to choose a run by how those before it went."""
_ALL = re.compile(r"(?i)(?:grid\w*|full|factorial|full_factorial|all|exhaustive)")
_USUAL = "20"


def drawn(entry: Entry, root: MappingNode) -> str:
    """The line of the runs that an entry at the top of a file says are drawn; "" where it says more
    than that, or something else."""
    word, value = entry.key.text, entry.value
    if word in ("sample", "samples"):
        return ""
    if isinstance(value, MappingNode):
        return drawn_in(word, value) if all(map(_says, value.entries)) else ""
    if not isinstance(value, ScalarNode):
        return ""
    named = _is_word(word)
    if named and _NUMBER.fullmatch(value.text) and value.text.strip("0"):
        return sample_of([], size=value.text)
    switched = "random" in word and value.text.lower() in ("true", "yes", "on")
    chosen = (named or _tells(word)) and _DRAWN.fullmatch(value.text)
    if not (named and switched) and not chosen:
        return ""
    beside = [
        each for each in root.entries if each.key.text in SIZES and each.key.text != "samples"
    ]
    return sample_of(beside, size=_USUAL)


def drawn_in(word: str, mapping: MappingNode) -> str:
    """The line of the runs that a mapping of some name says are drawn; "" where it says nothing of
    that, or nobody knows that it is about runs."""
    entries = [each for entry in mapping.entries for each in _flat(entry) if _says(each)]
    named = _is_word(word)
    telling = [each for each in entries if named or _tells(each.key.text)]
    random = any(_DRAWN.fullmatch(each) for each in _ways(telling))
    if not random and not named:
        return ""
    return sample_of(entries, size=_USUAL if random else "")


def is_size(entry: Entry) -> bool:
    """Whether an entry is a number of runs in other words: `num_runs: 20`."""
    word, value = entry.key.text, entry.value
    return word in SIZES and isinstance(value, ScalarNode) and bool(_NUMBER.fullmatch(value.text))


def is_of_draw(entry: Entry) -> bool:
    """Whether an entry of such a mapping is in that line."""
    return all(map(_says, _flat(entry)))


def is_of_all(entry: Entry) -> bool:
    """Whether an entry at the top of a file says no more than that all combinations are run."""
    value = entry.value
    if not isinstance(value, MappingNode) or not all(map(_says, value.entries)):
        return False
    return _is_word(entry.key.text) and any(map(_ALL.fullmatch, _ways(value.entries)))


def as_it_goes(node: Node) -> bool:
    """Whether runs are chosen by how those before them went."""
    entries = (
        [e for each in node.entries for e in _flat(each)] if isinstance(node, MappingNode) else ()
    )
    texts = [*_ways(entries), node.text if isinstance(node, ScalarNode) else ""]
    return any(map(_ONE_BY_ONE.match, texts))


def _tells(word: str) -> bool:
    """Whether a word is about how runs are chosen wherever it stands."""
    return word in _WAYS and word not in _VAGUE


def _is_word(word: str) -> bool:
    return _WORDS.fullmatch(word.lower()) is not None


def _flat(entry: Entry) -> tuple[Entry, ...]:
    """An entry, or those of the sampler that it is: `sampler: {seed: 10}`."""
    nested = entry.key.text in _NESTED and isinstance(entry.value, MappingNode)
    return entry.value.entries if nested and isinstance(entry.value, MappingNode) else (entry,)


def _says(entry: Entry) -> bool:
    """Whether an entry says how many runs are drawn, by which seed, or how."""
    if isinstance(entry.value, MappingNode):
        return entry.key.text in _NESTED and all(map(_says, entry.value.entries))
    if not isinstance(entry.value, ScalarNode):
        return False
    seed = entry.key.text in SEEDS and entry.value.text.isdecimal()
    return seed or is_size(entry) or entry.key.text in _WAYS


def _ways(entries: Iterable[Entry]) -> list[str]:
    """What entries say of how runs are chosen."""
    there = [each for each in entries if each.key.text in _WAYS]
    return [each.value.text for each in there if isinstance(each.value, ScalarNode)]
