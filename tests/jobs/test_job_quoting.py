"""Any text reaches bash as what it is: one word, on one line."""

from __future__ import annotations

import shutil
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tcwc.jobs.places import NoPlace, place_of, variables_of
from tcwc.jobs.scripts.quoting import NotAWord, folder_word, quoted
from tests.jobs.bench import BASH

HOSTILE = [
    "",
    'it\'s a "dir" $HOME',
    "a\nb\n",
    "-n",
    "--",
    "~",
    "~root",
    "#no",
    "$(touch x)",
    "`id`",
    "a\\",
    "\\'",
    "!!",
    "{a,b}",
    "*",
    "\r",
    "\t x ",
    "\x01\x02\x7f\x1b[0m",
    "é漢\u2028\x85",
    "TCWC_ROWS",
    "a=b",
    "\udcff\udc80",
]
TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20)


def in_bash(words: list[str], env: dict[str, str] | None = None) -> list[str]:
    """What bash makes of words that it evaluates, each on its line."""
    script = 'while IFS= read -r line; do eval "set -- $line"; printf "%s\\0" "$#" "$@"; done'
    done = subprocess.run(
        [shutil.which(BASH) or BASH, "-uc", script],
        input="\n".join([*words, ""]).encode("utf-8", "surrogateescape"),
        capture_output=True,
        env={"PATH": "/nowhere", "HOME": "/home", **(env or {})},
    )
    assert done.stderr == b""
    found = done.stdout.decode("utf-8", "surrogateescape").split("\0")[:-1]
    assert found[::2] == ["1"] * len(words)
    return found[1::2]


def test_hostile_texts_are_data() -> None:
    assert in_bash([quoted(each) for each in HOSTILE]) == HOSTILE


@settings(max_examples=15)
@given(st.lists(TEXTS, max_size=60))
def test_any_text_is_one_word_on_one_line(texts: list[str]) -> None:
    words = [quoted(each) for each in texts]
    assert all(len(each.splitlines()) == 1 for each in words)
    assert in_bash(words) == texts


@pytest.mark.parametrize("text", ["run_001", "/scratch/ann/x-1.5", "a,b", "50%", "a@b:c+d"])
def test_plain_texts_are_left_as_they_are(text: str) -> None:
    assert quoted(text) == text


def test_a_nul_is_refused() -> None:
    with pytest.raises(NotAWord, match="NUL"):
        quoted("a\0b")


@settings(max_examples=15)
@given(st.lists(TEXTS.filter(lambda text: "$" not in text and "\\" not in text), max_size=40))
def test_a_folder_without_references_is_quoted(folders: list[str]) -> None:
    assert in_bash([folder_word(each) for each in folders]) == folders


@pytest.mark.parametrize(
    ("folder", "is_"),
    [
        ("${oc.env:X}/out", "/a b'c/out"),
        ("${oc.env:X}${oc.env:Y,/tmp}/it's", "/a b'c/tmp/it's"),
        ("${ oc.env: X }", "/a b'c"),
        ("/${oc.env:Y,'a b'}/z", "/a b/z"),
        ("/${oc.env:Y, plain }/z", "/plain/z"),
        ("/a/\\${literal}/${oc.env:X}", "/a/${literal}//a b'c"),
    ],
)
def test_variables_of_the_environment_stand_in_a_folder(folder: str, is_: str) -> None:
    """To the job, and to who looks for its folder."""
    assert in_bash([folder_word(folder)], {"X": "/a b'c"}) == [is_]
    assert place_of(folder, {"X": "/a b'c"}) == is_


def test_an_unset_variable_is_no_folder() -> None:
    done = subprocess.run(
        ["bash", "-c", f"echo {folder_word('${oc.env:NO}/x')}"], capture_output=True
    )
    assert done.returncode != 0
    assert done.stdout == b""
    assert isinstance(place_of("${oc.env:NO}/x", {"NO": ""}), NoPlace)


@pytest.mark.parametrize(
    "folder",
    [
        "${base}/x",
        "${oc.select:a}/x",
        "${oc.env:${oc.env:X}}",
        "${oc.env:X,$(id)}",
        "${oc.env:X,null}",
        "${oc.env:X,a,b}",
        "${oc.env:X,${y}}",
        "${oc.env:a b}",
        "${unclosed",
    ],
)
def test_other_references_are_refused(folder: str) -> None:
    with pytest.raises(NotAWord):
        folder_word(folder)
    assert isinstance(place_of(folder, {"X": "/x"}), NoPlace)
    assert variables_of([folder]) == []


def test_variables_without_a_default_have_to_be_set() -> None:
    folders = ["${oc.env:X}/${oc.env:Y,/tmp}", "/a/${ oc.env: Z }", "${oc.env:X}"]
    assert variables_of(folders) == ["X", "Z"]
