"""Mistakes to put into a random experiment, one each; both interpreters must refuse them."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from tests.paper.random_experiments.emitting import Raw

Source = dict[str, Any]


def controls(source: Source, **more: Any) -> None:
    source.setdefault("controls", {}).update(more)


def spoil(rng: random.Random, source: Source, pending: frozenset[str]) -> str:
    """Put a mistake into a source; gives its name."""
    names = [each for each in MISTAKES if not each.startswith(tuple(pending))]
    name = rng.choice(names)
    MISTAKES[name](source)
    return name


def twice(source: Source) -> None:
    controls(source, **{"learning_rate": Raw("1e-4"), "optimizer.lr": Raw("1e-4")})


def both(source: Source) -> None:
    controls(source, log_every_n_steps=Raw("2"))
    source.setdefault("engineering", {})["logging_steps"] = Raw("2")


def add_variable(source: Source, key: str, value: Any) -> None:
    source.setdefault("variables", {})[key] = value


def two_factors(source: Source) -> None:
    add_variable(source, "optimizer.lr", [Raw("1e-4")])
    source.setdefault("arms", {})["other_arm"] = {"a": {"lr": Raw("1e-4")}, "b": {}}


def prefix_factors(source: Source) -> None:
    add_variable(source, "=optimizer", [{"lr": Raw("1e-4")}])
    add_variable(source, "optimizer.weight_decay", [Raw("0.1")])


def unequal_zip(source: Source) -> None:
    source.pop("variables", None)
    source["variables"] = {
        "epochs": [Raw("1"), Raw("2")],
        "batch_size": [Raw("1"), Raw("2"), Raw("3")],
    }
    source["zip"] = [[Raw("epochs"), Raw("batch_size")]]
    source.pop("include", None)


def cycle(source: Source) -> None:
    source["derived"] = {
        "batch_size": Raw("2 * log_every_n_steps"),
        "log_every_n_steps": Raw("batch_size"),
    }
    source.pop("variables", None)
    source.pop("include", None)
    source["variables"] = {"epochs": [Raw("1")]}


def missing_factor(source: Source) -> None:
    add_variable(source, "log_every_n_steps", [Raw("1"), Raw("2")])
    source["include"] = [{"optimizer.lr": Raw("1e-4")}]


def same_cell(source: Source) -> None:
    for each in ("arms", "zip", "exclude", "sample", "derived"):
        source.pop(each, None)
    source["variables"] = {"epochs": [Raw("1"), Raw("2")]}
    source["include"] = [{"epochs": Raw("2")}]


def none_left(source: Source) -> None:
    source["exclude"] = [Raw("epochs >= 0 or epochs < 0")]
    source.pop("include", None)
    source.pop("derived", None)


def later(source: Source) -> None:
    source["variables"] = {
        "epochs": {"values": [Raw("1"), Raw("2")], "when": Raw("log_every_n_steps > 1")},
        "log_every_n_steps": [Raw("1"), Raw("2")],
    }
    for each in ("include", "zip", "derived"):
        source.pop(each, None)


def no_sample(source: Source) -> None:
    source.pop("sample", None)
    add_variable(source, "optimizer.lr", {"uniform": [Raw("0.1"), Raw("0.2")]})


Mistake = Callable[[Source], None]
MISTAKES: dict[str, Mistake] = {
    "a path twice": twice,
    "controls and engineering": both,
    "two factors": two_factors,
    "prefix factors": prefix_factors,
    "an unequal zip": unequal_zip,
    "a cycle": cycle,
    "a missing factor": missing_factor,
    "a row that is there": same_cell,
    "nothing left": none_left,
    "a later factor": later,
    "no sample": no_sample,
    "nothing referred to": lambda s: controls(s, **{"tokenizer.path": Raw("${nowhere}/x")}),
    "unknown key": lambda s: controls(s, lora_rnak=Raw("8")),
    "unknown argument": lambda s: controls(s, **{"tokenizer.paht": Raw("x")}),
    "no such index": lambda s: controls(s, **{"checkpointer.checkpoint_files.9": Raw("x")}),
    "value over section": lambda s: controls(s, checkpointer=Raw("word")),
    "section over value": lambda s: controls(s, **{"output_dir.x": Raw("word")}),
    "quoted number": lambda s: controls(s, log_every_n_steps=Raw("'8'")),
    "float for int": lambda s: controls(s, log_every_n_steps=Raw("8.0")),
    "word for float": lambda s: controls(s, **{"optimizer.lr": Raw("fast")}),
    "null where none": lambda s: controls(s, log_every_n_steps=Raw("null")),
    "bad choice": lambda s: controls(s, dtype=Raw("fp61")),
    "unknown template": lambda s: controls(s, output_dir=Raw("/x/{nothing_here}")),
    "empty value": lambda s: controls(s, log_every_n_steps=Raw("")),
    "absent key deleted": lambda s: controls(s, **{"~tokenizer.nope": Raw("")}),
    "general word": lambda s: controls(s, path=Raw("x")),
    "ambiguous name": lambda s: controls(s, _component_=Raw("x.y")),
    "no condition": lambda s: s.update(exclude=[Raw("epochs")]),
    "division by zero": lambda s: s.update(exclude=[Raw("1 / (epochs - epochs) > 1")]),
    "text compared": lambda s: s.update(exclude=[Raw("dtype > 1")]),
    "template of a template": lambda s: controls(
        s,
        **{
            "+my_own_note": Raw("/x/{checkpointer.recipe_checkpoint}"),
            "checkpointer.recipe_checkpoint": Raw("a_{run_id}"),
        },
    ),
    "overlaps: =": lambda s: controls(
        s, **{"=optimizer": {"_component_": Raw("torch.optim.SGD")}, "optimizer.lr": Raw("1")}
    ),
    "overlaps: = first": lambda s: controls(
        s, **{"optimizer.lr": Raw("1"), "=optimizer": {"_component_": Raw("torch.optim.SGD")}}
    ),
    "overlaps: ~": lambda s: controls(s, **{"~tokenizer": Raw(""), "tokenizer.path": Raw("x")}),
    "overlaps: null": lambda s: controls(
        s, **{"profiler": Raw("null"), "profiler.cpu": Raw("true")}
    ),
    "short references": lambda s: controls(s, **{"tokenizer.path": Raw("x/${learning_rate}")}),
    "odd references: resolver in a formula": lambda s: (
        controls(s, log_every_n_steps=Raw("${oc.env:NOWHERE_TO_BE_FOUND,1}")),
        s.update(exclude=[Raw("log_every_n_steps > 3")]),
    )[0],
    "odd references: resolver in a template": lambda s: controls(
        s,
        log_every_n_steps=Raw("${oc.env:NOWHERE_TO_BE_FOUND,1}"),
        output_dir=Raw("/x/{log_every_n_steps}"),
    ),
    "wrong type referred to": lambda s: controls(s, log_every_n_steps=Raw("${output_dir}")),
}
