"""How the repository is laid out: what Checkov's git walk must not meet, and what no file may say.

``checkov --external-checks-git`` imports every package folder of the repository it clones and puts
those folders on the path: a package of ours would be executed, and a module of ours that is named
like one that Checkov imports would be taken for it.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from functools import lru_cache
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
LONGEST = 300
SOURCE_ENDINGS = (".py", ".go", ".sh")
# What Checkov imports by a plain name (its requirements and its own packages).
CHECKOVS = {
    "aiohttp", "argcomplete", "bc_detect_secrets", "bc_python_hcl2", "boto3", "botocore", "cachetools", "charset_normalizer", "checkov", "click", "cloudsplaining",
    "configargparse", "cyclonedx", "deep_merge", "detect_secrets", "docker", "dockerfile_parse", "dpath", "git", "hcl2", "importlib_metadata", "jinja2", "jmespath",
    "jsonpath_ng", "jsonschema", "junit_xml", "lark", "license_expression", "networkx", "openai", "packageurl", "packaging", "policy_sentry", "prettytable",
    "pycep", "pydantic", "pygments", "requests", "rustworkx", "s3transfer", "schema", "semantic_version", "spdx_tools", "tabulate", "termcolor", "tqdm",
    "typing_extensions", "unidiff", "urllib3", "yaml", "yarl",
}  # fmt: skip
# Ours on purpose: a package registry's host is never named in the repository, so the names are put together here.
REGISTRIES = tuple(
    ".".join(parts)
    for parts in (
        ("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "org"), ("npmjs", "com"), ("yarnpkg", "com"), ("crates", "io"), ("rubygems", "org"),
        ("proxy", "golang", "org"), ("sum", "golang", "org"), ("repo1", "maven", "org"), ("conda", "anaconda", "org"), ("api", "nuget", "org"),
    )
)  # fmt: skip
MACHINE_PATH = re.compile(r"(?<![\w.}:/~-])/(?:work|root|home/\w+|Users/\w+)/[\w.-]")


@lru_cache(maxsize=1)
def tracked() -> tuple[str, ...]:
    """Files of the repository, those not yet added too, but not what is ignored or deleted."""
    try:
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True, check=True
        ).stdout
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("not a git checkout")
    return tuple(sorted(name for name in os.fsdecode(listed).split("\0") if name and (ROOT / name).is_file()))


def below(*folders: str, endings: tuple[str, ...] = (".py",)) -> list[str]:
    """Files below folders with one of the endings."""
    return [name for name in tracked() if name.startswith(tuple(f"{folder}/" for folder in folders)) and name.endswith(endings)]


def text_of(name: str) -> str:
    """The text of a file; what is not text reads as a text without meaning."""
    return (ROOT / name).read_text(encoding="utf-8", errors="replace")


def test_the_package_and_the_checks_are_the_only_package_folders() -> None:
    packages = [name for name in tracked() if name.endswith("__init__.py")]

    assert packages == ["checks/__init__.py", "src/recoverable/__init__.py"]


def test_checkov_meets_a_single_file_to_execute() -> None:
    executed = [name for folder in ("checks", "src/recoverable") for name in below(folder) if Path(name).parent == Path(folder)]

    assert [name for name in executed if not Path(name).name.startswith("__")] == ["checks/recoverable_checks.py"]


def test_no_module_or_folder_is_named_like_one_that_checkov_or_python_imports() -> None:
    taken = CHECKOVS | sys.stdlib_module_names
    names = below("src", "tests", "infra", "policies", "checks")
    modules = {name for name in names if Path(name).stem in taken and Path(name).stem != "__main__"}
    folders = {str(folder) for name in names for folder in Path(name).parents if folder.name in taken}

    # A folder that is no package never hides a package: Checkov is found behind the home of its adapter.
    assert modules | folders == {"src/recoverable/hosts/checkov", "tests/hosts/checkov"}


# pre-commit demands a list. Measured with Checkov 3.3.30 in git mode: a file that is no mapping is skipped with a line in the log;
# a second document in a file, or a value JSON does not have (a date), ends the scan with exit 2.
LISTS = {".pre-commit-hooks.yaml"}


def test_every_yaml_and_json_file_loads_as_one_document_that_json_can_hold() -> None:
    broken = []
    for name in tracked():
        try:
            if name.endswith(".json"):
                json.loads(text_of(name))
            elif name.endswith((".yaml", ".yml")):
                loaded = yaml.safe_load(text_of(name))
                json.dumps(loaded)
                if isinstance(loaded, dict) is (name in LISTS):
                    broken.append(f"{name}: {type(loaded).__name__}")
        except (ValueError, TypeError, yaml.YAMLError) as error:
            broken.append(f"{name}: {error}")

    assert broken == []


@pytest.mark.parametrize("host", REGISTRIES)
def test_no_file_names_the_host_of_a_package_registry(host: str) -> None:
    assert [name for name in tracked() if host in text_of(name)] == []


def test_no_file_names_a_path_of_one_machine() -> None:
    said = [
        f"{name}:{number}: {line.strip()[:120]}"
        for name in tracked()
        for number, line in enumerate(text_of(name).splitlines(), 1)
        if MACHINE_PATH.search(line)
    ]

    assert said == []


@pytest.mark.parametrize("line", ['at("/work' + '/x")', "/root" + "/.cache", "cd /home" + "/ann/x"])
def test_a_path_of_one_machine_is_recognised(line: str) -> None:
    assert MACHINE_PATH.search(line)


@pytest.mark.parametrize("line", ["https://example.com/work/x", "${path.module}/root/x", "./root/x", "tools/bench/root/x"])
def test_an_address_or_relative_path_is_none_of_one_machine(line: str) -> None:
    assert not MACHINE_PATH.search(line)


def test_no_source_file_is_longer_than_a_reader_can_hold() -> None:
    sizes = {
        name: len(text_of(name).splitlines())
        for name in below("src", "tests", "tools", "infra", "policies", "checks", endings=SOURCE_ENDINGS)
    }

    assert {name: size for name, size in sizes.items() if size > LONGEST} == {}


def test_every_script_of_the_pipelines_can_be_executed() -> None:
    scripts = [name for name in tracked() if name.startswith((".ci/", ".github/")) and text_of(name).startswith("#!")]

    assert ".ci/run" in scripts
    assert [name for name in scripts if not os.access(ROOT / name, os.X_OK)] == []


def test_every_file_of_the_ci_folder_is_a_script() -> None:
    assert [name for name in tracked() if name.startswith(".ci/") and not text_of(name).startswith("#!") and not name.endswith(".md")] == []
