"""Other versions of torchtune: what they ship, and what their own validation says."""
