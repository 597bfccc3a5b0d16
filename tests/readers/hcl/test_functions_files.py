"""Functions that read files: what is outside of the module's folder depends on the machine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from recoverable.model.values import Unknown
from recoverable.readers.hcl.functions import FUNCTIONS, FunctionError


@pytest.fixture
def base(tmp_path: Path) -> Path:
    (tmp_path / "root" / "sub").mkdir(parents=True)
    (tmp_path / "root" / "a.txt").write_text("hello")
    (tmp_path / "root" / "sub" / "b.txt").write_text("world")
    (tmp_path / "beside.txt").write_text("beside")
    return tmp_path / "root"


def test_files_beside_the_folder_are_read(base: Path) -> None:
    assert FUNCTIONS["file"]("a.txt", base=base) == "hello"
    assert FUNCTIONS["file"]("../beside.txt", base=base) == "beside"
    assert FUNCTIONS["fileset"](".", "**", base=base) == ["a.txt", "sub/b.txt"]
    assert FUNCTIONS["file"](FUNCTIONS["abspath"]("a.txt", base=base), base=base) == "hello"


@pytest.mark.parametrize("name", ["file", "fileexists", "filemd5", "filebase64"])
@pytest.mark.parametrize("path", ["/etc/hostname", "~/x", "~"])
def test_what_depends_on_the_machine_is_unknown(name: str, path: str, base: Path) -> None:
    found = FUNCTIONS[name](path, base=base)
    assert isinstance(found, Unknown)
    assert "depends on the machine" in found.reason


def test_no_folder_elsewhere_is_walked(base: Path) -> None:
    assert isinstance(FUNCTIONS["fileset"]("/", "**", base=base), Unknown)
    assert isinstance(FUNCTIONS["pathexpand"]("~/x"), Unknown)


def test_what_is_no_regular_file_is_refused(base: Path) -> None:
    (base / "loop").symlink_to("loop")
    for path in ("nope", ".", "sub", "loop", "a\0b"):
        with pytest.raises(FunctionError):
            FUNCTIONS["file"](path, base=base)
    assert FUNCTIONS["fileexists"]("loop", base=base) is False


def test_a_folder_that_links_to_itself_ends(base: Path) -> None:
    (base / "sub" / "up").symlink_to(base, target_is_directory=True)
    assert FUNCTIONS["fileset"](".", "**/*.txt", base=base) == ["a.txt", "sub/b.txt"]


def test_a_template_is_rendered_by_the_evaluator(base: Path) -> None:
    def render(template: str, variables: dict[str, Any]) -> Any:
        return f"{template}{variables['x']}"

    assert FUNCTIONS["templatefile"]("a.txt", {"x": 1}, base=base, render=render) == "hello1"
    with pytest.raises(FunctionError, match="must be a map"):
        FUNCTIONS["templatefile"]("a.txt", ["x"], base=base, render=render)
