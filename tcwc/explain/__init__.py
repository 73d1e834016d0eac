"""Says of each value of a run where it comes from, and what reads it: pure, from IR to notes."""
