"""Pulumi's writers on shared state in S3: programs that wait where a test wants them to, so that two of them are sure to overlap.

An `up` takes the lock before it runs its program.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3

from recoverable.sandbox.laptop import Laptop
from tests.support.stacks import Stack

ROUNDS = 20 if os.environ.get("RECOVERABLE_LONG") else 3
PATIENCE = 120
LOCKED = "the stack is currently locked by"
VANISHED = "NoSuchKey"
"""What Pulumi says when both are refused and the other's lock was gone before it could be named."""

GROWING = """
import os, pathlib, time
import pulumi
import pulumi_aws as aws

here = pathlib.Path(os.environ["MEETING"])
(here / f"running-{os.environ['WHO']}").touch()
while not (here / "go").exists():
    time.sleep(0.02)
for number in range(int(os.environ["ROUND"]) + 1):
    aws.s3.Bucket(f"round-{number}", bucket=f"{os.environ['PREFIX']}-{number}")
pulumi.export("round", int(os.environ["ROUND"]))
pulumi.export("token", pulumi.Output.secret("hush-hush"))
"""
SLOW = """
import os, pathlib, time
import pulumi
from pulumi.dynamic import CreateResult, Resource, ResourceProvider


class Slow(ResourceProvider):
    def create(self, props):
        import os, pathlib, time
        here = pathlib.Path(os.environ["MEETING"])
        (here / "creating").touch()
        while not (here / "go").exists():
            time.sleep(0.02)
        return CreateResult("made", {})


class Thing(Resource):
    def __init__(self, name):
        super().__init__(Slow(), name, {})


Thing("slow")
"""


@dataclass
class Backend:
    """A bucket for state: versioned, with a key of its own."""

    s3: Any
    bucket: str
    key: str
    url: str

    def keys(self, prefix: str) -> list[str]:
        return [each["Key"] for each in self.s3.list_objects_v2(Bucket=self.bucket, Prefix=prefix).get("Contents", [])]

    def versions(self, key: str) -> list[dict[str, Any]]:
        """Of one object, the newest first; delete markers left out."""
        found = self.s3.list_object_versions(Bucket=self.bucket, Prefix=key).get("Versions", [])
        return [each for each in found if each["Key"] == key]


def state_bucket(laptop: Laptop, name: str) -> Backend:
    """A new bucket for state on the laptop cloud; ``name`` is any text that no other test has."""
    settings = laptop.settings()
    how = {
        "endpoint_url": settings["AWS_ENDPOINT_URL"],
        "region_name": "eu-west-1",
        "aws_access_key_id": "sandbox",
        "aws_secret_access_key": "sandbox",
    }
    s3 = boto3.client("s3", **how)
    bucket = f"state-{hashlib.sha256(name.encode()).hexdigest()[:16]}"
    key = boto3.client("kms", **how).create_key()["KeyMetadata"]["KeyId"]
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    query = f"endpoint={how['endpoint_url']}&use_path_style=true&disable_https=true&region=eu-west-1&ssetype=aws:kms&kmskeyid={key}"
    return Backend(s3, bucket, key, f"s3://{bucket}?{query}")


class Writer:
    """One person's checkout of the project, on the shared state."""

    def __init__(self, laptop: Laptop, backend: Backend, folder: Path, who: str, meeting: Path, source: str = GROWING) -> None:
        meeting.mkdir(exist_ok=True)
        told = {"PULUMI_BACKEND_URL": backend.url, "MEETING": str(meeting), "WHO": who, "PREFIX": backend.bucket, "ROUND": "0"}
        self.who = who
        self.meeting = meeting
        self.stack = Stack(laptop, folder / who, source, environment=told)

    def start(self, number: int) -> subprocess.Popen[str]:
        self.stack.environment["ROUND"] = str(number)
        return self.stack.start("up", "--yes", "--skip-preview")

    def up(self, number: int) -> None:
        """Alone, and without waiting in the program."""
        (self.meeting / "go").touch()
        self.stack.environment["ROUND"] = str(number)
        self.stack.up()
        (self.meeting / "go").unlink()


def wait_for(what: Callable[[], bool]) -> None:
    """Raises AssertionError when it does not become true."""
    pause = threading.Event()
    for _ in range(PATIENCE * 100):
        if what():
            return
        pause.wait(0.01)
    raise AssertionError("it did not happen")


def race_of_two(ann: Writer, bob: Writer, backend: Backend) -> None:
    """Of two ups at once never both win, and nothing is lost: raises AssertionError otherwise."""
    meeting = ann.meeting
    refused = 0
    for number in range(ROUNDS):
        for each in meeting.iterdir():
            each.unlink()
        running = {writer.who: writer.start(number) for writer in (ann, bob)}
        # One is in its program, waiting for us: then the other must be refused. Or both are refused: the lock is list, write, list.
        wait_for(lambda running=running: any(each.poll() is not None for each in running.values()))
        assert len(list(meeting.glob("running-*"))) <= 1
        (meeting / "go").touch()
        told = {who: each.communicate(timeout=PATIENCE)[0] for who, each in running.items()}
        winners = [who for who, each in running.items() if each.returncode == 0]
        assert len(winners) <= 1, told
        for who, text in told.items():
            assert who in winners or LOCKED in text or (not winners and VANISHED in text), text
            refused += who not in winners
        if not winners:
            ann.up(number)
        buckets = [f"{backend.bucket}-{each}" for each in range(number + 1)]
        assert sorted(each["outputs"]["bucket"] for each in bob.stack.resources().values()) == sorted(buckets)
        assert set(buckets) <= {each["Name"] for each in backend.s3.list_buckets()["Buckets"]}
        assert bob.stack.outputs() == {"round": number, "token": "hush-hush"}
        assert backend.keys(".pulumi/locks/") == []
    assert refused >= ROUNDS


def deployment_of(backend: Backend, version: dict[str, Any]) -> dict[str, Any]:
    """What `pulumi stack import` takes, from an older version of the state's object (docs/sandbox.md shows it for a shell)."""
    body = backend.s3.get_object(Bucket=backend.bucket, Key=version["Key"], VersionId=version["VersionId"])["Body"].read()
    held = json.loads(body)
    return {"version": held["version"], "deployment": held["checkpoint"]["latest"]}
