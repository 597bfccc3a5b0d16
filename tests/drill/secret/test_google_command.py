"""The command on the fake Secret Manager, as a user runs it, with google-auth's own tokens: exit code, record, and no secret anywhere."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.drill.google_secrets import DATABASE, LOGIN, MARKED, google_secrets, leading_to
from tests.fakes import fake_secret_manager
from tests.fakes.fake_google_cloud import TOKEN, FakeGoogleCloud
from tests.fakes.fake_secret_manager import PROJECT, FakeSecretManager

SETTINGS = f"""[drill.stores.orders-secrets]
provider = "secret"
environment = "prod"
source = {{ service = "gcp-secretmanager", project = "{PROJECT}", names = ["{DATABASE}", "{LOGIN}"] }}
expect.secrets.{DATABASE}.keys = ["DATABASE_URL", "PASSWORD"]
"""


@pytest.fixture
def cloud(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[FakeSecretManager, dict[str, str]]]:
    """The fake, and the environment that leads to it and to the metadata server, whose token it takes."""
    monkeypatch.setattr(fake_secret_manager, "TOKEN", TOKEN)
    with google_secrets(tmp_path) as world, FakeGoogleCloud() as metadata:
        place = metadata.address
        yield world.fake, {**leading_to(world.fake), "GCE_METADATA_HOST": place, "GCE_METADATA_IP": place, "GCE_METADATA_ROOT": place}


def command(folder: Path, environment: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    (folder / "recoverable.toml").write_text(SETTINGS)
    own = {**os.environ, **environment, "RECOVERABLE_STATE_DIR": str(folder / "state"), "HOME": str(folder)}
    own.pop("GOOGLE_APPLICATION_CREDENTIALS", None)
    return subprocess.run(
        [sys.executable, "-m", "recoverable", "drill", *words], cwd=folder, env=own, capture_output=True, text=True, timeout=120
    )


def test_a_drill_is_verified_with_a_token_of_the_metadata_server_and_shows_no_value(
    cloud: tuple[FakeSecretManager, dict[str, str]], tmp_path: Path
) -> None:
    fake, environment = cloud
    done = command(tmp_path, environment, "run", "orders-secrets", "--json")
    record = json.loads(done.stdout)

    assert (done.returncode, record["verdict"]) == (0, "verified"), done.stderr
    assert {each.headers["authorization"] for each in fake.calls} == {f"Bearer {TOKEN}"}
    kept = "\n".join(path.read_text(errors="replace") for path in (tmp_path / "state").rglob("*") if path.is_file())
    assert not [each for each in (MARKED, TOKEN) if each in done.stdout + done.stderr + kept]


def test_a_secret_that_is_disabled_ends_with_1_and_the_reason(cloud: tuple[FakeSecretManager, dict[str, str]], tmp_path: Path) -> None:
    fake, environment = cloud
    fake.set_state(DATABASE, 2, "DISABLED")
    done = command(tmp_path, environment, "run", "orders-secrets", "--no-negative-control")

    assert done.returncode == 1
    assert f"{DATABASE}: FAILED_PRECONDITION: it is DISABLED" in done.stdout + done.stderr


def test_iam_policy_prints_the_custom_role(tmp_path: Path) -> None:
    done = command(tmp_path, {}, "iam-policy", "orders-secrets")

    assert done.returncode == 0, done.stderr
    assert "secretmanager.versions.access" in json.loads(done.stdout)["includedPermissions"]
    assert "gcloud iam roles create" in done.stderr
