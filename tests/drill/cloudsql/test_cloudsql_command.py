"""The command against the fake Cloud SQL, as a user runs it, with google-auth's own tokens: exit codes, evidence, and no secret anywhere."""

from __future__ import annotations

import datetime
import json
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from recoverable.drill.evidence_schema import schema
from tests.drill.cloudsql_cloud import cloudsql, leading_to
from tests.drill.managed_source import ManagedSource
from tests.drill.source_server import open_folder
from tests.fakes.fake_cloudsql import CUSTOMER, PROJECT, SOURCE, TOKEN, FakeCloudSql
from tests.fakes.fake_google_cloud import FakeGoogleCloud
from tests.fakes.real_postgres import free_port

SETTINGS = """[drill.stores.orders]
provider = "cloudsql"
environment = "prod"
source = {{ project = "{project}", instance = "{instance}", database = "{database}", port = {port} }}
expect = {{ heartbeat = "{database}" }}
"""


class Cloud:
    """Cloud SQL, the metadata server, and the environment and settings that lead to both."""

    def __init__(self, fake: FakeCloudSql, metadata: FakeGoogleCloud, port: int) -> None:
        self.fake = fake
        self.settings = SETTINGS.format(project=PROJECT, instance=SOURCE, database=CUSTOMER.database, port=port)
        place = metadata.address
        self.environment = {**leading_to(fake), "GCE_METADATA_HOST": place, "GCE_METADATA_IP": place, "GCE_METADATA_ROOT": place}


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    with open_folder("rcv-sql-") as folder:
        source = ManagedSource(folder, CUSTOMER, free_port())
        try:
            now = lambda: datetime.datetime.now(datetime.UTC)  # noqa: E731 - a clock
            with FakeGoogleCloud() as metadata, cloudsql(tmp_path_factory.mktemp("api"), source.history, now) as fake:
                yield Cloud(fake, metadata, source.history.port)
        finally:
            source.history.stop()


def command(folder: Path, cloud: Cloud, *words: str, **environment: str) -> tuple[int, str, str, str]:
    """Exit code, both outputs, and every process list that was seen meanwhile."""
    (folder / "recoverable.toml").write_text(cloud.settings)
    own = {**os.environ, **cloud.environment, "RECOVERABLE_STATE_DIR": str(folder / "state"), "HOME": str(folder), **environment}
    line = [sys.executable, "-m", "recoverable", "drill", *words]
    process = subprocess.Popen(line, cwd=folder, env=own, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    seen: set[str] = set()

    def look() -> None:
        while process.poll() is None:
            seen.add(subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True).stdout)
            time.sleep(0.5)

    watcher = threading.Thread(target=look)
    watcher.start()
    out, err = process.communicate(timeout=300)
    watcher.join()
    return process.returncode, out, err, "\n".join(seen)


def test_a_run_is_verified_and_no_secret_is_in_outputs_evidence_journal_ledger_or_process_list(tmp_path: Path, cloud: Cloud) -> None:
    code, out, err, seen = command(tmp_path, cloud, "run", "orders", "--evidence", "orders.json", "--no-negative-control")
    record: dict[str, Any] = json.loads((tmp_path / "orders.json").read_text())
    passwords = [call.body["password"] for call in cloud.fake.calls if call.path[-1] == "users"]
    secrets = re.compile("|".join(re.escape(each) for each in (TOKEN, "secret-of-production", *passwords)))
    kept = {path.name: path.read_text(errors="replace") for path in (tmp_path / "state").rglob("*") if path.is_file()}

    assert code == 0, err
    assert "orders: verified (amber)" in out
    assert len(passwords) == 1
    assert [each.message for each in Draft202012Validator(schema()).iter_errors(record)] == []
    assert cloud.fake.truth() == set()
    for name, text in {"stdout": out, "stderr": err, "ps": seen, "evidence": json.dumps(record), **kept}.items():
        assert secrets.search(text) is None, f"{name} holds a secret"


def test_plan_says_the_window_and_makes_nothing(tmp_path: Path, cloud: Cloud) -> None:
    before = len([call for call in cloud.fake.calls if call.method != "GET"])
    code, out, err, _ = command(tmp_path, cloud, "plan", "orders")

    assert code == 0, err
    assert "provider cloudsql" in out
    assert len([call for call in cloud.fake.calls if call.method != "GET"]) == before


def test_reap_asks_the_project_of_the_environment_and_finds_nothing(tmp_path: Path, cloud: Cloud) -> None:
    code, out, err, _ = command(tmp_path, cloud, "reap")

    assert (code, out) == (0, "nothing to clean up\n"), err


def test_without_credentials_the_mistake_is_told(tmp_path: Path, cloud: Cloud) -> None:
    nowhere = {"GOOGLE_APPLICATION_CREDENTIALS": str(tmp_path / "no-such.json")}
    code, _, err, _ = command(tmp_path, cloud, "plan", "orders", **nowhere)

    assert code == 2
    assert "there are no Google Cloud credentials" in err
