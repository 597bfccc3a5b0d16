"""The real CLI publishes the pack and validates configurations against its schema, on a fake Pulumi Cloud."""

from __future__ import annotations

import gzip
import io
import json
import re
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Any

import pytest
import yaml

from recoverable import __version__
from recoverable.rules.registry.load import gate_rules
from recoverable.sandbox import engine
from tests.hosts.pulumi.fake_pulumi_cloud import ORGANIZATION, FakePulumiCloud, fake_pulumi_cloud
from tests.support.policy_runs import POLICIES

pytestmark = pytest.mark.engine


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The fake cloud after `pulumi policy publish`, and a way to run further commands there."""
    folder = tmp_path_factory.mktemp("publishing")
    pack = folder / "policies"
    shutil.copytree(POLICIES, pack, symlinks=True, ignore=shutil.ignore_patterns("venv", "__pycache__"))
    (pack / "venv").symlink_to(Path(sys.prefix))
    (pack / ".gitignore").write_text("venv\n")
    found = engine.ready()
    with fake_pulumi_cloud() as cloud:
        environment = {**found.environment(folder / "home"), "PULUMI_BACKEND_URL": cloud.address, "PULUMI_ACCESS_TOKEN": "fake-token"}

        def run(*arguments: str) -> subprocess.CompletedProcess[str]:
            command = [str(found.pulumi), "policy", *arguments, "--non-interactive", "--color", "never"]
            return subprocess.run(command, cwd=pack, env=environment, capture_output=True, text=True)

        done = run("publish", ORGANIZATION)
        assert done.returncode == 0, done.stdout + done.stderr
        yield cloud, run


def test_the_published_pack_is_complete_and_holds_nothing_else(published: Any) -> None:
    cloud: FakePulumiCloud = published[0]
    with tarfile.open(fileobj=io.BytesIO(gzip.decompress(cloud.archive))) as archive:
        names = archive.getnames()

    assert cloud.completed
    assert (cloud.published["name"], cloud.published["versionTag"]) == ("recoverable", __version__)
    assert len(cloud.published["policies"]) == len(gate_rules()) + 1
    assert {name for name in names if not name.endswith("/")} >= {
        "package/PulumiPolicy.yaml",
        "package/__main__.py",
        "package/requirements.txt",
    }
    assert not [name for name in names if "venv" in name]


@pytest.mark.parametrize(
    ("config", "said"),
    [
        (
            {
                "recoverable": {
                    "strict": True,
                    "environment": "prod",
                    "fail_on": "low",
                    "remediate": True,
                    "judge_alone": ["all"],
                    "standard": "x.toml",
                }
            },
            "",
        ),
        ({"retention-too-short": {"enforcementLevel": "advisory"}}, ""),
        ({"recoverable": {"strict": "yes"}}, "Invalid type. Expected: boolean, given: string"),
        ({"recoverable": {"fail_on": "dire"}}, "fail_on must be one of the following"),
        ({"retention-too-short": {"enforcementLevel": "sometimes"}}, '"sometimes" is not a valid enforcement level'),
    ],
)
def test_validate_config_takes_what_is_right_and_names_what_is_wrong(
    published: Any, tmp_path: Path, config: dict[str, Any], said: str
) -> None:
    (tmp_path / "config.json").write_text(json.dumps(config))
    done = published[1]("validate-config", f"{ORGANIZATION}/recoverable", __version__, "--config", str(tmp_path / "config.json"))

    if said:
        assert done.returncode != 0
        assert said in done.stdout + done.stderr
    else:
        assert (done.returncode, done.stdout) == (0, "Policy Pack configuration is valid.\n"), done.stderr


def test_pack_requirement_and_library_have_one_version() -> None:
    pack = yaml.safe_load((POLICIES / "PulumiPolicy.yaml").read_text())
    pinned = re.findall(r"^recoverable\[policy\]==(.+)$", (POLICIES / "requirements.txt").read_text(), re.MULTILINE)

    assert pack["version"] == __version__
    assert pinned == [__version__]
