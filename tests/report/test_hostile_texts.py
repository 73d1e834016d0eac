"""Text from outside, in every place that there is, in every output of every command.

What comes out has no control character but line ends, nothing that turns the direction of writing,
no line that a reader of the log takes for an order, and no order within a line.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import tcwc
from tcwc.cli import COMMANDS
from tcwc.model.printable import no_command, printable, printable_json
from tcwc.report.formats import EXPORT, FINDINGS, PLAN, RESULTS, REVIEW, STATUS
from tests.report.test_encodings import printed
from tests.repository import Repository
from tests.study import inside

# Hundreds of calls: with the slow tests.
pytestmark = pytest.mark.slow

_RAW = (
    "\x1b[31m\x1b]0;t\x07\x9b1m\x85\x7f\x08\t\u202e\u2066\u200f\u061c\U000e0041\u2060"
    "\n::error::x\r\n  ::stop-commands::y\u2028::error::x\u2029 ##[error]x ##vso[task.x]y"
)
TEXTS = {
    "all": (_RAW, json.dumps(_RAW)[1:-1].replace("\\udb40\\udc41", "\\U000e0041")),
    "wrapped": (f"{'w' * 95} ::error::x " * 3, f"{'w' * 95} ::error::x " * 3),
    "begins": ("::error::x", "::error::x"),
}
"""Each as it is, and as it is written between double quotes in YAML."""

BAD = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff"
    "\U000e0000-\U000e007f]|##\\w*\\[|(?m:^\\s*::(?!(?:error|warning|notice) file=[^:]*::))"
)
"""Annotations are ours: each has a file, and escapes colons in it."""

WRITTEN = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]|(?m:^\\s*::)"
)
"""What no file that is written has: its escapes are a part of what hashes mean."""

HEAD = "experiment_name: t\nbase_config: llama3_2/1B_lora_single_device\n"
VARIED = HEAD + "variables: {lora_rank: [8, 16]}\n"

PLACES: dict[str, Callable[[str], str]] = {
    "level": lambda t: HEAD + f'variables: {{tokenizer.path: ["{t}", b]}}\n',
    "constant": lambda t: (
        VARIED + f'controls: {{tokenizer.path: "{t}", +a: ["{t}"], +b: {{c: "{t}"}}}}\n'
    ),
    "constants by condition": lambda t: (
        VARIED + f'controls: {{when: {{lora_rank == 8: {{+a: "{t}"}}}}}}\n'
    ),
    "key": lambda t: VARIED + f'controls: {{"+\\"k{t}\\"": 1}}\n',
    "unknown key": lambda t: VARIED + f'controls: {{"lora_rank{t}": 1, "\\"{t}\\"": 2}}\n',
    "wrong type": lambda t: VARIED + f'controls: {{epochs: "{t}", batch_size: "1{t}"}}\n',
    "arm": lambda t: VARIED + f'arms: {{"a{t}": {{"l{t}": {{epochs: 2}}, m: {{}}}}}}\n',
    "arms' level": lambda t: VARIED + f'arms: {{a: {{"l{t}": {{epochs: 2}}, m: {{}}}}}}\n',
    "formula": lambda t: VARIED + f'derived: {{lora_alpha: "lora_rank + {t}"}}\nexclude: ["{t}"]\n',
    "text in a formula": lambda t: (
        VARIED + f'derived: {{+note: \'lora_rank > 8 and "{t}" or "b"\'}}\n'
    ),
    "template": lambda t: (
        VARIED + f'controls: {{+note: "{t}{{lora_rank}}", +n: "{{{t}}}", +m: "${{{t}}}"}}\n'
    ),
    "environment": lambda t: VARIED + 'controls: {+note: "${oc.env:BAD_ENV}"}\n',
    "name": lambda t: VARIED.replace(": t\n", f': "t{t}"\n', 1),
    "base": lambda t: VARIED.replace("llama3_2/1B", f'"llama3_2/1B{t}').replace(
        "device\n", 'device"\n'
    ),
    "base file": lambda t: f'experiment_name: t\nbase_config_file: "{t}.yaml"\nrecipe: r\n',
    "recipe": lambda t: VARIED + f'recipe: "{t}"\n',
    "output": lambda t: VARIED + f'output: "c{t}"\n',
    "meta": lambda t: VARIED + f'meta: {{"k{t}": "{t}"}}\n',
    "needs": lambda t: (
        VARIED + f'resources: {{time: "{t}", "{t}": 1, when: {{"{t}": {{gpus: 1}}}}}}\n'
    ),
    "condition of needs": lambda t: (
        VARIED + f'resources: {{when: {{\'lora_rank > 8 or "{t}" == "a"\': {{gpus: 1}}}}}}\n'
    ),
    "name of runs": lambda t: VARIED + f'run_name: "{t}{{lora_rank}}"\n',
    "evaluation": lambda t: (
        VARIED
        + f'evaluate: {{"{t}": {{with: lm_eval, tasks: ["{t}"], "{t}": "{t}", epochs: ["{t}"]}}, '
        f'b: {{with: "{t}"}}, c: {{with: command, command: "{t} {{results}}", '
        f'checkpoints: {{"{t}": "{t}"}}}}}}\n'
    ),
    "task": lambda t: VARIED + f'evaluate: {{a: {{with: eleuther_eval, tasks: ["{t}"]}}}}\n',
    "samples": lambda t: VARIED + f'samples: {{when: {{"{t}": "{t}"}}}}\n',
    "section": lambda t: VARIED + f'"{t}": 1\n',
    "component": lambda t: VARIED + f'controls: {{optimizer._component_: "torch.{t}"}}\n',
    "data": lambda t: VARIED + f'controls: {{+dataset.source: "{t}", dataset.split: "{t}"}}\n',
    "comment": lambda t: VARIED + f"# tcwc: ignore[{t}] x\n",
    "twice": lambda t: VARIED + f'meta: {{"k{t}": 1, "k{t}": 2}}\n',
    "fixed": lambda t: VARIED + f'controls:\n  +note: "{t}"\n  Epochs: 2\n  +more: "{t}"\n',
}


def commands(path: str) -> Iterator[tuple[str, ...]]:
    """Every command in every form, for an experiment that has a name."""
    for form in FINDINGS:
        yield "lint", path, "--format", form, "--statistics"
    yield "lint", path, "--diff", "--unsafe-fixes"
    for form in PLAN:
        yield "plan", path, "--format", form, "-v"
    yield "plan", path, "--against", "no\x1b[1m\n::error::x"
    yield "build", path, "-v"
    yield "build", path, "-o", "other"
    yield "check", path, "-v"
    for form in ("text", "json"):
        yield "explain", path, "0", "-v", "--format", form
    yield "explain", path, "0", "no\x1b[1m\n::error::x"
    yield "diff", f"{path}:run_000", "run_001"
    yield "diff", f"{path}:base", "run_000", "-v"
    yield "show", path, "base"
    yield "show", path, "9\x1b[1m\n::error::x"
    yield "validate", path
    yield "doctor", path
    yield "doctor", path, "-v", "--format", "json"
    yield "doctor", "--python", "py\x1b[1m\n::error::x"
    yield "migrate", path, "--to", "0.7.0.dev", "-v"
    yield "migrate", path, "--to", "\x1b[1m\n::error::x"
    yield "adopt", path
    yield "adopt", "no\x1b[1m\n::error::x"
    for form in STATUS:
        yield "status", path, "--format", form, "-v"
    yield "status", path, "--only", "\x1b[1m\n::error::x"
    yield "run", path, "--dry-run"
    yield "run", path, "--only", "\x1b[1m\n::error::x"
    for form in EXPORT:
        yield "export", path, "--format", form
    yield "export", path, "--commands"
    yield "export", path, "--epochs", "\x1b[1m\n::error::x"
    for form in RESULTS:
        yield "results", path, "--format", form
        yield "results", path, "--format", form, "--by", "lora_rank"
    yield "results", path, "--epochs", "\x1b[1m\n::error::x"
    yield "results", path, "--epochs", "best:\x1b[1m\n::error::x"
    yield "export", path, "--epochs", "best:\x1b[1m\n::error::x"
    yield "results", path, "--by", "\x1b[1m\n::error::x"
    yield "results", path, "--plot", "\x1b[1m\n::error::x"
    yield "results", path, "--plot", "loss", "-o", "\x1b[1m\n::error::x"
    yield "verify", "\x1b[1m\n::error::x", path
    yield "prune", path, "--keep", "\x1b[1m\n::error::x"
    yield "prune", path, "--keep", "best:\x1b[1m\n::error::x"
    yield "prune", path, "--only", '"\x1b[1m\n::error::x" == 1'
    yield "slurm", path, "--cluster", "\x1b[1m\n::error::x"
    yield "slurm", path, "--suggest"
    yield "rule", "TCW\x1b[1m\n::error::x"
    yield "bases", "\x1b[1m\n::error::x"
    yield "init", "\x1b[1m\n::error::x"
    yield "init", "llama3_2/1B_lora", "-o", "-", "--vary", "\x1b[1m\n::error::x"
    yield "init", "llama3_2/1B_lora", "-o", "n.experiment.yaml", "--vary", "lr=\x1b[1m ::error::x"
    yield "init", "--from-run", "\x1b[1m\n::error::x", "-o", "-"
    yield "keys", path
    yield "keys", path, "-v"
    yield "keys", path, "--format", "json"
    yield "keys", path, "\x1b[1m\n::error::x"
    yield "keys", "\x1b[1m\n::error::x"
    yield "completion", "bash"
    yield "schema", path
    yield "schema", "--base", "\x1b[1m\n::error::x"
    yield "schema", path, "-o", "\x1b[1m\n::error::x/x"
    yield "catalog", "diff", "0.6.1", "\x1b[1m\n::error::x"
    yield "catalog", "build", "--from", "\x1b[1m\n::error::x"
    yield "catalog", "build", "--from", ".", "--name", "\x1b[1m\n::error::x"


def some(path: str) -> Iterator[tuple[str, ...]]:
    """Those that say findings and problems, each in its own way."""
    yield "lint", path
    yield "lint", path, "--format", "github"
    yield "build", path
    yield "check", path
    yield "explain", path, "0"


def is_clean(said: bytes, what: object) -> None:
    text = said.decode("utf-8", "surrogateescape")
    found = BAD.search(text)
    assert found is None, (what, text[max(found.start() - 80, 0) : found.end() + 40])


def all_clean(*calls: tuple[str, ...]) -> None:
    for arguments in calls:
        done = printed("utf-8", *arguments)
        said = done.out + b"\n" + done.err
        # A patch has the tabs of its lines.
        is_clean(
            said.replace(b"\t", b"") if {"--diff", "migrate"} & {*arguments} else said, arguments
        )
        assert b"Traceback" not in done.err
        assert done.code in (0, 1, 2, 3), arguments


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("BAD_ENV", "".join(text for text, _ in TEXTS.values()).replace("\0", ""))
    # What validates needs a process each time, and says no text of ours.
    monkeypatch.setattr("tcwc.commands.validate.run_program", lambda *_, **__: None)
    with inside(tmp_path):
        yield tmp_path


VALID = """\
experiment_name: t
base_config: llama3_2/1B_lora_single_device
variables:
  tokenizer.path: ["T", b]
