"""Writes what in `docs/` is made from the program: the page of rules, and outputs in texts.

python -m tools.regenerate_docs
"""

from __future__ import annotations

import ast
import io
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import redirect_stdout
from pathlib import Path

from tcwc.api.rule_files import shipped_names, shipped_rule
from tcwc.cli import main
from tcwc.lint.rules.rule_files import RuleCase, RuleFile
from tcwc.model.diagnostics import Rule
from tests.study import inside

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PACKAGE = ROOT / "tcwc"
FAMILIES = {
    "0": "The file",
    "1": "The language",
    "2": "Keys and values against recipe, base and components",
    "3": "Across keys: what recipes refuse or quietly do",
    "4": "Across runs: the design",
    "5": "Cluster profiles",
}
HEAD = """\
# Rules

<!-- Made from lint_rules/ by `python -m tools.regenerate_docs`; edit those files. -->

What `tcwc lint` reports. An error will not run, or will not do what it says. A warning runs, and
you probably do not mean it. An info is worth knowing. A preview rule is new, and off unless
`--preview` or the setting `preview = true` turns it on. Each rule is shown with one experiment that
it reports; `tcwc rule CODE` prints all its cases. To leave a finding out, or to weigh it otherwise:
`# tcwc: ignore[CODE] why` on its line, or `[tool.tcwc]` in pyproject.toml.
"""
_MAP = "`python -m tools.regenerate_docs`. -->\n"
_BLOCK = re.compile(r"```(yaml|text)\n(.*?)```\n", re.DOTALL)


def rules_page() -> str:
    """The text of docs/rules.md."""
    files = [shipped_rule(name) for name in shipped_names()]
    parts = [HEAD]
    for digit, family in FAMILIES.items():
        members = [file for file in files if file.rule.code[3] == digit]
        if members:
            parts.append(f"## {family}\n")
            parts.append("| code | | | |\n|---|---|---|---|\n" + "".join(map(_row, members)))
            parts += map(_rule, members)
    return "\n".join(parts)


def _row(file: RuleFile) -> str:
    rule = file.rule
    link = f"[{rule.code}](#{rule.code.lower()}-{rule.name})"
    return f"| {link} | {rule.name} | {_weight(rule)} | {_cell(file.summary)} |\n"


def _weight(rule: Rule) -> str:
    return rule.severity.value + (", preview" if rule.preview else "")


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _rule(file: RuleFile) -> str:
    rule = file.rule
    fix = {"none": "", "safe": " `--fix` repairs it.", "unsafe": " `--unsafe-fixes` repairs it."}
    head = f"### {rule.code} {rule.name}\n\n{file.summary} ({_weight(rule)})\n\n{file.why}"
    bad = next((case for case in file.cases if not case.good), None)
    return head + fix[file.fix] + "\n" + (f"\n{_example(bad)}" if bad else "")


def _example(case: RuleCase) -> str:
    """A case's experiment and what is reported; of other files, those that are short."""
    shown = [
        f"```yaml\n# {name}\n{_visible(text.rstrip())}\n```\n"
        for name, text in case.texts.items()
        if name == "experiment.yaml" or text.count("\n") <= 16
    ]
    said = "".join(
        f"{each.get('file', 'experiment.yaml')}:{each['line']}:{each['column']}: "
        f"{each['code']}: {each['message']} ...\n"
        for each in case.expect
    )
    return "\n".join([*shown, f"```text\n{said}```\n"])


def _visible(text: str) -> str:
    """A text without what an editor does not show, which some cases are about."""
    return "".join(c if c.isprintable() or c == "\n" else "\N{REPLACEMENT CHARACTER}" for c in text)


def with_outputs(text: str) -> str:
    """A page with what `tcwc lint` says below each `$ tcwc lint`, of the files above it."""
    files: dict[str, str] = {}

    def block(found: re.Match[str]) -> str:
        kind, body = found.groups()
        if kind == "yaml":
            name = body.partition("\n")[0].removeprefix("# ")
            files[name] = body.partition("\n")[2]
            return found[0]
        if not body.startswith("$ tcwc lint\n"):
            return found[0]
        output = _lint(files)
        files.clear()
        return f"```text\n$ tcwc lint\n{output}```\n"

    return _BLOCK.sub(block, text)


def _lint(files: dict[str, str]) -> str:
    out = io.StringIO()
    with tempfile.TemporaryDirectory() as folder, inside(Path(folder)), redirect_stdout(out):
        for name, text in files.items():
            Path(name).write_text(text, encoding="utf-8")
        main(["lint", "--color", "never"])
    return out.getvalue()


def with_map(text: str) -> str:
    """The page on architecture with the map of modules as it is now."""
    head, marker, _ = text.partition(_MAP)
    return f"{head}{marker}\n" + "\n".join(_modules())


def _modules() -> Iterator[str]:
    """A line for each module, by package: what its docstring begins with."""
    for path in sorted(PACKAGE.rglob("*.py"), key=lambda path: (path.parent, path.name)):
        name = path.relative_to(PACKAGE).as_posix()
        says = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
        said = " ".join(says.partition("\n\n")[0].split())
        if name.endswith("__init__.py"):
            yield f"\n**{name.removesuffix('__init__.py') or 'tcwc/'}** {said}\n"
        elif "_generated" not in name:
            yield f"- `{name}`: {said}"
    yield ""


def pages() -> dict[str, str]:
    """Every page that is made, or holds outputs, by its name, as it is to be."""
    mistakes = (DOCS / "five-mistakes.md").read_text(encoding="utf-8")
    architecture = (DOCS / "architecture.md").read_text(encoding="utf-8")
    return {
        "rules.md": rules_page(),
        "five-mistakes.md": with_outputs(mistakes),
        "architecture.md": with_map(architecture),
    }


if __name__ == "__main__":
    for name, text in pages().items():
        (DOCS / name).write_text(text, encoding="utf-8")
        print(os.path.join("docs", name))
