"""The options that name a declared backend, and the backend that they name."""

from __future__ import annotations

import argparse
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

from recoverable.cli import exits

if TYPE_CHECKING:
    from recoverable.state_backend.settings import Backend

PRINTS = {exits.CLEAN: "printed", exits.BAD_INPUT: "bad option or settings", exits.INTERNAL: "internal error"}
"""Exit codes of verbs that only print."""


def add_name(parser: argparse.ArgumentParser) -> None:
    """``NAME`` and ``--config``."""
    parser.add_argument("name", metavar="NAME", help="a [state_backend.NAME] of recoverable.toml")
    parser.add_argument("--config", metavar="FILE", type=Path, help="the standard file (default: the nearest recoverable.toml)")


def read(args: argparse.Namespace) -> Backend:
    """The declaration.

    Raises:
        InputError: it is not there, or cannot be used.
    """
    from recoverable.standard.load import load
    from recoverable.state_backend.settings import backend_named

    return backend_named(load(args.config, start=Path.cwd()), args.name)


def config_words(args: argparse.Namespace) -> str:
    """``--config FILE`` as a shell reads it, with a space before it; "" where it was not given."""
    return f" --config {shlex.quote(str(args.config))}" if args.config else ""
