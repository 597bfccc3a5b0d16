"""An estate with a drilled store, facts and waivers, and real receivers for what is told of it."""

from __future__ import annotations

import base64
import datetime
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest

from recoverable.cli.entry import main
from tests.fakes.mail_server import MailServer
from tests.fakes.webhook_receiver import WebhookReceiver
from tests.support.certificates import Certificate, certificate
from tests.support.drill_ledgers import drill, ledger
from tests.support.moto_server import MotoServer

SECRET = "whsec_" + base64.b64encode(b"marked-secret-of-the-webhook-hmac").decode()
PASSWORD = "marked/Secret+of the=mail"
NOW = datetime.datetime.now(datetime.UTC)
DAY = datetime.timedelta(days=1)
ARN = "arn:aws:sns:eu-central-1:123456789012:backup-alerts"
STORE = """\
[drill]
ledger = "ledger.jsonl"
[drill.stores.orders]
provider = "local"
environment = "prod"
source = { base_backups = "backup" }
"""


@dataclass
class Done:
    """One run of the command."""

    code: int
    out: str
    err: str


@dataclass
class Estate:
    """A folder with ``recoverable.toml``, and what tests do to it."""

    folder: Path
    run: Callable[..., Done]

    def tells(self, *destinations: str, store: str = STORE, **settings: Any) -> None:
        """Write the configuration; ``settings`` are keys of [alerts]."""
        keys = "".join(f"{key} = {json.dumps(value)}\n" for key, value in settings.items())
        (self.folder / "recoverable.toml").write_text(f"{store}\n[alerts]\n{keys}{''.join(destinations)}", encoding="utf-8")

    def prove(self, *days_ago: float) -> None:
        """A ledger of its own with drills that ended so long ago."""
        for path in self.folder.glob("ledger.jsonl*"):
            path.unlink()
        ledger(self.folder / "ledger.jsonl", [drill(ended=NOW - DAY * days) for days in days_ago])

    def facts(self, *lines: dict[str, Any] | str) -> None:
        """The file of facts."""
        (self.folder / "facts.jsonl").write_text("".join(f"{each if isinstance(each, str) else json.dumps(each)}\n" for each in lines))

    @property
    def notes(self) -> str:
        """What is remembered, as it lies on the disk."""
        return (self.folder / "state" / "alerts" / "alerts.json").read_text()


def facts_of(store: str = "aws_db_instance.orders", **more: Any) -> dict[str, Any]:
    """A healthy store; ``more`` are keys that differ, and those that are ... are left out."""
    usual = {
        "schema": 1,
        "store": store,
        "environment": "prod",
        "observed": ago(minutes=5),
        "kind": "rds-instance",
        "last_backup": ago(hours=3),
        "latest_restorable": ago(minutes=9),
        "failed_jobs": [],
        "replication": [{"target": "eu-west-1", "state": "ok", "lag_seconds": 20}],
    }
    return {key: value for key, value in {**usual, **more}.items() if value is not ...}


def ago(**length: float) -> str:
    """A moment before now, as facts write it."""
    return (NOW - datetime.timedelta(**length)).isoformat()


@pytest.fixture(name="estate")
def estate_fixture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Estate:
    """Without any destination."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RECOVERABLE_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")

    def run(*words: str) -> Done:
        capsys.readouterr()
        code = main(["alerts", *words])
        shown = capsys.readouterr()
        return Done(code, shown.out, shown.err)

    made = Estate(tmp_path, run)
    made.tells()
    return made


@pytest.fixture(name="made", scope="session")
def made_fixture(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    """A certificate for loopback."""
    return certificate(tmp_path_factory.mktemp("certificate"))


@pytest.fixture(name="hook")
def hook_fixture(monkeypatch: pytest.MonkeyPatch) -> Iterator[WebhookReceiver]:
    """A webhook that verifies signatures; its address and key are in the environment."""
    with WebhookReceiver(SECRET) as receiver:
        monkeypatch.setenv("HOOK_SECRET", SECRET)
        monkeypatch.setenv("HOOK_URL", f"{receiver.address}/marked-path-as-good-as-a-secret")
        yield receiver


@pytest.fixture(name="mail")
def mail_fixture(made: Certificate, monkeypatch: pytest.MonkeyPatch) -> Iterator[MailServer]:
    """A mail server with STARTTLS that wants a login; the password is in the environment."""
    with MailServer(made, password=PASSWORD) as server:
        monkeypatch.setenv("MAIL_PASSWORD", PASSWORD)
        yield server


@dataclass
class Queue:
    """The queue that is subscribed to the topic."""

    client: Any
    url: str

    def letters(self) -> list[dict[str, Any]]:
        """What has come since the last look."""
        found = self.client.receive_message(QueueUrl=self.url, MaxNumberOfMessages=10).get("Messages", [])
        for each in found:
            self.client.delete_message(QueueUrl=self.url, ReceiptHandle=each["ReceiptHandle"])
        return [json.loads(each["Body"]) for each in found]


@pytest.fixture(name="queue")
def queue_fixture(monkeypatch: pytest.MonkeyPatch) -> Iterator[Queue]:
    """Moto's SNS, delivering to moto's SQS."""
    with MotoServer() as address:
        for name, value in {
            "AWS_ENDPOINT_URL": address,
            "AWS_ACCESS_KEY_ID": "AKIAMARKED",
            "AWS_SECRET_ACCESS_KEY": "marked-secret-of-aws",
            "AWS_DEFAULT_REGION": "eu-central-1",
        }.items():
            monkeypatch.setenv(name, value)
        sns, sqs = boto3.client("sns"), boto3.client("sqs")
        sns.create_topic(Name="backup-alerts")
        url = sqs.create_queue(QueueName="heard")["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        sns.subscribe(TopicArn=ARN, Protocol="sqs", Endpoint=arn)
        yield Queue(sqs, url)


WEBHOOK = '\n[alerts.destinations.hook]\nkind = "webhook"\nurl_env = "HOOK_URL"\nsecret_env = "HOOK_SECRET"\n'
TOPIC = f'\n[alerts.destinations.topic]\nkind = "sns"\ntopic_arn = "{ARN}"\n'


def mailbox(server: MailServer, made: Certificate, *to: str, more: str = "") -> str:
    """The table of a destination by e-mail."""
    return f"""
[alerts.destinations.oncall]
kind = "email"
host = "localhost"
port = {server.port}
from = "recoverable@example.com"
to = {json.dumps(list(to) or ["ann@example.com"])}
user = "alerts"
password_env = "MAIL_PASSWORD"
ca_file = "{made.ca_file}"
{more}"""
