"""Whether a YAML text has a key: one that stands in a comment or in a text is none of it."""

from __future__ import annotations

import re


def has_key(text: str, key: str) -> bool:
    """Whether a mapping has a key, at any depth of any document.

    From where a text is no YAML, as a template is before it is rendered, its lines tell.
    """
    if key not in text:
        return False
    from strictyaml.ruamel.tokens import KeyToken, ScalarToken

    from tcwc.yaml.stream import EventStream  # costly to import

    at, is_key = 0, False
    try:
        stream = EventStream(text)
        while stream.check_token():
            token = stream.get_token()
            if is_key and isinstance(token, ScalarToken) and token.value == key:
                return True
            is_key, at = isinstance(token, KeyToken), token.end_mark.index
    except Exception:  # noqa: BLE001  whatever the scanner raises, the reader reports
        return re.search(rf"(?<![\w.#-]){re.escape(key)}[\"']?\s*:", text[at:]) is not None
    return False
