"""The commands, one module each with `run(arguments) -> exit code`; `tcwc.cli` names them."""
