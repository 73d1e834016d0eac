"""Makes schemas/knowledge/renames.json: what other releases call their components.

    python -m tools.regenerate_renames VERSION WHEEL...

The wheels are those of the older releases. A component that they have and VERSION lacks has a new
name where VERSION has one public component of the same last name that asks for nothing more; the
rest is by hand, from torchtune's own history.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

from tcwc.disk.packages import open_packages
from tcwc.torchtune.catalogue import lines
from tcwc.torchtune.introspect import components
from tcwc.torchtune.introspect.foreign_modules import Library
from tcwc.torchtune.introspect.sources import sources_of

SCHEMAS = Path(__file__).parents[1] / "schemas" / "torchtune"
Members = dict[str, Any]

NOT_COMPONENTS = {"LambdaLR", "deprecated", "TuneRecipeArgumentParser", "get_logger"}

BY_HAND = {
    "torchtune.data.JSONToMessages": "torchtune.data.OpenAIToMessages",
    "torchtune.data.StackExchangedPairedTemplate": "torchtune.data.QuestionAnswerTemplate",
    "torchtune.datasets.stack_exchanged_paired_dataset":
        "torchtune.datasets.stack_exchange_paired_dataset",
    "torchtune.models.mistral.lora_mistral_classifier_7b":
        "torchtune.models.mistral.lora_mistral_reward_7b",
    "torchtune.models.mistral.mistral_classifier_7b": "torchtune.models.mistral.mistral_reward_7b",
    "torchtune.models.mistral.qlora_mistral_classifier_7b":
        "torchtune.models.mistral.qlora_mistral_reward_7b",
    "torchtune.modules.tokenizers.SentencePieceTokenizer":
        "torchtune.modules.tokenizers.SentencePieceBaseTokenizer",
    "torchtune.modules.tokenizers.TikTokenTokenizer":
        "torchtune.modules.tokenizers.TikTokenBaseTokenizer",
    "torchtune.utils.profiler": "torchtune.training.setup_torch_profiler",
}  # fmt: skip
"""Components whose last name changed."""

IMPORTED = {
    f"torchtune.utils.quantization.{name}": f"torchtune.training.quantization.{name}"
    for name in (
        "Int4WeightOnlyQuantizer",
        "Int8DynActInt4WeightQATQuantizer",
        "Int8DynActInt4WeightQuantizer",
    )
}
"""Those of torchao that a module of torchtune gave on, up to 0.2.1."""


def main(version: str, wheels: list[str]) -> None:
    folder = SCHEMAS / version
    old = json.loads((folder / "renames.json").read_text("utf-8"))
    now = json.loads((folder / "components.json").read_text("utf-8"))
    configs = (folder / "configs.json").read_text("utf-8")
    named = set(re.findall(r'"_component_": "([^"]+)"', configs))
    table = {name: {"now": new, "last": "0.2.1"} for name, new in IMPORTED.items()}
    for wheel in sorted(wheels):
        with open_packages(wheel) as packages:
            sources = sources_of(packages)
            modules = [
                file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
                for file in sources.files
                if file.startswith("torchtune/") and file.endswith(".py")
            ]
            members = components.members(Library(sources.read), modules)
        for name in members:
            if not name.startswith("torchtune.") or name in now or not is_public(name):
                continue
            new = new_name(name, now, named)
            if new and not asks_for_more(described(members, name), described(now, new)):
                table[name] = {"now": new, "last": sources.version}
            elif new:
                help = f"{new} took its place, with other arguments"
                table[name] = {"last": sources.version, "help": help}
    helped = {name: member for name, member in old.items() if name not in table}
    written = lines.dump(dict(sorted((table | helped).items())))
    (folder / "renames.json").write_text(written, encoding="utf-8", newline="\n")


def is_public(name: str) -> bool:
    return not any(part.startswith("_") for part in name.split("."))


def new_name(name: str, now: Members, named: set[str]) -> str | None:
    """The component of that last name: the one that configs name, else the shortest path."""
    last = name.rpartition(".")[2]
    if name in BY_HAND or last in NOT_COMPONENTS:
        return BY_HAND.get(name)
    same = [n for n in now if n.rpartition(".")[2] == last and is_public(n)]
    return min(same, key=lambda n: (n not in named, n.count("."), n), default=None)


def described(members: Members, name: str) -> Members:
    member = members[name]
    found = members.get(member, {}) if isinstance(member, str) else member
    return found if isinstance(found, dict) else {}


def asks_for_more(old: Members, new: Members) -> bool:
    known = {each["name"] for each in old.get("parameters", ())}
    return any(each["required"] and each["name"] not in known for each in new.get("parameters", ()))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
