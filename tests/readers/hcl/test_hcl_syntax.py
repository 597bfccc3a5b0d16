"""What the parser takes and refuses, and on which line it says so."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from recoverable.readers.hcl.expression_parser import parse_expression
from recoverable.readers.hcl.source_text import HclSyntaxError, SourceText
from recoverable.readers.hcl.structure import parse_structure

ACCEPTED = {
    "argument at the end of the file": "a = 1",
    "one line block": 'x "y" { a = 1 }\n',
    "empty block": "x {}\n",
    "bare label": "x y z {\n}\n",
    "comments everywhere": "a = 1 /* b */ # c\n// d\nx { # e\n}\n",
    "multi-line list": "a = [\n  1, # one\n  2\n]\n",
    "object with newlines and commas": "a = {\n  b = 1, c : 2\n\n  (d) = 3\n}\n",
    "parentheses over lines": "a = (1 +\n 2)\n",
    "call over lines": "a = f(\n  1,\n  2...\n)\n",
    "namespaced function": "a = provider::x::f(1)\n",
    "nested quotes": 'a = "x${f("y${"z"}")}"\n',
    "interpolation over lines": 'a = "${\n  1\n}"\n',
    "escaped sequences": 'a = "$${x} %%{y} $5 100% \\u00e9"\n',
    "legacy index": "a = b.0.c.1\n",
    "splats": "a = b[*].c[0].d\ne = f.*.g\n",
    "heredoc in a list": "a = [<<A\nx\nA\n, 2]\n",
    "flush heredoc": "a = <<-EOT\n  x\n    ${y}\n  EOT\n",
    "for with group": "a = { for k, v in x : k => v... if v }\n",
    "conditional chain": "a = x ? 1 : y ? 2 : 3\n",
    "exponent": "a = 1e5 + 1.5E-3\n",
    "windows lines": "a = 1\r\nx {\r\n  b = <<E\r\nt\r\nE\r\n}\r\n",
    "dash in a name": "a = foo-bar\n",
    "directives": 'a = "%{ if x ~} y %{ else }z%{ endif }%{ for i in l }${i}%{ endfor }"\n',
}

REFUSED = {
    "two arguments on a line": ("a = 1 b = 2\n", 1),
    "expression broken by a newline": ("a = 1 +\n  2\n", 2),
    "argument set twice": ("a = 1\na = 2\n", 2),
    "unclosed block": ("b = 1\nx {\n  a = 1\n", 2),
    "unclosed list": ("a = [1,\n", 1),
    "unclosed string": ('a = "x\n', 1),
    "string over lines": ('a = "x\ny"\n', 1),
    "unclosed heredoc": ("a = <<E\nx\n", 1),
    "bad escape": ('a = "\\d"\n', 1),
    "two blocks in one line": ("x { y {} }\n", 1),
    "comma in a block": ("x { a = 1, b = 2 }\n", 1),
    "stray brace": ("a = 1\n}\n", 2),
    "missing value": ("a =\n", 1),
    "if without endif": ('a = "%{ if x }"\n', 1),
    "stray endif": ('\na = "%{ endif }"\n', 2),
    "two commas": ("a = {b = 1,, c = 2}\n", 1),
    "chained legacy index": ("a = b.0.1\n", 1),
    "no operator": ("a = 1 2\n", 1),
    "template in a label": ('x "${y}" {\n}\n', 1),
    "escape in a label": ('x "\\p" {\n}\n', 1),
    "for without in": ("a = [for x of y : x]\n", 1),
    "byte order inside": ("a = \ufeff1\n", 1),
}


def parse(text: str) -> None:
    source = SourceText(text, "x.tf")
    for argument in parse_structure(source).all_arguments():
        parse_expression(source, argument.start, argument.end)


@pytest.mark.parametrize("text", ACCEPTED.values(), ids=ACCEPTED.keys())
def test_valid_text_is_accepted(text: str) -> None:
    parse(text)


@pytest.mark.parametrize(("text", "line"), REFUSED.values(), ids=REFUSED.keys())
def test_invalid_text_is_refused_with_its_line(text: str, line: int) -> None:
    with pytest.raises(HclSyntaxError) as caught:
        parse(text)
    assert caught.value.line == line
    assert caught.value.message


@pytest.mark.terraform
@pytest.mark.skipif(shutil.which("terraform") is None, reason="terraform is not installed")
def test_terraform_takes_and_refuses_the_same() -> None:
    def refused_by_terraform(text: str) -> bool:
        command = ["terraform", "fmt", "-"]
        return subprocess.run(command, input=text.encode(), capture_output=True, check=False).returncode != 0

    wrong = [name for name, text in ACCEPTED.items() if refused_by_terraform(text)]
    wrong += [name for name, (text, _) in REFUSED.items() if not refused_by_terraform(text)]
    assert wrong == []


def test_structure_agrees_with_python_hcl2() -> None:
    hcl2 = pytest.importorskip("hcl2", reason="python-hcl2 is not installed")
    corpus = Path(os.environ.get("RECOVERABLE_CORPUS", Path(__file__).parents[4] / "shared" / "corpus"))
    files = sorted((corpus / "hcl" / "terraform-aws-rds").rglob("*.tf")) + sorted((corpus / "pairs").rglob("*.tf"))
    if not files:
        pytest.skip("the corpus is not here")
    for path in files:
        text = path.read_text("utf-8")
        ours = sorted(
            (block.type, *block.labels, tuple(sorted(block.body.arguments)))
            for block in parse_structure(SourceText(text, path.name)).blocks
        )
        assert ours == sorted(_blocks_of(hcl2.loads(text))), path


def _blocks_of(parsed: dict[str, Any]) -> list[tuple[object, ...]]:
    """python-hcl2 nests labels as quoted keys and marks the body they lead to."""
    found: list[tuple[object, ...]] = []
    for kind, items in parsed.items():
        for body in items if isinstance(items, list) else []:
            labels: list[str] = []
            while isinstance(body, dict) and "__is_block__" not in body:
                ((label, body),) = body.items()
                labels.append(label.strip('"'))
            if isinstance(body, dict):
                names = (key for key, value in body.items() if not key.startswith("__") and not _is_block(value))
                found.append((kind, *labels, tuple(sorted(names))))
    return found


def _is_block(value: Any) -> bool:
    if isinstance(value, dict):
        return "__is_block__" in value or any(_is_block(item) for item in value.values())
    return isinstance(value, list) and any(isinstance(item, dict) and _is_block(item) for item in value)
