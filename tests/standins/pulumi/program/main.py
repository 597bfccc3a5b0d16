"""Build every translated example, each in its own file under `cases`, in the order of the recording."""

from __future__ import annotations

import importlib
import json
from pathlib import Path

import pulumi

pulumi.Config()
for module in json.loads((Path(__file__).resolve().parent / "cases.json").read_text()):
    importlib.import_module(f"cases.{module}").build()
