"""Rules of an experiment's own, written as files."""
