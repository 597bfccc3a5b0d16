"""The direction of imports (DESIGN §2): who may know whom, and which libraries the core may use."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

SOURCE = Path(__file__).parent.parent / "src" / "recoverable"
CORE = {"model", "standard", "rules", "clouds", "enforce", "system"}
MAY_IMPORT = {
    "model": {"model"},
    "standard": {"model", "standard"},
    "rules": {"model", "standard", "rules"},
    "enforce": {"model", "standard", "rules", "enforce"},
    "clouds": {"model", "clouds"},
    "readers": {"model", "clouds", "readers"},
    "report": {"model", "report", "rules"},
    "components": {"standard", "state_backend", "components"},
    "state_backend": {"model", "standard", "clouds", "drill", "state_backend"},
    "system": {"system"},
    "sandbox": {"system", "sandbox"},
    "drill": {"model", "standard", "report", "system", "drill"},
    "alerts": {"model", "standard", "report", "drill", "state_backend", "alerts"},
    "audit": {"model", "clouds", "enforce", "drill", "audit"},
    "hosts": {"model", "standard", "rules", "clouds", "readers", "enforce", "report", "hosts"},
    "ci": {"model", "ci"},
    "init": {"model", "standard", "init"},
    "schedules": {"model", "standard", "init", "schedules"},
    "cli": {
        "model",
        "standard",
        "rules",
        "clouds",
        "readers",
        "enforce",
        "report",
        "system",
        "sandbox",
        "drill",
        "alerts",
        "audit",
        "ci",
        "init",
        "schedules",
        "state_backend",
        "cli",
    },
}
# Who alone may import a library that is heavy or belongs to a host (DESIGN §2).
ONLY_IN = {
    "pulumi": {"components", "sandbox", "hosts/pulumi"},
    "pulumi_aws": {"components", "sandbox"},
    "pulumi_gcp": {"components", "sandbox"},
    "boto3": {"sandbox", "drill", "alerts", "state_backend", "audit"},
    "psycopg": {"drill"},
    "botocore": {"sandbox", "drill", "alerts", "state_backend", "audit"},
    "moto": {"sandbox"},
    "checkov": {"hosts"},
}
FILES = sorted(path for path in SOURCE.rglob("*.py") if path.parent != SOURCE)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(SOURCE).as_posix())
def test_a_file_imports_only_what_its_layer_may_know(path: Path) -> None:
    layer = path.relative_to(SOURCE).parts[0]
    modules = imported(path)

    own = {name.split(".")[1] for name in modules if name.startswith("recoverable.")}
    assert own <= MAY_IMPORT[layer]

    place = "/".join(path.relative_to(SOURCE).parts[:2])
    for library, layers in ONLY_IN.items():
        assert layer in layers or place in layers or library not in {name.split(".")[0] for name in modules}

    if layer in CORE:
        foreign = {name.split(".")[0] for name in modules} - set(sys.stdlib_module_names) - {"recoverable"}
        assert not foreign


def imported(path: Path) -> set[str]:
    """Full names of all modules a file imports, inside functions too, but for type checking alone."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    typing_only = {
        id(node)
        for block in ast.walk(tree)
        if isinstance(block, ast.If) and "TYPE_CHECKING" in ast.unparse(block.test)
        for node in ast.walk(block)
    }
    names: set[str] = set()
    for node in ast.walk(tree):
        if id(node) in typing_only:
            continue
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
            if node.module == "recoverable":
                names.update(f"recoverable.{alias.name}" for alias in node.names if alias.name != "__version__")
    return names
