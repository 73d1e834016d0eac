"""Random histories of an output folder: source, mapping and configs edited between builds.

The model is kept outside: which coordinates each id was seen with, and the hashes of its configs.
Before a build it forgets what no file in the folder tells any more (a line and its config both
gone), and believes a record that a person changed where no config speaks against it. All else must
hold after every build: no id means two runs, no record is lost, nobody else's file is touched, and
nothing is half-written; a refusal has words and changes nothing.

The whole: `python -m tests.evidence tests.folders.histories:proof folders`
"""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import yaml

from tcwc.builds.errors import LockError
from tcwc.builds.mapping import Lock, Record
from tcwc.builds.mapping_reader import read_lock
from tcwc.model.frozen import replace
from tcwc.model.signature import Signature, sha256_text, signature
from tests.evidence import EIGHTHS
from tests.study import Said, Study, contents, coordinates, render_lock

HISTORIES = 25
"""Of each eighth."""
ROUNDS = 8
LEVELS = (4, 8, 16, 32, 64, 128)
RATES = ("1e-4", "3e-4", "1e-3")
MAPPING = "run_mapping.yaml"
Files = dict[str, bytes]


@dataclass
class Seen:
    """What an id was seen with."""

    coordinates: str
    hashes: set[str]


@dataclass
class World:
    """A study, another experiment beside it, and what is known of both from outside."""

    folder: Path
    random: Random
    counts: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.study = Study(self.folder / "study")
        self.other = Study(self.folder / "other")
        self.other.write(f"lora_rank: {list(LEVELS[:4])}\nlearning_rate: [1e-3]").build()
        self.others = contents(self.other.folder)
        self.levels, self.rates, self.epochs = [8, 16], ["1e-4"], 2
        self.seen: dict[str, Seen] = {}
        self.commits: list[Files] = []
        self.foreign: Files = {}
        self.write()
        self.build([])

    def write(self) -> None:
        self.study.write(
            f"lora_rank: {self.levels}\nlearning_rate: [{', '.join(self.rates)}]",
            f"epochs: {self.epochs}",
        )

    # --- the folder, as edits see it ------------------------------------------------------

    @property
    def configs(self) -> Path:
        return self.study.configs

    def names(self) -> list[str]:
        return sorted(path.name for path in self.configs.glob("run_[0-9]*.yaml"))

    def a_config(self) -> Path | None:
        names = self.names()
        return self.configs / self.random.choice(names) if names else None

    def mapping(self) -> str | None:
        try:
            return self.study.mapping.read_bytes().decode()
        except (OSError, UnicodeDecodeError):
            return None

    def lock(self) -> Lock | None:
        text = self.mapping()
        try:
            return None if text is None else read_lock(text)
        except LockError:
            return None

    def checkout(self, files: Files) -> None:
        """The folder as a commit has it; what git does not track goes too."""
        shutil.rmtree(self.configs, ignore_errors=True)
        self.configs.mkdir()
        for name, data in files.items():
            (self.configs / name).write_bytes(data)
        self.foreign = {}

    # --- builds ---------------------------------------------------------------------------

    def round(self) -> None:
        for edit in self.random.choices(EDITS, weights=WEIGHTS, k=self.random.randint(1, 4)):
            edit(self)
            self.counts["edits"] += 1
        self.write()
        self.build(["--force"] if self.random.random() < 0.25 else [])

    def build(self, arguments: list[str]) -> None:
        self.forget()
        before = contents(self.configs) if self.configs.exists() else {}
        said = self.study.cli("build", *arguments)
        assert contents(self.other.folder) == self.others, "another experiment's files"
        if said.code:
            self.refused(said, before)
        else:
            self.built(before, "--force" in arguments)

    def refused(self, said: Said, before: Files) -> None:
        self.counts[f"refused with {said.code}"] += 1
        assert "= help: " in said.err, said
        now = contents(self.configs) if self.configs.exists() else {}
        assert now == before, said
        if self.random.random() < 0.15 and self.study.cli("build", "--renumber").code == 0:
            self.counts["renumbered"] += 1
            self.seen = {}
            self.commits = []
            self.built(contents(self.configs), True)
            return
        self.checkout(self.random.choice(self.commits[-1:]) if self.commits else {})
        self.build(["--force"])

    def built(self, before: Files, forced: bool) -> None:
        self.counts["built"] += 1
        files = contents(self.configs)
        lock = read_lock(files[MAPPING].decode())
        self.whole(files, lock)
        self.nobody_is_touched(before, files)
        self.ids_keep_their_meaning(lock)
        for id, record in lock.runs.items():
            self.seen[id].hashes.add(record.sha256)
        stamps = self.study.stamps()
        assert self.study.cli("build").code == 0
        assert self.study.stamps() == stamps, "an unchanged build writes nothing"
        said = self.study.cli("check")
        assert said.code == (1 if self.foreign_runs() else 0), said
        if not self.foreign_runs():
            self.commits.append(files)

    def foreign_runs(self) -> list[str]:
        return [name for name in self.foreign if (self.configs / name).exists()]

    def whole(self, files: Files, lock: Lock) -> None:
        for id, record in lock.runs.items():
            text = files[f"{id}.yaml"].decode().replace("\r\n", "\n")
            assert sha256_text(text) == record.sha256, id
        extra = set(files) - {f"{id}.yaml" for id in lock.runs} - {MAPPING, ".gitattributes"}
        assert extra == set(self.foreign_runs()), "leftovers"
        rows = {json.dumps({"model.lora_rank": r, "optimizer.lr": float(x)}, sort_keys=True)
                for r in self.levels for x in self.rates}  # fmt: skip
        assert {coordinates(lock, record) for record in lock.runs.values()} == rows

    def nobody_is_touched(self, before: Files, files: Files) -> None:
        for name in self.foreign:
            if name in before:
                assert files[name] == before[name], name

    def ids_keep_their_meaning(self, lock: Lock) -> None:
        records = {**lock.runs, **lock.retired}
        for id, seen in self.seen.items():
            assert id in records, f"{id} is lost"
            now, before = (
                json.loads(text) for text in (coordinates(lock, records[id]), seen.coordinates)
            )
            # a record of which a line was lost is found again by its science hash
            assert now == {**now, **before}, id
            seen.coordinates = coordinates(lock, records[id])
        for id, record in records.items():
            self.seen.setdefault(id, Seen(coordinates(lock, record), {record.sha256}))

    # --- what can still be known ------------------------------------------------------------

    def forget(self) -> None:
        self.foreign = dict(self.unsigned())
        lock = self.lock()
        records = {**lock.runs, **lock.retired} if lock else {}
        told = self.told_by_configs()
        for id in list(self.seen):
            record = records.get(id)
            if record is None and id not in told:
                del self.seen[id]
                self.counts["forgotten"] += 1
            elif record is not None and lock is not None:
                self.believe(id, lock, record, told.get(id))
        for id, record in records.items():
            assert lock is not None
            self.seen.setdefault(id, Seen(coordinates(lock, record), {record.sha256}))

    def believe(self, id: str, lock: Lock, record: Record, config: str | None) -> None:
        """A record that was changed; where a config shows it to be another's, it is not taken."""
        others = {**lock.runs, **lock.retired}.values()
        if coordinates(lock, record) == self.seen[id].coordinates:
            return
        if any(each.sha256 == config and each.id != id for each in others):
            return
        self.seen[id] = Seen(coordinates(lock, record), {record.sha256})
        self.counts["believed"] += 1

    def unsigned(self) -> Iterator[tuple[str, bytes]]:
        """Files with the name of a config that do not say that tcwc made them."""
        for name in self.names():
            data = (self.configs / name).read_bytes()
            text = data.decode(errors="surrogateescape")
            if data and signature(text).signature is Signature.FOREIGN:
                yield name, data

    def told_by_configs(self) -> dict[str, str]:
        """The ids of which a config of tcwc stands, and its hash ("" where it was edited)."""
        found: dict[str, str] = {}
        for name in self.names():
            text = (self.configs / name).read_bytes().decode(errors="surrogateescape")
            signed = signature(text.replace("\r\n", "\n"))
            id = name.removesuffix(".yaml")
            if signed.signature is Signature.INTACT:
                if signed.run_id == id:
                    found[id] = sha256_text(text.replace("\r\n", "\n"))
                else:
                    found.setdefault(signed.run_id, "")
            elif signed.signature is Signature.EDITED and signed.run_id == id:
                found[id] = ""
        return found


