"""`environment:` of a profile: the variables that every job of a site has, as data."""

from __future__ import annotations

from string import ascii_letters, digits

from tcwc.jobs.profiles.profile import Profile
from tcwc.jobs.profiles.unexpanded import unexpanded
from tcwc.model.diagnostics import Diagnostic, finding
from tcwc.model.patterns import pattern
from tcwc.model.rules import BAD_PROFILE_VALUE, SECRET
from tcwc.model.secrets import is_plain, names_one, secrets_in
from tcwc.yaml.nodes import MappingNode, ScalarNode

_NAME = pattern(r"[A-Za-z_][A-Za-z0-9_]*")
_OF_SLURM = pattern(r"SLURM_\w*|SBATCH_\w*|CUDA_VISIBLE_DEVICES|ROCR_VISIBLE_DEVICES")
_OF_TCWC = pattern(r"TCWC_(?!TUNE$)\w*|WANDB_(?:NAME|RUN_GROUP|TAGS)")
_EXPORT = pattern(r"(?:^|[\s;&])(?:export|declare -x|typeset -x)\s+([^;&|#]*)")
_ASSIGNED = pattern(r"(?:^|\s)([A-Za-z_]\w*)(?==|\s|$)")
_QUOTABLE = frozenset("/$~{}:._-" + ascii_letters + digits)
"""Letters of values that bash takes for one word."""
_OPTIONS = ("BASH_ENV", "ENV", "SHELLOPTS", "BASHOPTS", "IFS", "PS4")
"""Variables that make bash itself behave otherwise."""


def set_by(profile: Profile) -> frozenset[str]:
    """The variables that a profile sets for every job: its own, and those that its lines export."""
    exported = [
        name
        for line in profile.setup
        for words in _EXPORT.findall(line)
        for name in _ASSIGNED.findall(words)
    ]
    return frozenset((*profile.environment, *exported))


def read_environment(section: MappingNode) -> tuple[dict[str, str], list[Diagnostic]]:
    """The variables by name, and what is wrong with them."""
    read: dict[str, str] = {}
    found: list[Diagnostic] = []
    for entry in section.entries:
        name, node = entry.key.text, entry.value
        problem = _wrong_name(name)
        if problem is not None:
            found.append(finding(BAD_PROFILE_VALUE, entry.key.span, problem[0], help=problem[1]))
        elif not isinstance(node, ScalarNode):
            help = f"write it as one string: `{name}: a,b`"
            message = f"the value of {name} is one text"
            found.append(finding(BAD_PROFILE_VALUE, node.span, message, help=help))
        elif "\0" in node.text:
            message = f"the value of {name} has a NUL, which no variable can hold"
            found.append(finding(BAD_PROFILE_VALUE, node.span, message, help="remove it"))
        else:
            read[name] = node.text
            found += _secret(name, node)
            value = node.text if set(node.text) <= _QUOTABLE else "..."
            line = f"`export {name}={value}`"
            found += unexpanded(name, node, f"write the value, or the line {line} under `setup:`")
    return read, found


def _wrong_name(name: str) -> tuple[str, str] | None:
    """Why a variable cannot be set here, and what to do."""
    if not _NAME.fullmatch(name):
        return f"`{name[:80]}` is no name of a variable", "write letters, digits and _"
    if _OF_SLURM.fullmatch(name):
        return f"{name} is Slurm's to set", "remove the line"
    if _OF_TCWC.fullmatch(name):
        return f"{name} is set by the job, for each run", "remove the line"
    if name in _OPTIONS:
        return f"{name} would change how bash reads the job", "write what it is for under `setup:`"
    return None


def _secret(name: str, node: ScalarNode) -> list[Diagnostic]:
    """A secret by the name of its variable; one that shows by its form is told with all others."""
    if not node.text or not names_one(name) or is_plain(name, node.text):
        return []
    if node.text.startswith(("$", "<")) or any(secrets_in(f"{name}: {node.text}")):
        return []
    message = f"{name} is a secret: whoever reads this file has it, and job scripts have it too"
    help = (
        f"revoke it, and keep the new one out of the profile: `export {name}=...` in the shell "
        "that submits, or a file that only you can read, sourced by a line under `setup:`"
    )
    return [finding(SECRET, node.span, message, help=help)]
