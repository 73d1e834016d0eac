"""What a training of torchtune's reads before its first step: weights, tokenizer, data."""

from __future__ import annotations

from collections.abc import Iterator

from tcwc.config.interpolation.reading import as_far_as_known
from tcwc.config.merge import lookup
from tcwc.config.walk import component_sections
from tcwc.model.training import Inputs
from tcwc.model.values import Path, Value
from tcwc.torchtune.keys import COMPONENT

_OF_TOKENIZERS = (
    "path",
    "merges_file",
    "special_tokens_path",
    "vocab_path",
    "merges_path",
    "tokenizer_json_path",
    "tokenizer_config_json_path",
)
_LOADERS = ("json", "csv", "text", "parquet", "arrow", "webdataset")
"""What `datasets.load_dataset` reads files of one's own with; another `source` is a repository of
the hub, or a folder."""
_PATTERN = "*?["
_MANY = 1000

Config = dict[str, Value]


def reads(config: Config) -> Inputs:
    """What a config's training reads."""
    weights: list[str] = []
    others: list[tuple[str, str]] = []
    fetched: list[str] = []
    for key, section in config.items():
        if not isinstance(section, (dict, list)):
            continue
        if isinstance(section, dict) and key.endswith("checkpointer"):
            weights += _weights(config, (key,), section)
        elif isinstance(section, dict) and key.endswith("tokenizer"):
            found = [_text(config, (key, each), section) for each in _OF_TOKENIZERS]
            others += [("tokenizer", each) for each in found if each]
        elif key.startswith("dataset"):
            for each in _data(config, key, section):
                if isinstance(each, str):
                    fetched.append(each)
                else:
                    others.append(each)
    return Inputs(
        tuple(dict.fromkeys(weights)),
        tuple(dict.fromkeys(others)),
        tuple(dict.fromkeys(fetched)),
        _model(config),
        config.get("save_adapter_weights_only") is not True,
    )


def _model(config: Config) -> str:
    model = config.get("model")
    name = model.get(COMPONENT) if isinstance(model, dict) else None
    return name if isinstance(name, str) else ""


def _text(config: Config, path: Path, section: Value) -> str | None:
    """A text of a section, references filled in as far as that is known before it runs."""
    if not isinstance(section, dict):
        return None
    found = as_far_as_known(section.get(str(path[-1])), path, config)
    return found if isinstance(found, str) else None


def _weights(config: Config, path: Path, section: Config) -> Iterator[str]:
    folder = _text(config, (*path, "checkpoint_dir"), section)
    if not folder:
        return
    files = as_far_as_known(section.get("checkpoint_files"), (*path, "checkpoint_files"), config)
    for name in file_names(files):
        yield f"{folder.rstrip('/')}/{name}"


def file_names(files: Value) -> list[str]:
    """The names of the files of weights, listed or as `filename_format` and `max_filename`."""
    if isinstance(files, list):
        return [each for each in files if isinstance(each, str)]
    if not isinstance(files, dict):
        return []
    form, last = files.get("filename_format"), str(files.get("max_filename"))
    if not isinstance(form, str) or form.count("{}") != 2 or not last.isdecimal():
        return []
    if len(last) > len(str(_MANY)) + 2 or int(last) > _MANY:
        return []
    first, middle, rest = form.split("{}")
    width = len(last)
    return [f"{first}{n:0{width}d}{middle}{last}{rest}" for n in range(1, int(last) + 1)]


def _data(config: Config, key: str, section: Value) -> Iterator[tuple[str, str] | str]:
    """The files of data below a key, with what they are, or the names of those of a hub."""
    for number, each in enumerate(section if isinstance(section, list) else ()):
        if isinstance(each, dict) and COMPONENT not in each and "source" in each:
            yield from _one(config, (key, number), each, "")  # dev/: the recipe makes it
    for path, name in component_sections(section, COMPONENT, (key,)):
        inner = lookup(config, path)[1]
        if not isinstance(inner, dict) or "datasets" in inner:
            continue  # of several, each is asked for itself
        if len(path) == 1 or isinstance(path[-1], int) or _is_data(name):
            yield from _one(config, path, inner, name)


def _is_data(name: str) -> bool:
    """Whether a component within a section of data is a data set, and no template or transform."""
    return name.rpartition(".")[2].lower().endswith("dataset")


def _one(config: Config, path: Path, section: Config, name: str) -> Iterator[tuple[str, str] | str]:
    source = _text(config, (*path, "source"), section)
    files = as_far_as_known(section.get("data_files"), (*path, "data_files"), config)
    if source is not None and source.startswith(("/", "./", "../", "${oc.env:")):
        yield "data", source
        return
    if source not in _LOADERS:
        yield source or name  # a builder of its own knows where its data are
        return
    if section.get("data_dir") is not None:
        return  # names in a folder: which, only the library knows
    every = files.values() if isinstance(files, dict) else files if isinstance(files, list) else ()
    for each in (files,) if isinstance(files, str) else every:
        for one in each if isinstance(each, list) else [each]:
            if not isinstance(one, str) or set(one.partition("${")[0]) & set(_PATTERN):
                continue
            if "://" in one:
                yield one
            else:
                yield "data", one
