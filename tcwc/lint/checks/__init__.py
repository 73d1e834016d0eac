"""The checks, a module for each concern; `tcwc.lint.engine` says in which order they run."""
