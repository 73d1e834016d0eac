"""All that touches the disk: files that are read, outputs that are written whole, locks."""
