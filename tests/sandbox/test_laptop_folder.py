"""The folder of a laptop cloud: only ours is touched, and what is secret in it is the user's alone."""

from __future__ import annotations

import json
import shutil
import stat
import subprocess
import threading
from pathlib import Path

import pytest

from recoverable.sandbox import laptop_folder
from recoverable.sandbox.errors import MisuseError
from recoverable.sandbox.laptop import Laptop
from recoverable.sandbox.laptop_folder import MARKER
from tests.support.stacks import Stack

pytestmark = pytest.mark.engine


def silent(_: str) -> None:
    """Progress that no test looks at."""


def test_only_the_user_can_read_what_is_secret_and_it_is_shown_nowhere(cloud: Laptop) -> None:
    cloud.up(silent)

    secret = cloud.folder.passphrase.read_text()
    assert len(secret) > 30
    assert stat.S_IMODE(cloud.folder.passphrase.stat().st_mode) == 0o600
    assert stat.S_IMODE(cloud.folder.path.stat().st_mode) == 0o700
    assert secret not in json.dumps(cloud.environment()) + cloud.folder.record.read_text() + cloud.folder.log.read_text()


def test_a_project_opens_in_the_next_sandbox_too(cloud: Laptop, tmp_path: Path) -> None:
    """Pulumi.STACK.yaml holds a salt that fits only the passphrase with which the stack was made."""
    project = tmp_path / "shop"
    cloud.up(silent)
    Stack(cloud, project, "", config={"word": "hello"}).run("config", "set", "--secret", "token", "hush-hush")
    assert "encryptionsalt" in (project / "Pulumi.dev.yaml").read_text()
    cloud.down(silent)

    cloud.up(silent)

    assert Stack(cloud, project, "").run("config", "get", "token").stdout.strip() == "hush-hush"


def test_the_users_passphrase_is_made_once_by_whoever_is_first(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("RECOVERABLE_CACHE", str(tmp_path / "cache"))
    found: list[str] = []
    callers = [threading.Thread(target=lambda: found.append(laptop_folder._users_passphrase())) for _ in range(8)]
    for each in callers:
        each.start()
    for each in callers:
        each.join(10)
    assert len(found) == 8
    assert set(found) == {laptop_folder._users_passphrase()}
    assert stat.S_IMODE((tmp_path / "cache" / "sandbox-passphrase").stat().st_mode) == 0o600


@pytest.mark.parametrize("verb", ["up", "down"])
def test_a_folder_that_is_not_ours_is_refused_and_left_alone(tmp_path: Path, verb: str) -> None:
    (tmp_path / "photo.jpg").write_text("mine")
    with pytest.raises(MisuseError, match="was not made by `recoverable sandbox up`"):
        getattr(Laptop(tmp_path), verb)(silent)
    assert [path.name for path in tmp_path.iterdir()] == ["photo.jpg"]


def test_a_file_in_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(MisuseError, match="is a file; name a folder that does not exist yet"):
        Laptop(tmp_path / "file").up(silent)


def test_logs_of_a_shell_that_still_points_at_a_removed_sandbox_are_in_nobodys_way(cloud: Laptop) -> None:
    """The engine makes its home again for any command of such a shell, `pulumi version` too."""
    for verb in ("up", "down"):
        cloud.up(silent)
        stale = cloud.environment()
        assert cloud.down(silent)
        subprocess.run(["pulumi", "stack", "ls"], env=stale, executable=shutil.which("pulumi", path=stale["PATH"]), check=False)
        assert [path.name for path in cloud.folder.path.iterdir()] == ["pulumi"]

        getattr(cloud, verb)(silent)
        cloud.down(silent)
        assert not cloud.folder.path.exists()


@pytest.mark.parametrize(
    "name", ["pulumi/logs/notes.log", "pulumi/credentials.json", "pulumi/logs/deep/pulumi-20261124T050445-1-up.log", "empty/"]
)
def test_a_folder_with_anything_beside_such_logs_is_not_ours(tmp_path: Path, name: str) -> None:
    logs = tmp_path / "pulumi" / "logs"
    logs.mkdir(parents=True)
    (logs / "pulumi-20261124T050445-20970-up.log").touch()
    beside = tmp_path / name
    (beside if name.endswith("/") else beside.parent).mkdir(parents=True, exist_ok=True)
    if not name.endswith("/"):
        beside.write_text("mine")
    for verb in ("up", "down"):
        with pytest.raises(MisuseError, match="was not made by `recoverable sandbox up`"):
            getattr(Laptop(tmp_path), verb)(silent)
    assert beside.exists()


def test_a_link_in_place_of_such_logs_is_not_ours(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    (elsewhere / "logs").mkdir(parents=True)
    (tmp_path / "cloud").mkdir()
    (tmp_path / "cloud" / "pulumi").symlink_to(elsewhere)
    with pytest.raises(MisuseError, match="was not made by"):
        Laptop(tmp_path / "cloud").down(silent)
    assert (elsewhere / "logs").is_dir()


def test_what_the_user_put_into_the_folder_is_kept(cloud: Laptop) -> None:
    cloud.up(silent)
    (cloud.folder.path / "notes.txt").write_text("mine")
    said: list[str] = []

    assert cloud.down(said.append)

    assert [path.name for path in cloud.folder.path.iterdir()] == ["notes.txt"]
    assert said == [f"sandbox: {cloud.folder.path} is kept, for what is in it and not ours: notes.txt"]
    assert not (cloud.folder.path / MARKER).exists()
