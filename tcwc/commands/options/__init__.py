"""What adds the options of commands; `commands/table.py` names it, so that a call loads its own."""
