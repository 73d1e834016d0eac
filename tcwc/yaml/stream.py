"""The YAML events of a base file, as the readers that torchtune uses see them (YAML 1.1).

The scanner and the parser are the ones that strictyaml carries, with what they lack of PyYAML's
behaviour. OmegaConf reads with PyYAML's own scanner or with libyaml, whichever is installed;
these two differ in little (tabs, `?` and `:` in flow style) and hardly ever in the meaning of what
both accept. What either accepts is accepted here, but for tabs and tags in exotic places.
"""

from __future__ import annotations

import re

from strictyaml.ruamel.parser import Parser
from strictyaml.ruamel.reader import Reader
from strictyaml.ruamel.scanner import Scanner, ScannerError
from strictyaml.ruamel.tokens import AliasToken, AnchorToken, ScalarToken

from tcwc.model.limits import BASE_VALUES, DEPTH
from tcwc.yaml.compose import Limits
from tcwc.yaml.scalars import resolve

_ANCHOR = re.compile(r"[0-9A-Za-z_-]+")
_BREAKS = "\r\n\x85\u2028\u2029"
_BLANKS_AND_END = "\0 \t" + _BREAKS


class EventStream(Reader, Scanner, Parser):  # type: ignore[misc]  # strictyaml has no types
    """The events of a text. One object is reader, scanner and parser, as PyYAML's loader is."""

    processing_version = (1, 1)
    limits = Limits(DEPTH.at_most, BASE_VALUES.at_most, "OmegaConf reads no more")
    allow_simple_key: bool
    # To YAML 1.1, NEL and the line and paragraph separators of Unicode end lines too.
    forward = Reader.forward_1_1

    def __init__(self, text: str) -> None:
        Reader.__init__(self, text, loader=self)
        Scanner.__init__(self, loader=self)
        # ruamel's parser asks its loader's resolver for the version of YAML.
        self._resolver = self
        Parser.__init__(self, loader=self)

    def plain_tag(self, text: str, /) -> str:
        """What OmegaConf takes a plain scalar for."""
        return resolve(text)

    def scan_to_next_token(self) -> None:
        """Skip blanks and comments; tabs too, where they cannot be indentation (libyaml)."""
        if self.index == 0 and self.peek() == "\ufeff":
            self.forward()
        while True:
            tabs = "\t" if self.flow_level or not self.allow_simple_key else ""
            while self.peek() == " " or (tabs and self.peek() == tabs):
                self.forward()
            if self.peek() == "#":
                while self.peek() not in "\0" + _BREAKS:
                    self.forward()
            if not self.scan_line_break():
                return
            if not self.flow_level:
                self.allow_simple_key = True

    def scan_plain(self) -> ScalarToken:
        """A plain scalar; the carried one refuses `{a:}` and hangs comments on the token."""
        start = end = self.get_mark()
        indent = self.indent + 1
        chunks: list[str] = []
        spaces: list[str] = []
        while self.peek() != "#" and (length := self._plain_length()):
            self.allow_simple_key = False
            chunks += spaces
            chunks.append(self.prefix(length))
            self.forward(length)
            end = self.get_mark()
            spaces = self.scan_plain_spaces(indent, start)
            if not spaces or (not self.flow_level and self.column < indent):
                break
        return ScalarToken("".join(chunks), True, start, end)

    def _plain_length(self) -> int:
        ends, behind_colon = _BLANKS_AND_END, _BLANKS_AND_END
        if self.flow_level:
            ends, behind_colon = ends + ",[]{}", ends + ",?[]{}"
        length = 0
        while (char := self.peek(length)) not in ends:
            if char == ":" and self.peek(length + 1) in behind_colon:
                break
            length += 1
        return length

    def scan_plain_spaces(self, indent: int, start_mark: object) -> list[str]:
        """The blanks and line breaks inside a plain scalar, folded; empty where it ends."""
        blanks = self._blanks()
        if self.peek() not in _BREAKS:
            return [blanks] if blanks else []
        first = self.scan_line_break()
        self.allow_simple_key = True
        breaks: list[str] = []
        while not self._at_document_mark():
            if self.peek() == "\t" and self.column < indent:
                problem = "found a tab character that violates indentation"
                raise ScannerError(
                    "while scanning a plain scalar", start_mark, problem, self.get_mark()
                )
            if self.peek() in (" ", "\t"):
                self.forward()
            elif self.peek() in _BREAKS:
                breaks.append(self.scan_line_break())
            else:
                return ([first] if first != "\n" else [] if breaks else [" "]) + breaks
        return []

    def _blanks(self) -> str:
        length = 0
        while self.peek(length) in (" ", "\t"):
            length += 1
        blanks: str = self.prefix(length)
        self.forward(length)
        return blanks

    def _at_document_mark(self) -> bool:
        return bool(self.column == 0 and (self.check_document_start() or self.check_document_end()))

    def scan_anchor(self, token: type[AliasToken | AnchorToken]) -> AliasToken | AnchorToken:
        """An anchor or alias; the carried one takes more characters for its name."""
        start = self.get_mark()
        self.forward()
        name = _ANCHOR.match(self.buffer, self.pointer)
        if name is None or self.peek(len(name.group())) not in _BLANKS_AND_END + "?:,]}%@`":
            self.forward(len(name.group()) if name else 0)
            problem = "a name after & or * is of letters, digits, - and _"
            raise ScannerError(None, None, problem, self.get_mark())
        self.forward(len(name.group()))
        return token(name.group(), start, self.get_mark())

    def scan_block_scalar(self, style: str, rt: bool = False) -> ScalarToken:
        """A block scalar, without the comment behind it, which the parser trips over."""
        token = super().scan_block_scalar(style, rt)
        return ScalarToken(token.value, token.plain, token.start_mark, token.end_mark, token.style)
