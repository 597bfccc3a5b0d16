"""A bucket with the history of a state, on moto's server behind a layer that writes down every request; and the settings of a drill."""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import count
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import make_server

from recoverable.drill.aws import clients
from recoverable.drill.ladder import LadderRung, all_rungs
from recoverable.drill.providers.state import StateProvider
from recoverable.drill.state import expectations
from recoverable.drill.state.control import CONTROL
from recoverable.drill.state.settings import read
from recoverable.drill.subject import Subject
from recoverable.sandbox.aws import gaps
from recoverable.standard.problems import Problems
from recoverable.standard.typed import Table
from tests.drill.harness import Harness
from tests.drill.shared_clock import SharedClock

REGION = "eu-west-1"
KEY = "shop/terraform.tfstate"
STACK_KEY = ".pulumi/stacks/shop/dev.json"
TABLE = "acme-locks"
NUMBERS = count(1)
"""Each test has a bucket of its own: to reset moto takes seconds."""
MARKED = "marked-secret-inside-of-a-state"
LOGIN = "marked-secret-of-aws-key"


@dataclass
class Recorder:
    """``METHOD target`` of every request: a path of S3, an action of DynamoDB or another service. ``refuse`` may give a code of JSON services in moto's place, or 503 of any."""

    app: Any
    requests: list[str] = field(default_factory=list)
    refuse: Callable[[str], str] = lambda request: ""

    def __call__(self, environ: dict[str, Any], start: Any) -> Any:
        target = environ.get("HTTP_X_AMZ_TARGET", "")
        query = environ.get("QUERY_STRING", "")
        said = f"{environ['REQUEST_METHOD']} {target or environ['PATH_INFO'] + ('?' + query if query else '')}"
        self.requests.append(said)
        code = self.refuse(said)
        if code:
            status = "503 Service Unavailable" if code == "503" else "400 Bad Request"
            body = b"" if code == "503" else json.dumps({"__type": code, "message": "a test says so"}).encode()
            start(status, [("Content-Type", "application/x-amz-json-1.1"), ("Content-Length", str(len(body)))])
            return [body]
        return self.app(environ, start)


