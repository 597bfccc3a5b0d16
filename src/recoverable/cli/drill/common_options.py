"""Options that several verbs of ``recoverable drill`` share, and what they stand for."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from recoverable.drill.settings import DrillSettings

STATE_VARIABLE = "RECOVERABLE_STATE_DIR"


def add_config(parser: argparse._ActionsContainer) -> None:
    """``--config``."""
    parser.add_argument("--config", metavar="FILE", type=Path, help="the standard file (default: the nearest recoverable.toml)")


def add_state(parser: argparse._ActionsContainer) -> None:
    """``--state-dir``."""
    parser.add_argument(
        "--state-dir",
        metavar="F",
        type=Path,
        help=f"where drills keep their notes, baselines and ledger (default: {STATE_VARIABLE}, else the user's state folder)",
    )


def add_ledger(parser: argparse._ActionsContainer) -> None:
    """``--ledger``."""
    parser.add_argument(
        "--ledger", metavar="L", default="", help="a file or s3://bucket/prefix (default: [drill] ledger, else in the state folder)"
    )


def read_drill_settings(args: argparse.Namespace) -> DrillSettings:
    """The drill settings of ``--config`` or the nearest recoverable.toml.

    Raises:
        InputError: they cannot be used.
    """
    from recoverable.drill.settings import read_settings
    from recoverable.standard.load import load

    return read_settings(load(args.config, start=Path.cwd()))


def state_folder(args: argparse.Namespace) -> Path:
    """The folder of notes, baselines and ledger; made by whoever writes into it."""
    said = args.state_dir or os.environ.get(STATE_VARIABLE)
    if said:
        return Path(said).expanduser().absolute()
    from platformdirs import user_state_path

    return user_state_path("recoverable") / "drill"
