"""YAML with positions: one composer, and two dialects of it, for experiments and for configs."""
