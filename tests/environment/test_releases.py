"""Versions and ranges are as pip has them."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.specifiers import SpecifierSet
from packaging.version import Version

from tcwc.torchtune.environment.releases import Release, is_in, is_of, is_out, parse_release

_NUMBERS = st.lists(st.integers(0, 3), min_size=1, max_size=3).map(lambda n: ".".join(map(str, n)))
_TAIL = st.sampled_from(
    ["", "", "", "rc1", "a2", "b1", ".post1", ".dev5", "rc1.dev3", ".post1.dev2"]
)
VERSIONS = st.builds(str.__add__, _NUMBERS, _TAIL)
LOCAL = st.builds(str.__add__, VERSIONS, st.sampled_from(["", "", "+cpu", "+cu130"]))
CLAUSES = st.builds(
    str.__add__, st.sampled_from(["<", "<=", ">", ">=", "==", "!="]), VERSIONS
) | st.builds("{}{}.*".format, st.sampled_from(["==", "!="]), _NUMBERS)


def release(text: str) -> Release:
    parsed = parse_release(text)
    assert parsed is not None, text
    return parsed


@given(VERSIONS, VERSIONS)
def test_the_order_is_that_of_pip(one: str, other: str) -> None:
    assert (release(one).order < release(other).order) is (Version(one) < Version(other))


@given(LOCAL, st.lists(CLAUSES, min_size=1, max_size=2).map(",".join))
def test_ranges_are_those_of_pip(version: str, spec: str) -> None:
    expected = SpecifierSet(spec).contains(Version(version), prereleases=True)
    assert is_in(release(version), spec) is expected
    assert is_out(release(version), spec) is not expected


TAILS = ("", "rc1", "a2", "b1", ".post1", ".dev5", "rc1.dev3", ".post1.dev2", ".post2")


@pytest.mark.parametrize("operator", ["<", "<=", ">", ">=", "==", "!="])
def test_what_is_near_a_release_is_as_pip_has_it(operator: str) -> None:
    every = [f"{number}{tail}" for number in ("0", "0.1", "1.0") for tail in TAILS]
    for version, wanted in product(every, every):
        expected = SpecifierSet(operator + wanted).contains(Version(version), prereleases=True)
        assert is_in(release(version), operator + wanted) is expected, (version, wanted)


@pytest.mark.parametrize(
    "text", ["", "x", "1..2", "1.0 2.0", "1.0+", "1" * 10_000, "١.٢", "1.0\n2"]
)
def test_what_is_no_version(text: str) -> None:
    assert parse_release(text) is None


@pytest.mark.parametrize("spec", ["", "1.0", "=>1", ">=x", "~=1.0", ">=1.0;python_version"])
def test_of_what_is_no_range_nothing_is_said(spec: str) -> None:
    assert not is_in(release("1.0"), spec)
    assert not is_out(release("1.0"), spec)


@pytest.mark.parametrize(
    ("version", "text", "expected"),
    [
        ("3.11.7", "3.11", True),
        ("3.1.1", "3.11", False),
        ("0.15.0+cpu", "0.15.0", True),
        ("0.15.0.dev20250101", "0.15.0", False),
        ("0.15", "0.15.0", True),
    ],
)
def test_a_version_of_those_that_were_tried(version: str, text: str, expected: bool) -> None:
    assert is_of(release(version), text) is expected


@pytest.mark.parametrize(
    ("version", "expected"),
    [("0.16.0+git1a2b3c4d", True), ("2.9.0a0+git", True), ("2.0+cpu", False)],
)
def test_a_build_of_ones_own(version: str, expected: bool) -> None:
    assert release(version).is_own_build is expected
