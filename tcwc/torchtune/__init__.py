"""All that is true of torchtune, and of torchtune alone."""
