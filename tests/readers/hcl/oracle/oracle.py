"""What the real Terraform answers: every expression of expressions.txt, in one folder, in one run.

``python -m tests.readers.hcl.oracle.oracle`` runs Terraform and rewrites answers.json; the test
compares the answers with our evaluator's, and, where Terraform is on the PATH, with a new run.
Needs no provider: outputs and ``terraform_data`` are built in.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
EXPRESSIONS = HERE / "expressions.txt"
ANSWERS = HERE / "answers.json"
STATIC_ERROR = "!error "
REFUSED = "refused"


@dataclass(frozen=True)
class Entry:
    """One expression. ``static_error`` says that Terraform rejects it before it evaluates anything;
    ``unknown`` that it refers to what is known only after apply."""

    name: str
    text: str
    static_error: bool

    @property
    def unknown(self) -> bool:
        return "terraform_data." in self.text

    def block(self) -> str:
        """The output that asks for the expression; what can be refused is caught."""
        asked = f"[(\n{self.text}\n)]" if self.unknown else f'try([(\n{self.text}\n)], "{REFUSED}")'
        return f'output "{self.name}" {{\n  sensitive = true\n  value = {asked}\n}}\n'


def entries(path: Path = EXPRESSIONS) -> list[Entry]:
    """The corpus: one expression a line; several lines stand between ``<<<`` and ``>>>``; # begins a comment."""
    found: list[Entry] = []
    for text in _texts(path.read_text()):
        static = text.startswith(STATIC_ERROR)
        found.append(Entry(f"e{len(found):04d}", text.removeprefix(STATIC_ERROR), static))
    return found


def _texts(content: str) -> Iterator[str]:
    lines = iter(content.splitlines())
    for line in lines:
        if line in ("<<<", "!error <<<"):
            inner = []
            for more in lines:
                if more == ">>>":
                    break
                inner.append(more)
            yield line.removesuffix("<<<") + "\n".join(inner)
        elif line.strip() and not line.startswith("#"):
            yield line


def write_folder(folder: Path, asked: list[Entry]) -> None:
    """A root module that asks for the entries; one file each, so that an error names its entry."""
    shutil.copytree(HERE / "context", folder, dirs_exist_ok=True)
    for entry in asked:
        (folder / f"{entry.name}.tf").write_text(entry.block())


def read_json(text: str) -> Any:
    """Terraform's JSON, with the numbers that no float holds kept as they are printed."""
    return json.loads(text, parse_float=_number)


def _number(text: str) -> Any:
    plain = format(float(text), "f") if "e" not in repr(float(text)) else ""
    exact = repr(float(text)) == text or plain.rstrip("0") == text
    return float(text) if exact else {"$number": text}


def record(folder: Path) -> dict[str, Any]:
    """Run Terraform on the whole corpus and return what answers.json holds."""
    asked = entries()
    folder.mkdir(exist_ok=True)
    errors = _static_errors(folder, asked)
    write_folder(folder, [entry for entry in asked if entry.name not in errors])
    _run(folder, "init", "-input=false")
    failed = _terraform(folder, "plan", "-json", "-input=false", "-out=plan")
    errors |= _blamed(failed.stdout.splitlines())
    if failed.returncode:
        for name in errors:
            (folder / f"{name}.tf").unlink(missing_ok=True)
        _run(folder, "plan", "-input=false", "-out=plan")
    changes = read_json(_run(folder, "show", "-json", "plan"))["output_changes"]
    _run(folder, "apply", "-input=false", "plan")
    outputs = read_json(_run(folder, "output", "-json"))
    answers: dict[str, Any] = {}
    for entry in asked:
        answers[entry.text] = _answer(entry, outputs.get(entry.name), changes.get(entry.name))
    return {"terraform": terraform_version(folder), "functions": _signatures(folder), "answers": answers}


def terraform_version(folder: Path) -> str:
    """The version on the PATH."""
    return str(json.loads(_run(folder, "version", "-json"))["terraform_version"])


def _signatures(folder: Path) -> dict[str, Any]:
    """How many arguments each function takes, and whether it takes more."""
    found = json.loads(_run(folder, "metadata", "functions", "-json"))["function_signatures"]
    return {
        name: {"parameters": len(signature.get("parameters", [])), "variadic": "variadic_parameter" in signature}
        for name, signature in found.items()
        if not name.startswith("core::")
    }


def _answer(entry: Entry, output: dict[str, Any] | None, change: dict[str, Any] | None) -> Any:
    if output is None or change is None:
        return {"error": "static"}
    if output["value"] == REFUSED:
        return {"error": REFUSED}
    found = {"type": output["type"][1][0], "value": output["value"][0]}
    if entry.unknown:
        after = change["after_unknown"]
        found["unknown"] = after[0] if isinstance(after, list) else after
    return found


def _static_errors(folder: Path, asked: list[Entry]) -> set[str]:
    """The entries that Terraform rejects without evaluating them; their files are not written again."""
    errors: set[str] = set()
    while True:
        trial = folder / "trial"
        shutil.rmtree(trial, ignore_errors=True)
        write_folder(trial, [entry for entry in asked if entry.name not in errors])
        _terraform(trial, "init", "-input=false", "-backend=false")
        report = json.loads(_terraform(trial, "validate", "-json").stdout)
        blamed = {_entry_of(item) for item in report["diagnostics"] if item["severity"] == "error"} - {None}
        shutil.rmtree(trial)
        if not blamed:
            if not report["valid"]:
                raise RuntimeError(f"terraform validate: {report['diagnostics'][:3]}")
            return errors
        errors |= {name for name in blamed if name}


def _blamed(lines: list[str]) -> set[str]:
    found = set()
    for line in lines:
        item = json.loads(line)
        if item.get("type") == "diagnostic" and item["diagnostic"]["severity"] == "error":
            name = _entry_of(item["diagnostic"])
            if name is None:
                raise RuntimeError(item["diagnostic"])
            found.add(name)
    return found


def _entry_of(diagnostic: dict[str, Any]) -> str | None:
    match = re.fullmatch(r"(?:.*/)?(e\d+)\.tf", diagnostic.get("range", {}).get("filename", ""))
    return match[1] if match else None


def _terraform(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TF_")}
    environment |= {"TF_CLI_CONFIG_FILE": os.devnull, "CHECKPOINT_DISABLE": "1", "TF_IN_AUTOMATION": "1"}
    plain = [] if arguments[0] in ("version", "metadata") else ["-no-color"]
    command = ["terraform", arguments[0], *plain, *arguments[1:]]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=300, check=False)


def _run(folder: Path, *arguments: str) -> str:
    result = _terraform(folder, *arguments)
    if result.returncode:
        raise RuntimeError(f"terraform {arguments[0]}: {result.stdout[-2000:]}{result.stderr[-4000:]}")
    return result.stdout


def main() -> int:
    """Record the answers; say which entries are not marked as what they are."""
    asked = entries()
    with tempfile.TemporaryDirectory() as folder:
        found = record(Path(folder))
    ANSWERS.write_text(json.dumps(found, indent=1, ensure_ascii=False, sort_keys=True) + "\n")
    wrong = [entry.text for entry in asked if entry.static_error != (found["answers"][entry.text].get("error") == "static")]
    for text in wrong:
        print(f"wrongly marked: {text}", file=sys.stderr)
    print(f"{len(asked)} expressions, terraform {found['terraform']}")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
