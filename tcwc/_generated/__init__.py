"""The parsers that lark's standalone generator makes of grammar/ (tests/regenerate_parsers.py)."""
