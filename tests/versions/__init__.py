"""What is known of each version of torchtune, held against the source of each."""
