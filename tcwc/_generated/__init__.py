"""The parsers that lark's standalone generator makes of grammar/ (tools/regenerate_parsers.py)."""
