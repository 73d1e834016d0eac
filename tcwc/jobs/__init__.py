"""Runs as jobs: what they need, the scripts that run them, what their stamps say. All pure."""
