"""What every other package speaks of: sources, spans, findings, and the experiment as a tree."""
