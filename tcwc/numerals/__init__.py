"""Numbers as texts: levels that are generated, and draws. Computed in decimal, rounded once."""
