"""The versions of other packages that catalogues are of."""

from __future__ import annotations

from collections.abc import Mapping

REVISION = 1
"""Raised when what ships for a torchtune version is corrected."""

_RELEASES = {"bitsandbytes": "0.50.2", "datasets": "5.2.0", "torch": "2.13.0", "torchao": "0.15.0"}

PACKAGES: Mapping[str, Mapping[int, Mapping[str, str]]] = {
    "0.5.0": {1: _RELEASES},
    "0.6.1": {1: _RELEASES},
    # Main needs a torchao that has torchao.quantization.NF4Tensor.
    "0.7.0.dev": {1: {**_RELEASES, "torchao": "0.18.0"}},
}
"""The versions of other packages (schemas/foreign) that count for one of torchtune, by the revision
that began it.

What a revision names stays as it is: sources whose runs were built with it go on to use it.
"""
