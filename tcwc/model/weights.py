"""The kinds of weights: what training began from, what it added, and both in one."""

from __future__ import annotations

BASE, ADAPTER, MERGED = KINDS = ("base", "adapter", "merged")
