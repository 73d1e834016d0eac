"""An editor, as far as a YAML language server can tell: a client that speaks to one over its
stdin and stdout."""

from __future__ import annotations

import itertools
import json
import subprocess
from pathlib import Path
from typing import Any

SETTINGS = {"validate": True, "hover": True, "completion": True, "schemaStore": {"enable": False}}


class Editor:
    """Files of a folder, open in an editor whose language server is `program`."""

    def __init__(self, program: Path, folder: Path) -> None:
        self.folder = folder
        self._process = subprocess.Popen(
            ["node", str(program), "--stdio"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self._numbers = itertools.count(1)
        self._found: dict[str, list[dict[str, Any]]] = {}
        capabilities = {"workspace": {"configuration": True}, "textDocument": {"hover": {}}}
        about = {"processId": None, "rootUri": folder.as_uri(), "capabilities": capabilities}
        self._ask("initialize", about)
        self._tell("initialized", {})
        self._tell("workspace/didChangeConfiguration", {"settings": {"yaml": SETTINGS}})

    def close(self) -> None:
        """End the server."""
        self._process.kill()
        self._process.communicate()

    def complete(self, text: str) -> dict[str, str]:
        """What is offered at the `|` of a text, with what would be written."""
        found = self._at("completion", text)
        items = found["items"] if isinstance(found, dict) else found
        return {each["label"]: each.get("insertText", "") for each in items}

    def hover(self, text: str) -> str:
        """What is said of the place of the `|` in a text, without what Markdown escapes."""
        found = self._at("hover", text)
        return str(found["contents"]["value"]).replace("\\", "") if found else ""

    def found(self, text: str) -> list[str]:
        """What is marked in a text, with the line."""
        uri = self._open(text)
        return [f"{d['range']['start']['line'] + 1}: {d['message']}" for d in self._found[uri]]

    def _at(self, what: str, text: str) -> Any:
        before, _, after = text.partition("|")
        line = before.count("\n")
        place = {"line": line, "character": len(before) - before.rfind("\n") - 1}
        document = {"uri": self._open(before + after)}
        return self._ask(f"textDocument/{what}", {"textDocument": document, "position": place})

    def _open(self, text: str) -> str:
        """Open a text as a file of its own, and wait for what is found in it."""
        uri = (self.folder / f"e{next(self._numbers)}.experiment.yaml").as_uri()
        document = {"uri": uri, "languageId": "yaml", "version": 1, "text": text}
        self._tell("textDocument/didOpen", {"textDocument": document})
        while uri not in self._found:
            self._read()
        return uri

    def _tell(self, method: str, params: Any) -> None:
        self._write({"method": method, "params": params})

    def _ask(self, method: str, params: Any) -> Any:
        number = next(self._numbers)
        self._write({"id": number, "method": method, "params": params})
        while True:
            said = self._read()
            if said.get("id") == number and "method" not in said:
                return said["result"]

    def _write(self, message: dict[str, Any]) -> None:
        data = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self._process.stdin is not None
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(data) + data)
        self._process.stdin.flush()

    def _read(self) -> dict[str, Any]:
        """The next message, after an answer to what the server asks."""
        assert self._process.stdout is not None
        length = 0
        while line := self._process.stdout.readline().strip():
            name, _, value = line.partition(b":")
            length = int(value) if name.lower() == b"content-length" else length
        assert length, "the language server has ended"
        said: dict[str, Any] = json.loads(self._process.stdout.read(length))
        if "method" in said and "id" in said:
            asked = said["params"].get("items", []) if isinstance(said["params"], dict) else []
            answer = [SETTINGS if each.get("section") == "yaml" else {} for each in asked]
            self._write({"id": said["id"], "result": answer})
        elif said.get("method") == "textDocument/publishDiagnostics":
            self._found[said["params"]["uri"]] = said["params"]["diagnostics"]
        return said