# --- edits of the source ----------------------------------------------------------------------


def levels(world: World) -> None:
    world.levels = world.random.sample(LEVELS, world.random.randint(1, 4))


def rates(world: World) -> None:
    world.rates = world.random.sample(RATES, world.random.randint(1, 2))


def epochs(world: World) -> None:
    world.epochs = world.random.randint(1, 5)


# --- edits of the mapping ---------------------------------------------------------------------


def of_lines(change: Callable[[Random, list[str]], None]) -> Callable[[World], None]:
    def edit(world: World) -> None:
        text = world.mapping()
        lines = text.splitlines(keepends=True) if text else []
        if len(lines) > 2:
            change(world.random, lines)
            world.study.mapping.write_bytes("".join(lines).encode())

    edit.__name__ = change.__name__
    return edit


@of_lines
def lose_a_line(random: Random, lines: list[str]) -> None:
    del lines[random.randrange(len(lines))]


@of_lines
def lose_records(random: Random, lines: list[str]) -> None:
    records = [at for at, line in enumerate(lines) if line.startswith("  run_")]
    for at in reversed(records[len(records) - random.randint(0, len(records)) :]):
        del lines[at]


@of_lines
def swap_lines(random: Random, lines: list[str]) -> None:
    one, other = random.sample(range(len(lines)), 2)
    lines[one], lines[other] = lines[other], lines[one]


