"""What is known of torchtune's trainings before they begin."""

from __future__ import annotations

from tcwc.model.known import Knowledge, Recipe
from tcwc.model.training import Outlook
from tcwc.model.values import Value


def outlook(
    config: dict[str, Value], _name: str, _recipe: Recipe | None, _known: Knowledge
) -> Outlook:
    """What is known of a training by its config and recipe."""
    epochs = config.get("epochs")
    folder = config.get("output_dir")
    return Outlook(
        folder if isinstance(folder, str) else "",
        epochs if isinstance(epochs, int) and not isinstance(epochs, bool) else None,
        "no",
        "",
    )
