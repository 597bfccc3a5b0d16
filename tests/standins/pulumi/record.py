"""Record what the real Pulumi engine says about a batch of examples that are written in Terraform's language.

    python -m tests.standins.pulumi.record EXAMPLES.json [--into FOLDER] [--only PART] [--keep-going]

EXAMPLES.json is a list of {"id", "hcl"}, with "before_hcl" for an example that is about a change, and "variables" for
values of its variables. The real Terraform plans the examples, the plans become one Pulumi program, and the engine
previews it. Nothing in a recording is written by hand; README.md says what is taken out.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from recoverable.sandbox import engine
from tests.standins.pulumi import terraform_plans
from tests.standins.pulumi.normalise import Normaliser
from tests.standins.pulumi.workspace import Workspace, translated

HERE = Path(__file__).resolve().parent
NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
Examples = dict[str, dict[str, Any]]


class Problems(ValueError):
    """Examples that cannot be recorded, one line each."""


def load(file: Path) -> Examples:
    """The examples by id, checked before minutes are spent on them."""
    listed = json.loads(file.read_text())
    faults = []
    found: Examples = {}
    for number, example in enumerate(listed):
        name = example.get("id", "") if isinstance(example, dict) else ""
        if not NAME.fullmatch(str(name)) or not isinstance(example.get("hcl"), str):
            faults.append(f"example {number + 1}: wants an id of letters, digits, _ and -, and a text hcl")
        elif name in found:
            faults.append(f"example {number + 1}: the id {name} is there twice")
        else:
            found[name] = example
    if faults:
        raise Problems("\n".join(faults))
    return found


def say(line: str) -> None:
    """Progress, on standard error."""
    print(line, file=sys.stderr, flush=True)


@dataclass
class Session:
    """One recording: the engine, and what has to be said about the examples."""

    engine: engine.Engine
    notes: set[str] = field(default_factory=set)
    problems: list[str] = field(default_factory=list)

    def programs(self, examples: Examples, text: str) -> dict[str, str]:
        """The Pulumi program of every example that has one; the others are among the problems."""
        started = time.monotonic()
        plans, refused = terraform_plans.plans(examples, text)
        say(f"record: Terraform planned {len(examples)} examples in {time.monotonic() - started:.1f} s")
        self.problems += [f"{name}: Terraform refuses its {text}: {why}" for name, why in refused.items()]
        with tempfile.TemporaryDirectory(prefix="plans-") as folder:
            answer = translated(self.engine, plans, Path(folder))
        self.problems += answer["problems"]
        self.notes |= set(answer["notes"])
        made: dict[str, str] = answer["programs"]
        return {name: made[name] for name in examples if name in made}


def document(content: Mapping[str, Any]) -> str:
    """One JSON document, compact but with a line for each step or resource, so that a review can read a difference."""
    marks: dict[str, str] = {}

    def fold(value: Any, key: str = "") -> Any:
        if isinstance(value, list) and key in ("steps", "resources"):
            mark = f"@lines{len(marks)}@"
            rows = [json.dumps(each, ensure_ascii=False, separators=(",", ":")) for each in value]
            marks[json.dumps(mark)] = "[\n" + ",\n".join(rows) + "\n]"
            return mark
        return {name: fold(each, name) for name, each in value.items()} if isinstance(value, dict) else value

    text = json.dumps(fold(content), ensure_ascii=False, indent=1)
    for mark, lines in marks.items():
        text = text.replace(mark, lines, 1)
    return text + "\n"


def record_plain(session: Session, source: dict[str, str]) -> dict[str, Any]:
    """What a first deployment of the examples would show, and the stack after it."""
    order = list(source)
    with tempfile.TemporaryDirectory(prefix="recording-") as folder:
        workspace = Workspace(session.engine, Path(folder))
        workspace.load(source)
        clean = Normaliser()
        started = time.monotonic()
        preview = clean.preview(workspace.preview(), order)
        say(f"record: preview of {len(preview['steps'])} steps in {time.monotonic() - started:.1f} s")
        workspace.up()
        stack = clean.export(workspace.export(), order)
        say(f"record: up and export after {time.monotonic() - started:.1f} s")
    return {"previews.json": preview, "stack.json": stack, "programs.json": source}


def record_changes(session: Session, before: dict[str, str], after: dict[str, str]) -> dict[str, Any]:
    """What the examples would change in a stack that has their former version. Unchanged resources show on demand only."""
    order = list(after)
    with tempfile.TemporaryDirectory(prefix="recording-") as folder:
        workspace = Workspace(session.engine, Path(folder))
        workspace.load(before)
        clean = Normaliser()
        workspace.up()
        stack = clean.export(workspace.export(), order)
        workspace.load(after)
        preview = clean.preview(workspace.preview(), order)
        sames = clean.preview(workspace.preview("--show-sames"), order)
        say(f"record: {len(preview['steps'])} changing steps, {len(sames['steps'])} with those that stay")
    return {
        "changes.json": preview,
        "changes-sames.json": sames,
        "changes-stack.json": stack,
        "changes-programs.json": {"before": before, "after": after},
    }


def versions(found: engine.Engine) -> dict[str, str]:
    """The versions of what spoke in a recording."""
    code = "import importlib.metadata as m, json; print(json.dumps({n: m.version(n) for n in ('pulumi', 'pulumi_aws', 'pulumi_gcp')}))"
    done = subprocess.run([str(found.python), "-c", code], capture_output=True, text=True, check=True)
    sdks: dict[str, str] = json.loads(done.stdout)
    return {"engine": found.version, **sdks}


def digest(example: Mapping[str, Any]) -> str:
    """What tells a stale recording: the hash of everything the example states."""
    stated = {key: example[key] for key in ("hcl", "before_hcl", "variables") if key in example}
    return hashlib.sha256(json.dumps(stated, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def record(file: Path, into: Path, only: Sequence[str] = (), keep_going: bool = False) -> dict[str, Any]:
    """Record a file of examples into a folder; the manifest."""
    examples = {name: each for name, each in load(file).items() if not only or any(part in name for part in only)}
    session = Session(engine.ready(say))
    plain = session.programs({name: each for name, each in examples.items() if "before_hcl" not in each}, "hcl")
    changing = {name: each for name, each in examples.items() if "before_hcl" in each}
    before, after = session.programs(changing, "before_hcl"), session.programs(changing, "hcl")
    if session.problems and not keep_going:
        raise Problems("\n".join(session.problems))
    both = [name for name in changing if name in before and name in after]
    files = record_plain(session, plain) if plain else {}
    if both:
        files |= record_changes(session, {name: before[name] for name in both}, {name: after[name] for name in both})
    manifest = {
        "versions": versions(session.engine),
        "notes": sorted(session.notes),
        "problems": session.problems,
        "examples": {name: digest(examples[name]) for name in [*plain, *both]},
    }
    into.mkdir(parents=True, exist_ok=True)
    for name, content in (files | {"manifest.json": manifest}).items():
        (into / name).write_text(document(content))
    return manifest


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description="Record previews of examples with the real Pulumi engine.")
    parser.add_argument("examples", type=Path, help="JSON list of {id, hcl, before_hcl?, variables?}")
    parser.add_argument("--into", type=Path, default=HERE / "recordings", help="folder for the recordings")
    parser.add_argument("--only", action="append", default=[], help="record only ids that contain this (repeatable)")
    parser.add_argument("--keep-going", action="store_true", help="leave out what cannot be translated, exit 1")
    chosen = parser.parse_args(arguments)
    try:
        manifest = record(chosen.examples, chosen.into, chosen.only, chosen.keep_going)
    except (Problems, OSError, RuntimeError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    for note in manifest["notes"]:
        say(f"note: {note}")
    for problem in manifest["problems"]:
        say(f"left out: {problem}")
    say(f"record: {len(manifest['examples'])} examples recorded into {chosen.into}")
    return 1 if manifest["problems"] else 0


if __name__ == "__main__":
    sys.exit(main())