@of_lines
def double_a_line(random: Random, lines: list[str]) -> None:
    lines.insert(random.randrange(len(lines)), random.choice(lines))


def lose_a_section(world: World) -> None:
    text = world.mapping() or ""
    runs, middle, retired = text.partition("retired:")
    head, _, _ = runs.partition("runs:")
    kept = [head + middle + retired, runs + "records: 1\n", runs + "retired: {}\n"]
    world.study.mapping.write_bytes(world.random.choice(kept).encode())


def swap_ids(world: World) -> None:
    lock = world.lock()
    records = {**lock.runs, **lock.retired} if lock else {}
    if lock is None or len(records) < 2:
        return
    one, other = world.random.sample(list(records), 2)
    new = {one: replace(records[other], id=one), other: replace(records[one], id=other)}
    runs = {id: new.get(id, record) for id, record in lock.runs.items()}
    retired = {id: new.get(id, record) for id, record in lock.retired.items()}
    world.study.mapping.write_text(render_lock(replace(lock, runs=runs, retired=retired)))


def cut_mapping(world: World) -> None:
    data = world.study.mapping.read_bytes() if world.study.mapping.is_file() else b""
    world.study.mapping.write_bytes(data[: world.random.randrange(len(data) + 1)])


def lose_mapping(world: World) -> None:
    world.study.mapping.unlink(missing_ok=True)


def old_mapping(world: World) -> None:
    if world.commits:
        world.study.mapping.write_bytes(world.random.choice(world.commits)[MAPPING])


def released(world: World) -> None:
    text = re.sub(r"(?m)^records: [0-9]+\n", "", world.mapping() or "")
    world.study.mapping.write_bytes(text.replace("format: 1.1", "format: 1.0").encode())


def reformat(world: World) -> None:
    try:
        members = yaml.safe_load(world.mapping() or "")
    except yaml.YAMLError:
        return
    world.study.mapping.write_text(yaml.safe_dump(members), encoding="utf-8")


def mapping_of_another(world: World) -> None:
    shutil.copy(world.other.mapping, world.study.mapping)


def source_of_another(world: World) -> None:
    text = world.mapping() or ""
    world.study.mapping.write_bytes(text.replace("source: ", "source: ../x/").encode())


# --- edits of configs -------------------------------------------------------------------------


def of_config(change: Callable[[Random, bytes], bytes]) -> Callable[[World], None]:
    def edit(world: World) -> None:
        path = world.a_config()
        if path is not None and path.name not in world.foreign:
            path.write_bytes(change(world.random, path.read_bytes()))

    edit.__name__ = change.__name__
    return edit


@of_config
def truncate(random: Random, data: bytes) -> bytes:
    return data[: random.randrange(len(data) + 1)]


@of_config
def empty(random: Random, data: bytes) -> bytes:
    return b""


@of_config
def edit_config(random: Random, data: bytes) -> bytes:
    return data.replace(b"epochs: ", b"epochs: 9")


@of_config
def crlf(random: Random, data: bytes) -> bytes:
    return data.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def delete(world: World) -> None:
    path = world.a_config()
    if path is not None:
        path.unlink()
        world.foreign.pop(path.name, None)