arms: {a: {"lK": {epochs: 2}, m: {}}}
derived: {+noted: tokenizer.path}
controls:
  +a: ["T"]
  +b: {"\\"cK\\"": "T"}
  "+\\"kK\\"": 1
  +n: "T{epochs}"
  +env: "${oc.env:BAD_ENV}"
  when: {epochs == 2: {+c: "T"}}
meta: {"kK": "T"}
recipe: "T"
"""
"""All that may stand in an experiment which is built."""


def test_every_command_is_walked() -> None:
    assert {each[0] for each in commands("x")} == set(COMMANDS)


@pytest.mark.parametrize("name", TEXTS)
def test_what_is_built(name: str, folder: Path) -> None:
    key = r"\e[1m\n::error::x\u202e\u2028\x9b ##[x]"  # long ones are refused
    source = VALID.replace("K", key).replace("T", TEXTS[name][1])
    Path("experiment.yaml").write_text(source, encoding="utf-8")
    all_clean(*commands("experiment.yaml"))
    built = [file for file in folder.rglob("*") if file.suffix == ".yaml" and file.parent != folder]
    assert len(built) > 4
    for file in built:  # what was written is no way around it
        written = file.read_text(encoding="utf-8")
        assert not WRITTEN.search(written), (file, written)


@pytest.mark.parametrize("name", TEXTS)
def test_a_review(name: str, folder: Path) -> None:
    """Of runs that have such texts now, and of runs that had them."""
    made = Repository(folder)
    source = VALID.replace("K", "k").replace("T", TEXTS[name][1])
    for before, after in ((VALID, source), (source, VALID)):
        Path("experiment.yaml").write_text(before, encoding="utf-8")
        assert printed("utf-8", "build", "experiment.yaml").code == 0
        made.commit()
        Path("experiment.yaml").write_text(after, encoding="utf-8")
        for form in REVIEW:
            arguments = "plan", "--against", "HEAD", "--format", form
            all_clean(arguments, (*arguments, "-v"))
            assert "run_000" in printed("utf-8", *arguments, "-v").out.decode() or form != "json"


@pytest.mark.parametrize("name", TEXTS)
def test_a_config_by_itself(name: str, folder: Path) -> None:
    raw, quoted = TEXTS[name]
    word = re.sub(r"\s", "", raw)
    config = f'"k{quoted}": "{quoted}"\nmodel: {{_component_: "x{quoted}"}}\n'
    Path("my.yaml").write_text(f"# tcwc: recipe {word}\n{config}", encoding="utf-8")
    Path("bare.yaml").write_text(config, encoding="utf-8")
    for file in ("my.yaml", "bare.yaml"):
        each = [("lint", file, "--format", form) for form in FINDINGS]
        all_clean(*each, ("lint", file, "--recipe", word), ("lint", file, "--torchtune", word))


@pytest.mark.parametrize("place", PLACES)
def test_mistakes(place: str, folder: Path) -> None:
    for _, text in TEXTS.values():
        Path("experiment.yaml").write_text(PLACES[place](text), encoding="utf-8")
        all_clean(*some("experiment.yaml"))


@pytest.mark.parametrize("name", TEXTS)
def test_raw_texts_in_files(name: str, folder: Path) -> None:
    """As they are: YAML refuses some, and says so with the line that has them."""
    text = TEXTS[name][0]
    rule = (
        f"code: LAB001\nname: own\nsummary: |\n  a{json.dumps(text)}\nwhy: w\nrequire: epochs < 1\n"
    )
    Path("rules").mkdir()
    Path("rules/LAB001-own.yaml").write_bytes((rule + f"help: {json.dumps(text)}\n").encode())
    Path("tcwc.toml").write_text(f'rules = ["rules"]\nignore = [{json.dumps("TCW" + text)}]\n')
    Path("experiment.yaml").write_bytes(VARIED.encode())
    all_clean(*some("experiment.yaml"), ("rule", "LAB001"), ("rule",), ("rule", "--test", "rules"))
    Path("tcwc.toml").write_bytes(b"x = " + text.encode())
    all_clean(*some("experiment.yaml"))
    Path("tcwc.toml").unlink()
    for source in (
        f"# {text}\n{VARIED}",
        f"{VARIED}{text}\n",
        f"{VARIED}controls: {{+a: {text}}}\n",
    ):
        Path("experiment.yaml").write_bytes(source.encode())
        all_clean(*some("experiment.yaml"))
    Path("experiment.yaml").write_text(
        "experiment_name: t\nbase_config_file: base.yaml\nrecipe: r\n"
    )
    Path("base.yaml").write_bytes(f"# {text}\na: {text}\n".encode())
    all_clean(
        *some("experiment.yaml"),
        ("diff", "base.yaml", "experiment.yaml:base"),
        ("lint", "base.yaml"),
    )


@pytest.mark.parametrize("name", TEXTS)
def test_texts_of_what_was_built(name: str, folder: Path) -> None:
    text, quoted = TEXTS[name]
    Path("experiment.yaml").write_text(VARIED)
    assert printed("utf-8", "build", "experiment.yaml").code == 0
    config = Path("configs/run_000.yaml")
    built = config.read_text()
    config.write_bytes((built + f"# {text}\n").encode() + b"\xff\x1b\n")
    all_clean(*some("experiment.yaml"))
    config.write_bytes(text.encode() + b"\xff")
    all_clean(*some("experiment.yaml"))
    config.write_text(built)
    mapping = Path("configs/run_mapping.yaml")
    lock = mapping.read_text()
    for new in (
        lock.replace("experiment: t\n", f'experiment: "{quoted}"\n'),
        lock.replace("source: experiment.yaml\n", f'source: "{quoted}"\n'),
        lock.replace('"lora_rank": 8', f'"{json.dumps(text)[1:-1]}": 8'),
        lock.replace('"lora_rank": 8', f'"lora_rank": {json.dumps(text)}'),
        lock.replace('"version": "0.6.1"', f'"version": {json.dumps(text)}'),
        text + lock,
    ):
        assert new != lock
        mapping.write_bytes(new.encode())
        all_clean(
            *some("experiment.yaml"), ("check",), ("diff", "configs", "other"), ("lint", "configs")
        )


@pytest.mark.parametrize("name", [*TEXTS, "bytes"])
def test_names_of_files(name: str, folder: Path) -> None:
    text = TEXTS[name][0].replace("/", "") if name in TEXTS else os.fsdecode(b"\xff\x9b\xe9")
    where = Path(f"d{text}"[:200])
    where.mkdir()
    (where / "experiment.yaml").write_text(VARIED + "controls: {Epochs: 2}\n")
    (where / f"{text[:100]}.experiment.yaml").write_text(VARIED)
    (where / f"{text[:100]}.yaml").write_text("a: 1\n")
    more = [
        ("lint",),
        ("lint", "--format", "sarif"),
        ("check",),
        (str(where),),
        ("lint", str(where / "no")),
    ]
    for path in (where / "experiment.yaml", where / f"{text[:100]}.experiment.yaml"):
        all_clean(
            *commands(str(path)),
            *more,
            (str(path),),
            ("lnt", str(path)),
            ("build", str(path), "--dry-run"),
        )
    os.unlink(where / "experiment.yaml")
    all_clean(*some(str(where)), *more)


def test_tables_of_notebooks(folder: Path) -> None:
    Path("experiment.yaml").write_text(VALID.replace("T", TEXTS["all"][1]).replace("K", "k"))
    made = tcwc.compile("experiment.yaml")
    said = [made._repr_html_(), made.runs[0]._repr_html_(), *map(repr, made.diagnostics)]
    for html in (*said, repr(made), repr(made.runs), repr(made.runs[0]), repr(made.experiment)):
        is_clean(html.encode("utf-8", "surrogateescape"), html)


def test_words_of_json_stay_the_same() -> None:
    text = TEXTS["all"][0] + "\x7f##[x]\U0001f642é"
    for ascii_only in (True, False):
        document = printable_json(json.dumps({"a": text}, indent=2, ensure_ascii=ascii_only))
        assert json.loads(document) == {"a": text}
        is_clean(document.encode("utf-8", "surrogatepass"), document)


def test_what_is_printable_stays() -> None:
    text = "größe 中文 🙂 👩‍🚀 a::b # [x] ## x | \\ ` $x"
    assert printable(text, is_data=True) == no_command(text) == text
    assert printable("a\u3000b", is_data=True) == "a\u3000b"
    assert printable("a\u3000b") == "a\\u3000b"
    assert no_command(" \t::error::x") == " \t\\x3a:error::x"
    assert printable("##vso[a]##[b]") == "#\\x23vso[a]#\\x23[b]"
    assert printable("\udcff") == "\\xff"
