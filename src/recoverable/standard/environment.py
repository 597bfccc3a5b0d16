"""In which environment a resource is: asked in a declared order, answered with the reason.

The order: the flag, the stack's configuration, a tag or label, the name of the stack or workspace,
variables and tfvars, and last the folders. A wrong answer that is weaker than the truth makes a
false pass, so folders are read with care (see ``_from_folders``), and no answer means the
strictest numbers of all.
"""

from __future__ import annotations

from typing import Protocol

from recoverable.model.errors import InputError
from recoverable.standard.fields import shorten
from recoverable.standard.names import Match
from recoverable.standard.overlay import plain_key
from recoverable.standard.problems import show

Hint = tuple[str, str]

_TAG_KEYS = ("recoverable-environment", "environment", "env", "stage")
_TIER_KEY = "tier"
_FOLDERS_OF_ENVIRONMENTS = frozenset(
    {"environments", "environment", "envs", "env", "stages", "stacks", "workspaces", "deployments", "accounts", "live"}
)
_LOOSE_WORDS = frozenset({"test", "sandbox", "local"})


class Environments(Protocol):
    """What must be known of the standard here."""

    @property
    def environments(self) -> tuple[str, ...]:
        """All environments."""

    def canonical(self, name: str) -> str | None:
        """The environment a name speaks of."""

    def match(self, name: str) -> Match | None:
        """The same, with the aliases that said so."""

    def is_prod_like(self, environment: str) -> bool:
        """Whether it is prod or like it."""


def find_environment(subject_tags: dict[str, str], hints: list[Hint], flag: str | None, standard: Environments) -> tuple[str, str]:
    """The environment and where it was found: ``("prod", "tag environment=prod")``.

    ``hints`` are (source, value) in order of trust; a source that begins with ``stack config``
    comes before the tags, ``folder`` (the nearest first) last. Without an answer the first item
    is "". Stack configuration and tags that name no known environment are told in the second.

    Raises InputError where the flag names no environment.
    """
    if flag:
        return _from_flag(flag, standard), "flag --environment"
    passed: list[str] = []
    found = (
        _from_config(hints, passed, standard)
        or _from_tags(subject_tags, passed, standard)
        or _from_names(hints, standard)
        or _from_folders(_folders(hints), standard)
    )
    name, source = found or ("", "not found")
    return name, f"{source} ({'; '.join(passed)})" if passed else source


def _from_flag(flag: str, standard: Environments) -> str:
    name = standard.canonical(flag)
    if name is None:
        known = ", ".join(standard.environments)
        raise InputError(f"{show(flag)} is no environment", "--environment", f"Use one of {known}, or declare it in recoverable.toml.")
    return name


def _from_config(hints: list[Hint], passed: list[str], standard: Environments) -> Hint | None:
    for source, value in hints:
        if source.startswith("stack config"):
            name = standard.canonical(value)
            if name:
                return name, f"{source}={shorten(value)}"
            passed.append(f"{source}={shorten(value)} names no known environment")
    return None


def _from_tags(tags: dict[str, str], passed: list[str], standard: Environments) -> Hint | None:
    plain = sorted((plain_key(key), key) for key in tags)
    for wanted in _TAG_KEYS:
        for plainly, key in plain:
            if plainly != wanted or not tags[key]:
                continue
            name = standard.canonical(tags[key])
            if name:
                return name, f"tag {key}={shorten(tags[key])}"
            passed.append(f"tag {key}={shorten(tags[key])} names no known environment")
    for plainly, key in plain:  # tier=web is far more common than tier=prod: only a whole alias counts, and silently
        match = standard.match(tags[key]) if plainly == _TIER_KEY else None
        if match and match.aliases == {tags[key].strip().lower()}:
            return match.environment, f"tag {key}={tags[key]}"
    return None


def _from_names(hints: list[Hint], standard: Environments) -> Hint | None:
    for source, value in hints:
        if source.startswith("stack config") or source == "folder":
            continue
        match = standard.match(value)
        if match and not (source == "plan file" and match.aliases <= _LOOSE_WORDS):
            return match.environment, f"{source}{'=' if source.startswith('variable ') else ' '}{shorten(value)}"
    return None


def _folders(hints: list[Hint]) -> list[str]:
    """Folder names, nearest first."""
    values = [value for source, value in hints if source == "folder"]
    return [part for value in values for part in reversed(value.replace("\\", "/").split("/")) if part not in ("", ".", "..")]


def _from_folders(folders: list[str], standard: Environments) -> Hint | None:
    """Folders, nearest first, with three guards against a false pass.

    - ``test``, ``sandbox`` and ``local`` hold test code as often as an environment, so they count
      only directly below a folder of environments (``envs/test``);
    - an environment that is weaker than prod counts only as the nearest folder or directly below
      a folder of environments, so that ``~/dev/acme/infra`` is not dev;
    - prod counts anywhere, but a nearer folder wins.
    """
    for position, folder in enumerate(folders):
        match = standard.match(folder)
        if match is None:
            continue
        parent = folders[position + 1].lower() if position + 1 < len(folders) else ""
        declared = parent in _FOLDERS_OF_ENVIRONMENTS
        loose = match.aliases <= _LOOSE_WORDS
        trusted = not loose and (position == 0 or standard.is_prod_like(match.environment))
        if declared or trusted:
            return match.environment, f"folder {shorten(folder)}"
    return None
