"""Programs for those who work on tcwc: what ships and is made from something else is made here."""
