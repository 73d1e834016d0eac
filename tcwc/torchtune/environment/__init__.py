"""What is known of the environments that torchtune runs in, and of one that is looked at."""
