"""Whole drills by the command, with the real tools an application has: drizzle-kit, Alembic, encrypted pgBackRest in S3, a ledger in a
locked bucket. They end green; and of the secrets that went in, nothing comes out anywhere.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import psycopg
import pytest

from tests.drill.conformance.slices import LONG
from tests.drill.source_server import open_folder
from tests.drill.whole_source import EVIDENCE, RECOVERABLE, REGION, WholeSource, whole_source
from tests.support.watching import Ended, closed, files_with

pytestmark = [
    pytest.mark.xdist_group("whole"),  # its source is built once
    pytest.mark.skipif(not LONG, reason="a minute or two: RECOVERABLE_LONG"),
]
WRONG = "marked-wrong-passphrase"
CRASH = """
import os, sys
from recoverable.cli.entry import main
from recoverable.drill.local import physical
def broken(source, plan, server, ignored, run):
    raise RuntimeError(f"{vars(source)} {[each.reveal() for each in source.secrets]} {server.password.reveal()} {dict(os.environ)}")
physical._restore = broken
sys.exit(main(sys.argv[1:]))
"""


@pytest.fixture(scope="module", name="source")
def source_fixture() -> Iterator[WholeSource]:
    with open_folder("rcv-whole-") as folder, whole_source(folder) as found:
        yield found


@pytest.fixture(scope="module", name="drizzled")
def drizzled_fixture(source: WholeSource) -> tuple[Ended, dict[str, Any], str, int]:
    """A drill that is held for a moment: how it ended, its record, the URL that it handed out, and what was asked there."""
    process = start(source, "run", "drizzled", "--hold", "4s", "--url-file", "url", "--evidence", "drizzled.json", "--json")
    path = source.work / "url"
    deadline = time.monotonic() + 240
    while not (path.exists() and path.read_text().endswith("\n")):
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert closed(path)
    url = path.read_text().strip()
    with psycopg.connect(url) as opened:
        row = opened.execute("SELECT count(*) FROM orders WHERE NOT paid").fetchone()
    ended = source.watcher.end(process)
    return ended, record_of(source, "drizzled.json", ended), url, row[0] if row else -1


@pytest.fixture(scope="module", name="in_s3")
def in_s3_fixture(source: WholeSource) -> tuple[Ended, dict[str, Any], dict[str, bool]]:
    """A drill of the repository in S3 with a command in the hold; and which files of its state held secrets meanwhile, and were closed."""
    look = [sys.executable, "-c", "import time; time.sleep(2)"]
    process = start(source, "run", "in-s3", "--hold", "1h", "--evidence", "in-s3.json", "--", *look)
    journals = source.work / "state" / "runs"
    while process.poll() is None and not any('"hold"' in path.read_text() for path in journals.glob("*/journal.jsonl")):
        time.sleep(0.05)
    held = {path.name: closed(path) for path in files_with(source.secrets, [journals])}
    ended = source.watcher.end(process)
    return ended, record_of(source, "in-s3.json", ended), held


def start(source: WholeSource, *words: str) -> subprocess.Popen[str]:
    """A drill command, watched from its first moment; its streams are small enough not to fill before its end is waited for."""
    return source.watcher.start(*RECOVERABLE, "drill", *words)


def record_of(source: WholeSource, name: str, ended: Ended) -> dict[str, Any]:
    assert (source.work / name).exists(), ended.err
    found: dict[str, Any] = json.loads((source.work / name).read_text())
    return found


def test_a_drill_with_the_real_drizzle_kit_ends_green(drizzled: tuple[Ended, dict[str, Any], str, int]) -> None:
    ended, record, _, unpaid = drizzled
    checks = {each["name"]: each["verdict"] for each in record["rungs"] if each["stage"] == "migrate"}

    assert (ended.code, record["verdict"], record["colour"]) == (0, "verified", "green"), (record["reason"], record["reservations"])
    assert checks == {f"migrations-{name}": "pass" for name in ("history", "from-scratch", "migrate", "history-after", "schema")}
    assert record["versions"]["drizzle-kit"]
    assert record["negative_control"]["outcome"] == "red"
    assert unpaid == 3, "what the pending migration added was there for whoever got the URL"


def test_a_drill_of_an_encrypted_repository_in_s3_with_the_real_alembic_ends_green(
    in_s3: tuple[Ended, dict[str, Any], dict[str, bool]],
) -> None:
    ended, record, _ = in_s3
    checks = {each["name"]: each["verdict"] for each in record["rungs"] if each["stage"] == "migrate"}

    assert (ended.code, record["verdict"], record["colour"]) == (0, "verified", "green"), (record["reason"], record["reservations"])
    assert len(checks) == 7
    assert set(checks.values()) == {"pass"}
    assert record["versions"]["pgbackrest"]
    assert record["versions"]["alembic"]
    assert record["backup_id"].endswith("F")


def test_the_evidence_is_locked_in_the_bucket_and_its_chain_is_whole(
    source: WholeSource, drizzled: tuple[Ended, dict[str, Any], str, int], in_s3: tuple[Ended, dict[str, Any], dict[str, bool]]
) -> None:
    client = evidence_bucket(source)
    keys = [each["Key"] for each in client.list_objects_v2(Bucket=EVIDENCE)["Contents"]]
    head = client.head_object(Bucket=EVIDENCE, Key=keys[0])
    verified = source.watcher.run(*RECOVERABLE, "drill", "verify-ledger", "--expect-head", drizzled[1]["hash"])

    assert len(keys) >= 2
    assert (head["ObjectLockMode"], head["ObjectLockRetainUntilDate"] > head["LastModified"]) in (
        ("GOVERNANCE", True),
        ("COMPLIANCE", True),
    )
    assert verified.code == 0, verified.out


def test_a_program_that_breaks_shows_its_trace_and_no_secret(source: WholeSource) -> None:
    words = (
        sys.executable,
        "-X",
        "dev",
        "-W",
        "ignore",
        "-c",
        CRASH,
        "drill",
        "run",
        "in-s3",
        "--ledger",
        str(source.work / "crashed.jsonl"),
    )
    ended = source.watcher.run(*words, RECOVERABLE_TRACEBACK="1")

    assert ended.code == 4
    assert "Traceback" in ended.err
    assert "RuntimeError" in ended.err
    assert "[struck out]" in ended.err, "the exception held no secret: this test saw nothing"


def test_no_secret_comes_out_of_any_verb(
    source: WholeSource, drizzled: tuple[Ended, dict[str, Any], str, int], in_s3: tuple[Ended, dict[str, Any], dict[str, bool]]
) -> None:
    """Argument lists of all processes while they ran, output, and every file afterwards; baselines and heartbeats were made by commands, too."""
    verbs: tuple[tuple[int, tuple[str, ...]], ...] = (
        (0, ("plan", "in-s3")),
        (1, ("status", "--publish", "cloudwatch")),
        (1, ("status", "--publish", "openmetrics", "--output", "metrics.prom")),  # the store loud was never proven
        (0, ("report", "--format", "html", "--output", "report.html")),
        (0, ("report", "--format", "json", "--output", "report.json")),
        (0, ("reap",)),
        (0, ("runbook",)),
    )
    for code, words in verbs:
        ended = source.watcher.run(*RECOVERABLE, "drill", *words)
        assert ended.code == code, (words, ended.err)
    wrong = with_a_wrong_passphrase(source, "run", "in-s3", "--ledger", "wrong.jsonl")
    loud = source.watcher.run(*RECOVERABLE, "drill", "run", "loud", "--no-negative-control", "--ledger", "loud.jsonl")
    url = drizzled[2]
    client = evidence_bucket(source)
    for each in client.list_objects_v2(Bucket=EVIDENCE)["Contents"]:
        body = client.get_object(Bucket=EVIDENCE, Key=each["Key"])["Body"].read()
        (source.work / f"kept-{each['Key'].rpartition('/')[2]}").write_bytes(body)
    lines = " ".join(source.watcher.lines)

    assert wrong.code == 1, wrong.err
    assert loud.code == 1, loud.err
    assert "MARKED_TOKEN=[struck out]" in loud.err, "what the failing command said did not come through: this test saw nothing"
    assert in_s3[2], "no file of the run held a secret while it ran: this test saw nothing"
    assert all(in_s3[2].values()), in_s3[2]
    assert [word for word in ("pgbackrest", "drizzle-kit", "alembic", "postgres") if word not in lines] == []
    secrets = (*source.secrets, url, psycopg.conninfo.conninfo_to_dict(url)["password"], WRONG)
    assert source.watcher.spilled([str(each) for each in secrets], [source.work, source.scratch], inputs=source.inputs) == []
    assert list(source.scratch.iterdir()) == []
    assert not (source.work / "url").exists()


def with_a_wrong_passphrase(source: WholeSource, *words: str) -> Ended:
    """A drill whose repository cannot be decrypted."""
    path = source.work / "passphrase"
    right = path.read_text()
    path.write_text(f"{WRONG}\n")
    try:
        return source.watcher.run(*RECOVERABLE, "drill", *words)
    finally:
        path.write_text(right)


def evidence_bucket(source: WholeSource) -> Any:
    """Where the ledger is."""
    return boto3.client("s3", endpoint_url=source.endpoint, region_name=REGION, aws_access_key_id="test", aws_secret_access_key="test")


def test_folder_of_the_source_has_no_log_of_ours_with_a_secret(source: WholeSource) -> None:
    """What pgBackRest of the drill wrote beside the source (its logs and locks) is closed or empty of secrets."""
    root = source.work.parent
    assert [path for path in files_with(source.secrets, [root / "log", root / "lock", root / "spool"]) if path.is_file()] == []
    assert Path(root / "pgbackrest.conf").exists() is False
