"""The built wheel, installed with its ``pulumi`` extra into an empty environment: what a user gets."""

from __future__ import annotations

import ast
import importlib.util
import json
import runpy
import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path
from typing import Any

import pytest

from recoverable.sandbox.laptop import Laptop
from tests.components.harness import build
from tests.support.stacks import Stack

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = ROOT / "examples" / "components" / "ten_lines"
SDKS = ("pulumi", "pulumi_aws", "pulumi_gcp")
pytestmark = pytest.mark.xdist_group("wheel")

# Runs a program under Pulumi's mocks, from an environment that has nothing of our tests; prints what was registered.
RUNNER = """
import asyncio, json, runpy, sys
import pulumi
from pulumi.runtime import mocks
made = []
class Cloud(mocks.Mocks):
    def new_resource(self, args):
        made.append(args.typ)
        named = {key: args.name for key in ("bucket", "identifier", "name", "keyId")}  # what a provider's Check and Create give
        return f"{args.name}-id", {**named, **args.inputs, "arn": f"arn:aws:x:eu-west-1:123456789012:{args.name}"}
    def call(self, args):
        return {"accountId": "123456789012", "region": "eu-west-1", "partition": "aws", "dnsSuffix": "amazonaws.com", "arn": "", "id": "x"}
exported = {}
asyncio.set_event_loop(asyncio.new_event_loop())
mocks.set_mocks(Cloud(), project="ten-lines", stack="prod", preview=False)
pulumi.runtime.set_all_config({"aws:region": "eu-west-1"})
pulumi.export = exported.__setitem__
async def program():
    runpy.run_path(sys.argv[1], run_name="__main__")
mocks._sync_await(mocks.run_pulumi_func(program))
async def told():
    return await exported["evidence"].future()
import recoverable
print(json.dumps({"from": recoverable.__file__, "made": made, "evidence": mocks._sync_await(told())}))
"""


def run(*command: str | Path, cwd: Path) -> str:
    done = subprocess.run([str(part) for part in command], cwd=cwd, capture_output=True, text=True)
    assert done.returncode == 0, f"{command[:4]} ended with {done.returncode}:\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}"
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout; with the build backend of the environment where it has one."""
    folder = tmp_path_factory.mktemp("wheel")
    isolation = ["--no-build-isolation"] if importlib.util.find_spec("hatchling") else []
    run(sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", *isolation, "--wheel-dir", folder, ROOT, cwd=folder)
    (found,) = folder.glob("recoverable-*.whl")
    return found


@pytest.fixture(scope="module")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of an empty environment with the wheel in it.

    The SDKs are hundreds of megabytes, so a .pth file shows it those that are installed here. pip sees them as well and, without
    any index, refuses the installation where they do not fulfil what the extra asks for.
    """
    folder = tmp_path_factory.mktemp("user") / "venv"
    venv.create(folder, with_pip=False, symlinks=True)
    interpreter = folder / "bin" / "python"
    site = Path(run(interpreter, "-I", "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=folder).strip())
    (site / "sdks.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    pip = [sys.executable, "-m", "pip", "--python", interpreter, "--disable-pip-version-check"]
    run(*pip, "install", "--quiet", "--no-index", "--force-reinstall", "--no-deps", wheel, cwd=folder)
    run(*pip, "install", "--quiet", "--no-index", f"{wheel}[pulumi]", cwd=folder)
    return interpreter


def test_the_wheel_holds_the_types_the_package_folder_and_no_test(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())

    assert {
        "recoverable/py.typed",
        "recoverable/components/package/PulumiPlugin.yaml",
        "recoverable/components/package/__main__.py",
    } <= names
    assert [name for name in names if name.startswith("tests") or "__pycache__" in name] == []


def test_the_package_comes_from_the_wheel_and_the_sdks_from_the_extra(python: Path, tmp_path: Path) -> None:
    code = f"import json, recoverable, {', '.join(SDKS)}; print(json.dumps([m.__file__ for m in (recoverable, {', '.join(SDKS)})]))"
    own, *sdks = json.loads(run(python, "-I", "-c", code, cwd=tmp_path))

    assert Path(own).is_relative_to(python.parent.parent)
    assert not any(Path(sdk).is_relative_to(python.parent.parent) for sdk in sdks)


def test_the_ten_line_program_has_ten_lines() -> None:
    statements = ast.parse((PROGRAM / "__main__.py").read_text(encoding="utf-8")).body[1:]  # after its docstring

    assert [(statement.end_lineno or 0) - statement.lineno for statement in statements] == [0] * 10


def test_the_ten_line_program_runs_from_the_wheel_in_another_folder(python: Path, tmp_path: Path) -> None:
    (tmp_path / "runner.py").write_text(RUNNER, encoding="utf-8")
    copy = tmp_path / "program.py"
    shutil.copy(PROGRAM / "__main__.py", copy)

    found: dict[str, Any] = json.loads(run(python, "-I", tmp_path / "runner.py", copy, cwd=tmp_path).splitlines()[-1])

    assert Path(found["from"]).is_relative_to(python.parent.parent)
    wanted = {"StateBackend", "Bucket", "Postgres", "BackupVault", "RestoreTest", "BackupAlerts"}
    assert {f"recoverable:index:{name}" for name in wanted} <= set(found["made"])
    assert {"aws:s3/bucket:Bucket", "aws:rds/instance:Instance", "aws:backup/plan:Plan"} <= set(found["made"])
    assert {"uploads", "orders"} <= {entry["component"] for entry in found["evidence"]}


def test_the_ten_line_program_passes_every_rule(tmp_path: Path) -> None:
    built = build(lambda: runpy.run_path(str(PROGRAM / "__main__.py"), run_name="__main__"), folder=tmp_path)

    assert built.not_passed() == []
    assert len(built.children) > 80


@pytest.mark.engine
def test_the_ten_line_program_is_brought_up_from_the_wheel_by_the_real_engine(python: Path, laptop: Laptop, tmp_path: Path) -> None:
    stack = Stack(
        laptop,
        tmp_path,
        (PROGRAM / "__main__.py").read_text(encoding="utf-8"),
        "ten-lines",
        "prod",
        {"aws:region": "eu-west-1"},
        {"PULUMI_PYTHON_CMD": str(python)},
    )

    stack.up()

    assert {"uploads", "orders", "infra"} <= {entry["component"] for entry in stack.outputs()["evidence"]}
    assert stack.preview("--expect-no-changes")["changeSummary"].keys() == {"same"}


def test_the_package_folder_is_found_in_the_installed_wheel(python: Path, tmp_path: Path) -> None:
    folder = Path(run(python, "-I", "-m", "recoverable.components.package_host", cwd=tmp_path).strip())

    assert folder.is_relative_to(python.parent.parent)
    assert (folder / "PulumiPlugin.yaml").is_file()


def test_a_component_without_pulumi_says_what_to_install(wheel: Path, tmp_path: Path) -> None:
    bare = tmp_path / "bare"
    zipfile.ZipFile(wheel).extractall(bare)
    code = f"import sys; sys.path.insert(0, {str(bare)!r}); import recoverable\ntry: recoverable.Bucket\nexcept ImportError as e: print(e)"
    empty = tmp_path / "empty"
    venv.create(empty, with_pip=False, symlinks=True)

    said = run(empty / "bin" / "python", "-I", "-c", code, cwd=tmp_path).strip()

    assert said == "recoverable.Bucket needs Pulumi: pip install 'recoverable[pulumi]' (No module named 'pulumi')"
