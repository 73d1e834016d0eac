"""Makes a catalogue: reads the sources of torchtune, and of packages beside it."""
