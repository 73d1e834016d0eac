"""Scripts of bash, read and never run: loops over lists, variables, and the commands in them."""