@contextlib.contextmanager
def served() -> Iterator[tuple[str, Recorder]]:
    """Moto's server behind the sandbox's answers for what it lacks, with a table for digests."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    app: Any = DomainDispatcherApplication(create_backend_app)
    recorder = Recorder(gaps.wrap(app))
    server = make_server("127.0.0.1", 0, recorder, threaded=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    endpoint = f"http://127.0.0.1:{server.server_port}"
    digests(endpoint)
    try:
        yield endpoint, recorder
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def digests(endpoint: str) -> None:
    """The table for digests: all servers of a process show the same cloud, and another's tests may have emptied it since."""
    dynamodb = client_of(endpoint, "dynamodb")
    if TABLE not in dynamodb.list_tables()["TableNames"]:
        dynamodb.create_table(
            TableName=TABLE,
            KeySchema=[{"AttributeName": "LockID", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "LockID", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )


@dataclass
class StateWorld:
    """Everything a test needs of it."""

    endpoint: str
    recorder: Recorder
    clock: SharedClock
    scratch: Path
    bucket: str
    expect: dict[str, Any] = field(default_factory=dict)

    def client(self, service: str = "s3") -> Any:
        """Past the drill."""
        return client_of(self.endpoint, service)

    def provider(self) -> StateProvider:
        return StateProvider(self.clock)

    def source(self, **more: Any) -> dict[str, Any]:
        """``[drill.stores.state.source]`` as written."""
        usual = {"kind": "terraform", "url": f"s3://{self.bucket}/{KEY}", "region": REGION}
        return {name: value for name, value in {**usual, **more}.items() if value is not None}

    def harness(self, state: Path, rungs: tuple[LadderRung, ...] | None = None, **more: Any) -> Harness:
        """A drill with the real ladder and the real control."""
        expect = typed(expectations.read, self.expect)
        asked = all_rungs(Subject.STATE) if rungs is None else rungs
        settings = typed(read, self.source(**more))
        found = Harness(self.provider(), self.clock, state, settings, asked, CONTROL, store={"expectations": expect})
        found.first_query = lambda connection: pytest.fail("a state was asked a query")
        return found

    def put(self, body: bytes, key: str = KEY) -> str:
        """A version; gives its id."""
        found: str = self.client().put_object(Bucket=self.bucket, Key=key, Body=body).get("VersionId", "null")
        return found

    def digest(self, body: bytes, key: str = KEY) -> None:
        """What Terraform writes into its table."""
        item = {"LockID": {"S": f"{self.bucket}/{key}-md5"}, "Digest": {"S": hashlib.md5(body).hexdigest()}}
        self.client("dynamodb").put_item(TableName=TABLE, Item=item)

    def left(self) -> set[str]:
        """What drills have made, and not removed."""
        return {str(each) for each in self.scratch.iterdir()}


@lru_cache(maxsize=16)
def client_of(endpoint: str, service: str) -> Any:
    """Kept: making one takes longer than what it is asked."""
    login = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
    return boto3.client(service, endpoint_url=endpoint, region_name=REGION, **login)


def typed(reader: Any, data: dict[str, Any]) -> dict[str, Any]:
    """A table as its reader reads it."""
    problems = Problems("recoverable.toml", {})
    found: dict[str, Any] = reader(Table(data, ("drill", "stores", "state", "source"), problems))
    problems.stop_if_any()
    return found


@contextlib.contextmanager
def account(endpoint: str, recorder: Recorder, patch: pytest.MonkeyPatch, scratch: Path) -> Iterator[StateWorld]:
    """A new account with an empty, versioned, encrypted bucket."""
    recorder.refuse = lambda request: ""
    digests(endpoint)
    scratch.mkdir(exist_ok=True)
    login = {"AWS_ACCESS_KEY_ID": "AKIAFAKEFAKEFAKEFAKE", "AWS_SECRET_ACCESS_KEY": LOGIN, "AWS_EC2_METADATA_DISABLED": "true"}
    for name, value in {**login, "AWS_DEFAULT_REGION": REGION, "AWS_ENDPOINT_URL": endpoint, "TMPDIR": str(scratch)}.items():
        patch.setenv(name, value)
    for name in ("AWS_PROFILE", "AWS_REGION", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL_S3", "TF_CLI_CONFIG_FILE"):
        patch.delenv(name, raising=False)
    clients.client.cache_clear()
    world = StateWorld(endpoint, recorder, SharedClock(real=True), scratch, f"acme-state-{next(NUMBERS)}")
    s3 = world.client()
    s3.create_bucket(Bucket=world.bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_bucket_versioning(Bucket=world.bucket, VersioningConfiguration={"Status": "Enabled"})
    by_default = {"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]}
    s3.put_bucket_encryption(Bucket=world.bucket, ServerSideEncryptionConfiguration=by_default)
    recorder.requests.clear()
    try:
        yield world
    finally:
        recorder.refuse = lambda request: ""
        clients.client.cache_clear()


def terraform_state(serial: int, resources: int = 3, lineage: str = "5d1f1b3e-8b5c-7d3c-2f6a-0a4b6d1c9e11") -> bytes:
    """A state as Terraform 1.11 writes it, of resources whose provider comes with it, and a secret in the clear."""
    held = [
        {
            "mode": "managed",
            "type": "terraform_data",
            "name": f"number{number}",
            "provider": 'provider["terraform.io/builtin/terraform"]',
            "instances": [
                {"schema_version": 0, "attributes": {"id": f"id-{number}", "input": None, "output": None, "triggers_replace": None}}
            ],
        }
        for number in range(resources)
    ]
    outputs = {"password": {"value": f"{MARKED} {serial}", "type": "string", "sensitive": True}}
    data = {"version": 4, "terraform_version": "1.11.4", "serial": serial, "lineage": lineage, "outputs": outputs, "resources": held}
    return json.dumps({**data, "check_results": None}, indent=2).encode() + b"\n"


def pulumi_state(number: int, resources: int = 3) -> bytes:
    """A stack as Pulumi keeps it in a bucket, with a value that it encrypted by a passphrase nobody here knows."""
    top = "urn:pulumi:dev::shop::pulumi:pulumi:Stack::shop-dev"
    hidden = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "ciphertext": f"v1:{MARKED}:{MARKED}"}
    held: list[dict[str, Any]] = [
        {"urn": top, "custom": False, "type": "pulumi:pulumi:Stack", "outputs": {"token": hidden, "clear": MARKED}},
    ]
    for each in range(resources):
        name = f"urn:pulumi:dev::shop::aws:s3/bucket:Bucket::number{each}"
        held.append(
            {"urn": name, "custom": True, "id": f"bucket-{each}", "type": "aws:s3/bucket:Bucket", "inputs": {"n": each}, "parent": top}
        )
    manifest = {"time": f"2026-11-{number:02d}T10:00:00.123456789+01:00", "magic": "of no use", "version": "v3.259.0"}
    guardian = {"type": "passphrase", "state": {"salt": "v1:MTIzNDU2Nzg=:v1:MTIzNDU2Nzg5MDEy:zzzz"}}
    latest = {"manifest": manifest, "secrets_providers": guardian, "resources": held, "metadata": {}}
    return json.dumps({"version": 3, "checkpoint": {"stack": "organization/shop/dev", "latest": latest}}, indent=4).encode()
