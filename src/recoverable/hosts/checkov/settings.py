"""What Checkov has no option for: read from the environment, and what Checkov's own options say."""

from __future__ import annotations

import datetime
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from recoverable.model.errors import InputError

STRICT = "RECOVERABLE_STRICT"
ENVIRONMENT = "RECOVERABLE_ENVIRONMENT"
CONFIG = "RECOVERABLE_CONFIG"
WORKSPACE = "RECOVERABLE_WORKSPACE"
AS_OF = "RECOVERABLE_AS_OF"
_YES, _NO = {"1", "true", "yes", "on"}, {"", "0", "false", "no", "off"}


@dataclass(frozen=True, slots=True)
class Settings:
    """The options of ``recoverable check`` that a Checkov run can have.

    ``strict`` makes unknowns fail; ``environment``, ``config``, ``workspace`` and ``today`` are ``--environment``,
    ``--config``, ``--workspace`` and ``--as-of``. ``var_files``, ``code`` and ``modules`` come from Checkov's own
    ``--var-file``, ``--repo-root-for-plan-enrichment`` and ``--download-external-modules``.
    """

    strict: bool = False
    environment: str | None = None
    config: Path | None = None
    workspace: str = ""
    today: datetime.date = field(default_factory=datetime.date.today)
    var_files: tuple[Path, ...] = ()
    code: Path | None = None
    modules: Mapping[tuple[str, str], Path] = field(default_factory=dict)


def is_strict(environ: Mapping[str, str] = os.environ) -> bool:
    """Whether unknowns fail; a word that is neither yes nor no does not weaken the gate."""
    return environ.get(STRICT, "").strip().lower() not in _NO


def read_settings(
    var_files: tuple[Path, ...], code: Path | None, modules: Mapping[tuple[str, str], Path], environ: Mapping[str, str] = os.environ
) -> Settings:
    """The settings of this run.

    Raises:
        InputError: a variable has a value that is not understood, or names a file that is not there.
    """
    word = environ.get(STRICT, "").strip().lower()
    if word not in _YES | _NO:
        raise InputError(f"{word!r} is neither yes nor no", STRICT, f"Set {STRICT}=1, or unset it.")
    for file in var_files:
        if not file.is_file():
            raise InputError(f"{file} is no file", "--var-file", "Give a file that exists.")
    return Settings(
        strict=word in _YES,
        environment=environ.get(ENVIRONMENT) or None,
        config=Path(environ[CONFIG]) if environ.get(CONFIG) else None,
        workspace=environ.get(WORKSPACE, ""),
        today=_date(environ.get(AS_OF, "")),
        var_files=var_files,
        code=code,
        modules=modules,
    )


def _date(text: str) -> datetime.date:
    if not text:
        return datetime.date.today()
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        raise InputError(f"{text!r} is not a date", AS_OF, "Write 2027-01-31.") from None
