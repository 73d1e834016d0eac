"""A lab's data sets."""

from typing import Any

from torch.utils.data import Dataset
from torchtune.datasets import SFTDataset
from torchtune.modules.tokenizers import ModelTokenizer


def collate(batch: list[dict[str, Any]], padding_idx: int = 0, ignore_idx: int = -100):
    return batch


def notes_dataset(tokenizer: ModelTokenizer, path: str, *, max_notes: int | None = None):
    return SFTDataset(source="json", message_transform=None, model_transform=tokenizer)


class NotesDataset(Dataset):
    def __init__(self, tokenizer: ModelTokenizer, path: str, **kwargs: Any) -> None:
        self.rest = kwargs