def all_crlf(world: World) -> None:
    for path in [*world.configs.iterdir()]:
        if path.is_file() and path.name not in world.foreign:
            path.write_bytes(path.read_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))


def copy_config(world: World) -> None:
    path = world.a_config()
    target = world.configs / f"run_{world.random.randint(0, 12):03d}.yaml"
    if path is not None and not {path.name, target.name} & world.foreign.keys():
        shutil.copy(path, target) if path != target else None


def old_configs(world: World) -> None:
    if not world.commits:
        return
    for name, data in world.random.choice(world.commits).items():
        if name.startswith("run_") and name != MAPPING and name not in world.foreign:
            (world.configs / name).write_bytes(data)


def config_of_another(world: World) -> None:
    name = world.random.choice([path.name for path in world.other.configs.glob("run_0*")])
    if name not in world.foreign:
        shutil.copy(world.other.configs / name, world.configs / name)


def foreign_file(world: World) -> None:
    name = f"run_{world.random.randint(0, 40):03d}.yaml"
    if not (world.configs / name).exists():
        world.foreign[name] = b"seed: 1\n"
        (world.configs / name).write_bytes(world.foreign[name])


def staging(world: World) -> None:
    folder = world.configs / f".tcwc-configs-99999999-{world.random.randrange(16**8):08x}.tmp"
    folder.mkdir()
    for _ in range(world.random.randint(0, 3)):
        path = world.a_config()
        if path is not None:
            (folder / path.name).write_bytes(path.read_bytes()[:-5])
    text = world.mapping()
    if world.random.random() < 0.7 and (world.commits or text):
        kept = [each[MAPPING] for each in world.commits] + ([text.encode()] if text else [])
        data = world.random.choice(kept)
        cut = len(data) if world.random.random() < 0.7 else world.random.randrange(len(data))
        (folder / MAPPING).write_bytes(data[:cut])


_COMMON = (levels, rates, epochs)
EDITS: tuple[Callable[[World], None], ...] = (
    *_COMMON,
    lose_a_line, lose_records, swap_lines, double_a_line, lose_a_section, swap_ids, cut_mapping,
    lose_mapping, old_mapping, released, reformat, mapping_of_another, source_of_another,
    truncate, empty, edit_config, crlf, delete, all_crlf, copy_config, old_configs,
    config_of_another, foreign_file, staging,
)  # fmt: skip
WEIGHTS = [6 if edit in _COMMON else 1 for edit in EDITS]


# --- the proof ----------------------------------------------------------------------------------


def history(seed: str, counts: Counter[str], rounds: int = ROUNDS) -> None:
    """One history; a failure names its seed."""
    with tempfile.TemporaryDirectory() as folder:
        world = World(Path(folder), Random(seed), counts)
        try:
            for _ in range(rounds):
                world.round()
        except AssertionError as error:
            raise AssertionError(f"history {seed}: {error}") from error
        counts["histories"] += 1


def cuts(first: int, step: int, counts: Counter[str], *, older: bool) -> None:
    """A mapping cut at every `step`-th byte: refused, or nothing was lost."""
    with tempfile.TemporaryDirectory() as folder:
        world = World(Path(folder), Random(0), Counter())
        world.levels = [8, 32]
        world.write()
        world.build([])
        world.levels = [32]
        world.write()
        world.build([])
        if older:
            released(world)
        files = contents(world.configs)
        for at in range(first, len(files[MAPPING]), step):
            world.checkout({**files, MAPPING: files[MAPPING][:at]})
            world.forget()
            before = contents(world.configs)
            said = world.study.cli("build")
            counts["cuts"] += 1
            counts["cuts refused"] += bool(said.code)
            if said.code:
                assert "run_mapping.yaml" in said.err, (at, said)
                assert contents(world.configs) == before
            else:
                world.ids_keep_their_meaning(world.study.lock)
                assert older or at == len(files[MAPPING]) - 1


def proof(eighth: int) -> Counter[str]:
    """What an eighth of all histories and cuts came to."""
    counts: Counter[str] = Counter()
    for number in range(HISTORIES):
        history(f"{eighth}:{number}", counts)
    for older in (False, True):
        cuts(eighth, EIGHTHS, counts, older=older)
    return counts
