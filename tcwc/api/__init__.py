"""The Python API: a compilation, its runs, a session over several, settings."""
