"""JSON Schema of experiments for editors, with the keys of one base and recipe filled in."""
