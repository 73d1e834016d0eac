"""`tune validate` and `tcwc lint` over the same broken configs."""
