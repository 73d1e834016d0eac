def notes_dataset(tokenizer, path: str, max_notes: int = 100):
    return [tokenizer, path, max_notes]
