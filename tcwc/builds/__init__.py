"""From runs to bytes: merged configs, their text, their hashes, the record of them, the writing."""
