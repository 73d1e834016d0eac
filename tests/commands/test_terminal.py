"""What is shown on a terminal, and what is not elsewhere."""

from __future__ import annotations

import io

import pytest

from tcwc.commands.terminal import Progress, paint_for, say, tick


class Terminal(io.StringIO):
    """A stream that says it is a terminal of an encoding."""

    def __init__(self, encoding: str = "utf-8", *, tty: bool = True) -> None:
        super().__init__()
        self._name = encoding
        self._tty = tty

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return self._name

    def isatty(self) -> bool:
        return self._tty


def test_progress_is_shown_after_a_second_and_wiped(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    stream = Terminal()
    with Progress(stream, quiet=False) as progress:
        progress(1, 4)
        assert stream.getvalue() == ""
        now[0] = 1.5
        progress(2, 4)
        assert stream.getvalue() == "\r2 of 4 runs (50 %)"
        progress(3, 4)
        assert stream.getvalue().endswith("(50 %)")
    assert stream.getvalue().endswith("\r\x1b[K")


@pytest.mark.parametrize(("tty", "quiet"), [(False, False), (True, True)])
def test_progress_is_for_a_terminal_that_wants_it(
    tty: bool, quiet: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = iter(range(100))
    monkeypatch.setattr("time.monotonic", lambda: float(next(now)))
    stream = Terminal(tty=tty)
    with Progress(stream, quiet=quiet) as progress:
        for done in range(1, 20):
            progress(done, 20)
    assert stream.getvalue() == ""


@pytest.mark.parametrize(
    ("choice", "tty", "no_color", "coloured"),
    [
        ("auto", True, "", True),
        ("auto", False, "", False),
        ("auto", True, "1", False),
        ("always", False, "1", True),
        ("never", True, "", False),
    ],
)
def test_colour(
    choice: str, tty: bool, no_color: str, coloured: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", no_color)
    monkeypatch.setenv("TERM", "xterm")
    stream = Terminal(tty=tty)
    say(paint_for(choice, stream)("error", "x\x1b[0m"), stream)
    assert stream.getvalue() == ("\x1b[1;31mx\\x1b[0m\x1b[0m\n" if coloured else "x\\x1b[0m\n")


def test_what_the_encoding_lacks_is_escaped() -> None:
    stream = Terminal("ascii")
    assert tick(stream) == "ok"
    say("größe ✓", stream)
    assert stream.getvalue() == "gr\\xf6\\xdfe \\u2713\n"
    assert tick(Terminal()) == "✓"
