"""Cluster profiles: how a site is spoken to, its file read and told what is wrong with it."""
