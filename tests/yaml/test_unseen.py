"""Characters that nobody sees stand in a config as escapes, which every reader reads back."""

from __future__ import annotations

import json

import pytest
import yaml

from tcwc.model.printable import printable
from tcwc.yaml.emit import is_plain, render_member

UNSEEN = "\U000e0041\U000e007f\U000e0100\u034f\u115f\u17b4\u180e\u3164\uffa0\u061c\U0001d173\u2060"


@pytest.mark.parametrize("char", UNSEEN)
def test_what_is_not_seen_is_escaped(char: str) -> None:
    for text in (f"a{char}b", char, f'"{char}', f"z\xfcrich {char}"):
        line = render_member("x", text)
        assert char not in line
        assert yaml.safe_load(line) == {"x": text}
        assert not is_plain(text)
        assert char not in printable(text)
        assert printable(text, is_data=True).isprintable()


@pytest.mark.parametrize(
    "text", ["z\xfcrich", "\u2764\ufe0f", "\u0645\u06cc\u200c\u062e", "\u4e2d\u6587"]
)
def test_how_people_write_stands_as_it_is(text: str) -> None:
    assert text in render_member("x", text)
    assert json.loads(json.dumps(text)) == text
