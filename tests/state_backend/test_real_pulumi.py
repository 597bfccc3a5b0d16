"""The real Pulumi, logged in by what `state-backend show` prints: two writers at once, a killed one, and a stack that moves in."""

from __future__ import annotations

import shutil
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from recoverable.sandbox.laptop import Laptop
from recoverable.state_backend.shown import UNLOCK_PULUMI
from tests.state_backend.conftest import Outcome
from tests.state_backend.places import Place, own_name, sound
from tests.state_backend.test_real_terraform import as_a_user
from tests.support.pulumi_writers import LOCKED, PATIENCE, SLOW, Backend, Writer, race_of_two, wait_for
from tests.support.stacks import Stack

pytestmark = pytest.mark.engine
Run = Callable[..., Outcome]
ALIAS = "alias/state-of-the-tests"
PLAIN = """
import pulumi
pulumi.export("token", pulumi.Config().require_secret("token"))
"""


@pytest.fixture
def place(laptop: Laptop, tmp_path: Path, request: pytest.FixtureRequest) -> Place:
    """A sound backend on the laptop cloud, with a key for secrets of its own."""
    made = sound(laptop.settings()["AWS_ENDPOINT_URL"], f"pulumi-{own_name(request)}", tmp_path)
    alias = f"{ALIAS}-{made.bucket}"
    key = made.client("kms").create_key()["KeyMetadata"]["KeyId"]
    made.client("kms").create_alias(AliasName=alias, TargetKeyId=key)
    made.declared = ['clients = ["pulumi"]', f'secrets_key = "{alias}"', 'pulumi_prefix = "team"']
    made.declare()
    return made


@pytest.fixture
def backend(place: Place, run: Run) -> Backend:
    """The same, as the printed URL names it."""
    url = run("show", "infra", "--only", "login").out.strip()
    return Backend(Under(place.s3, "team/"), place.bucket, place.key, url)


class Under:
    """A client of S3 that lists below a folder."""

    def __init__(self, s3: Any, folder: str) -> None:
        self.s3, self.folder = s3, folder

    def list_objects_v2(self, **words: str) -> Any:
        return self.s3.list_objects_v2(**{**words, "Prefix": f"{self.folder}{words['Prefix']}"})

    def __getattr__(self, name: str) -> Any:
        return getattr(self.s3, name)


def test_of_two_ups_at_once_never_both_win_and_nothing_is_lost(
    laptop: Laptop, place: Place, backend: Backend, run: Run, tmp_path: Path
) -> None:
    """Secrets lie under the key of the printed URL, and every object under the key of the login."""
    meeting = tmp_path / "meeting"
    ann, bob = (Writer(laptop, backend, tmp_path, who, meeting) for who in ("ann", "bob"))
    ann.stack.run("stack", "change-secrets-provider", run("show", "infra", "--only", "secrets").out.strip())
    shutil.copy(ann.stack.folder / "Pulumi.dev.yaml", bob.stack.folder / "Pulumi.dev.yaml")

    race_of_two(ann, bob, backend)

    assert ann.stack.export()["deployment"]["secrets_providers"]["type"] == "cloud"
    keys = backend.keys("")
    assert len(keys) > 3
    for key in keys:
        head = place.s3.head_object(Bucket=place.bucket, Key=key)
        assert (head["ServerSideEncryption"], head["SSEKMSKeyId"]) == ("aws:kms", place.key), key
        assert b"hush-hush" not in place.s3.get_object(Bucket=place.bucket, Key=key)["Body"].read(), key


def test_the_lock_of_a_killed_up_is_removed_by_the_printed_commands(laptop: Laptop, backend: Backend, run: Run, tmp_path: Path) -> None:
    told = run("show", "infra").out
    assert all(command in told for command in UNLOCK_PULUMI)
    meeting = tmp_path / "meeting"
    ann = Writer(laptop, backend, tmp_path, "ann", meeting, SLOW)
    killed = ann.start(0)
    wait_for((meeting / "creating").exists)
    killed.send_signal(signal.SIGKILL)
    killed.wait(PATIENCE)
    (meeting / "go").touch()
    refused = ann.stack.run("up", "--yes", "--skip-preview", check=False)
    assert refused.returncode != 0
    assert LOCKED in refused.stdout + refused.stderr

    for command in UNLOCK_PULUMI:
        ann.stack.run(*command.split()[1:])

    assert backend.keys(".pulumi/locks/") == []
    ann.stack.up()
    assert "slow" in ann.stack.resources()


def test_a_stack_on_a_file_backend_moves_in_by_the_printed_commands(laptop: Laptop, place: Place, run: Run, tmp_path: Path) -> None:
    home = tmp_path / "home"
    shutil.copytree(laptop.environment()["PULUMI_HOME"], home, symlinks=True)
    old = tmp_path / "old"
    old.mkdir()
    stack = Stack(laptop, tmp_path / "program", PLAIN, environment={"PULUMI_HOME": str(home), "PULUMI_BACKEND_URL": f"file://{old}"})
    stack.run("config", "set", "--secret", "token", "hush-hush")
    stack.up()
    variables = {name: value for name, value in stack.environment.items() if name != "PULUMI_BACKEND_URL"}
    assert as_a_user(f"pulumi login file://{old}", stack.folder, tmp_path, variables).returncode == 0
    script = run("migrate", "infra", "--client", "pulumi", "--config", str(tmp_path / "recoverable.toml")).out

    done = as_a_user(script, stack.folder, tmp_path, {**variables, "PULUMI_BACKEND_URL": f"file://{old}"})

    assert done.returncode == 0, done.stdout + done.stderr
    stack.environment["PULUMI_BACKEND_URL"] = run("show", "infra", "--only", "login").out.strip()
    assert stack.outputs() == {"token": "hush-hush"}
    assert "hush-hush" not in done.stdout + done.stderr + (stack.folder / "state-before-migration.json").read_text()
