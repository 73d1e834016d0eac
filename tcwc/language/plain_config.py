"""A config of the target where an experiment is asked for: the lines that make one of it."""

from __future__ import annotations

import os.path
import re

from tcwc.yaml.nodes import MappingNode, Node, ScalarNode

_VARIED = (("optimizer", "lr"), ("model", "lora_rank"), ("batch_size",), ("epochs",))
"""Keys that people vary, the most likely first."""


def way_out(root: MappingNode) -> str:
    """What to write, for a config with this root."""
    file = os.path.basename(root.span.file)
    name = re.sub(r"[^A-Za-z0-9._-]", "_", os.path.splitext(file)[0]).lstrip("._-") or "my_study"
    return (
        f"write an experiment.yaml that starts from it: `experiment_name: {name}`, "
        f"`base_config_file: {file}`, `recipe:` with the one that runs it, and `variables:` with "
        f"what is to vary, such as `{_levels(root)}`"
    )


def _levels(root: MappingNode) -> str:
    """A key of the config, with its own value and room for others."""
    for path in _VARIED:
        node: Node | None = root
        for key in path:
            entries = node.entries if isinstance(node, MappingNode) else ()
            node = next((entry.value for entry in entries if entry.key.text == key), None)
        if isinstance(node, ScalarNode) and node.text:
            return f"{'.'.join(path)}: [{node.text}, ...]"
    return "seed: [1, 2]"
