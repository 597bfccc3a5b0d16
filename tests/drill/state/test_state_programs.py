"""Whole drills of states that the real Terraform and the real Pulumi made, and nothing of what is in them in any output."""

from __future__ import annotations

import gzip
import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from recoverable.drill.evidence_schema import schema
from recoverable.drill.verdict import Colour, DrillVerdict, RungVerdict
from recoverable.sandbox.laptop import Laptop
from tests.drill.state.state_world import (
    KEY,
    LOGIN,
    MARKED,
    REGION,
    STACK_KEY,
    TABLE,
    Recorder,
    StateWorld,
    client_of,
    digests,
    pulumi_state,
)
from tests.support.stacks import Stack

TERRAFORM = f"""
resource "terraform_data" "each" {{
  for_each = toset(["a", "with \\"quotes\\" and ${{"$"}}{{}}", "ü/.."])
  input    = sensitive("{MARKED}")
}}
module "inner" {{
  source = "./inner"
  count  = 2
}}
data "terraform_remote_state" "none" {{
  backend  = "local"
  defaults = {{ password = "{MARKED}" }}
  config   = {{ path = "other.tfstate" }}
}}
output "token" {{
  value     = sensitive("{MARKED}")
  sensitive = true
}}
"""
INNER = 'resource "terraform_data" "many" {\n  count = 2\n}\n'
PULUMI = """
import pulumi
pulumi.export("token", pulumi.Config().require_secret("token"))
pulumi.export("big", 12345678901234567890)
pulumi.export("clear", "marked-secret-inside-of-a-state")
"""


OTHER = {"version": 4, "terraform_version": "1.11.4", "serial": 1, "lineage": "none", "outputs": {}, "resources": []}
REAL = "acme-real"


def terraform(folder: Path, *words: str) -> None:
    """The real one, as a user of the account."""
    own = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "TF_"))}
    login = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_EC2_METADATA_DISABLED": "true", "CHECKPOINT_DISABLE": "1"}
    done = subprocess.run(["terraform", *words, "-no-color"], cwd=folder, env={**own, **login}, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def history(server: tuple[str, Recorder], tmp_path_factory: pytest.TempPathFactory) -> tuple[list[bytes], str]:
    """The states on S3 of a root module that was applied twice, the oldest first, and the digest that Terraform put into DynamoDB."""
    if shutil.which("terraform") is None:
        pytest.skip("there is no terraform on this machine")
    endpoint, recorder = server
    recorder.refuse = lambda request: ""
    digests(endpoint)
    s3 = client_of(endpoint, "s3")
    s3.create_bucket(Bucket=REAL, CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_bucket_versioning(Bucket=REAL, VersioningConfiguration={"Status": "Enabled"})
    folder = tmp_path_factory.mktemp("root")
    (folder / "inner").mkdir()
    (folder / "inner" / "main.tf").write_text(INNER)
    (folder / "other.tfstate").write_text(json.dumps(OTHER))
    where = {"bucket": REAL, "key": KEY, "region": REGION, "dynamodb_table": TABLE}
    flags = "".join(f"    {name} = true\n" for name in (
        "skip_credentials_validation", "skip_metadata_api_check", "skip_requesting_account_id", "skip_region_validation", "use_path_style",
        "encrypt",
    ))  # fmt: skip
    lines = "".join(f"    {name} = {json.dumps(value)}\n" for name, value in where.items())
    ends = f'    endpoints = {{ s3 = "{endpoint}", dynamodb = "{endpoint}" }}\n'
    (folder / "backend.tf").write_text(f'terraform {{\n  backend "s3" {{\n{lines}{flags}{ends}  }}\n}}\n')
    for program in ('resource "terraform_data" "first" {\n}\n', TERRAFORM):
        (folder / "main.tf").write_text(program)
        terraform(folder, "init", "-input=false")
        # Nobody else writes here, and the digest is written without a lock too. With one, a client whose answer got lost once asks
        # again and meets its own lock (seen once, on a busy machine).
        terraform(folder, "apply", "-auto-approve", "-input=false", "-lock=false")
    listed = s3.list_object_versions(Bucket=REAL, Prefix=KEY)["Versions"]
    bodies = [s3.get_object(Bucket=REAL, Key=KEY, VersionId=each["VersionId"])["Body"].read() for each in listed]
    row = client_of(endpoint, "dynamodb").get_item(TableName=TABLE, Key={"LockID": {"S": f"{REAL}/{KEY}-md5"}})
    return sorted(bodies, key=lambda body: int(json.loads(body)["serial"])), row["Item"]["Digest"]["S"]


@pytest.fixture
def applied(world: StateWorld, history: tuple[list[bytes], str]) -> StateWorld:
    """The same in a bucket of the test's own."""
    for body in history[0]:
        world.put(body)
    item = {"LockID": {"S": f"{world.bucket}/{KEY}-md5"}, "Digest": {"S": history[1]}}
    world.client("dynamodb").put_item(TableName=TABLE, Item=item)
    world.recorder.requests.clear()
    return world


@pytest.mark.terraform
def test_a_state_of_the_real_terraform_is_green_with_its_digest(applied: StateWorld, tmp_path: Path) -> None:
    """Indexes with signs, modules with count, data sources."""
    outcome = applied.harness(tmp_path, lock_table=TABLE).drill(with_control=True)
    evidence = outcome.evidence
    told = {each.name: each for each in evidence.rungs}

    assert evidence.verdict is DrillVerdict.VERIFIED, evidence.reason
    assert (evidence.colour, evidence.control.outcome) == (Colour.GREEN, "red")
    assert told["resources-present"].figures["resources"] == 8
    assert told["checksum"].figures["digest"] == "same"
    assert evidence.rto_first_query_seconds is not None


@pytest.mark.terraform
def test_only_reads_reach_the_source_and_no_lock_is_taken(applied: StateWorld, tmp_path: Path) -> None:
    applied.harness(tmp_path, lock_table=TABLE).drill(with_control=True)
    asked = {each.partition("?")[0] for each in applied.recorder.requests}

    assert asked == {f"GET /{applied.bucket}", f"GET /{applied.bucket}/{KEY}", "POST DynamoDB_20120810.GetItem"}


@pytest.mark.terraform
def test_nothing_of_a_state_reaches_output_evidence_notes_or_command_lines(
    applied: StateWorld, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """While it is drilled, while its drill fails, and while its control runs."""
    program, log = listening(tmp_path)
    for broken in (False, True):
        if broken:
            applied.put(applied.client().get_object(Bucket=applied.bucket, Key=KEY)["Body"].read()[:-200])
        harness = applied.harness(tmp_path / str(broken), lock_table=TABLE, program=program)
        outcome = harness.drill(with_control=True)
        assert outcome.evidence.verdict is (DrillVerdict.FAILED if broken else DrillVerdict.VERIFIED)
        kept = "\n".join(path.read_text() for path in (tmp_path / str(broken)).rglob("*") if path.is_file())
        said = json.dumps(outcome.record, default=str) + repr(outcome.evidence) + "\n".join(harness.said) + kept
        for secret in (MARKED, LOGIN):
            assert secret not in said
    output = capfd.readouterr()
    for secret in (MARKED, LOGIN):
        assert secret not in output.out + output.err + log.read_text()
    assert "terraform show -json" in log.read_text()


def listening(folder: Path) -> tuple[str, Path]:
    """The real Terraform behind a script that writes down the command line of whoever started it, and its own; and where."""
    log, script = folder / "command-lines", folder / "terraform"
    script.write_text(
        f'#!/bin/sh\ntr "\\0" " " </proc/$PPID/cmdline >>{log}\necho "$0 $*" >>{log}\nexec {shutil.which("terraform")} "$@"\n'
    )
    script.chmod(0o755)
    return str(script), log


@pytest.fixture(scope="module")
def stack(laptop: Laptop, tmp_path_factory: pytest.TempPathFactory) -> tuple[list[bytes], Stack]:
    """A stack of the real engine, as its backend kept it after the first and after the second `pulumi up`."""
    place = tmp_path_factory.mktemp("stack")
    (place / "backend").mkdir()
    made = Stack(laptop, place / "shop", PULUMI, environment={"PULUMI_BACKEND_URL": f"file://{place / 'backend'}"})
    made.run("config", "set", "--secret", "token", f"{MARKED} one")
    bodies = []
    for value in ("one", "two"):
        made.run("config", "set", "--secret", "token", f"{MARKED} {value}")
        made.up()
        bodies.append((place / "backend" / STACK_KEY).read_bytes())
    return bodies, made


@pytest.fixture
def pulumi(stack: tuple[list[bytes], Stack]) -> dict[str, Any]:
    """The source of a drill whose program is that of the laptop cloud, and whose user knows no passphrase."""
    program = shutil.which("pulumi", path=stack[1].environment["PATH"])
    assert program
    return {"kind": "pulumi", "program": program}


@pytest.mark.engine
@pytest.mark.xdist_group("laptop")
@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
def test_a_stack_of_the_real_pulumi_is_verified_without_its_passphrase(
    world: StateWorld,
    stack: tuple[list[bytes], Stack],
    pulumi: dict[str, Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    packed: bool,
) -> None:
    """Its secret values are not decrypted, which the evidence says; all else comes back as it was, from an older version, too."""
    for name in [name for name in os.environ if name.startswith("PULUMI_")]:
        monkeypatch.delenv(name)
    key = f"{STACK_KEY}.gz" if packed else STACK_KEY
    for body in stack[0]:
        world.put(gzip.compress(body) if packed else body, key)
    harness = world.harness(tmp_path, url=f"s3://{world.bucket}/{key}", **pulumi)
    outcome = harness.drill(with_control=True)
    evidence = outcome.evidence
    told = {each.name: each for each in evidence.rungs}

    assert evidence.verdict is DrillVerdict.VERIFIED, evidence.reason
    assert "secret values were not decrypted" in "\n".join(evidence.reservations)
    assert len(evidence.reservations) == 1
    assert evidence.control.outcome == "red"
    assert "pulumi stack import takes 1 resources" in told["older-version-readable"].detail
    assert world.left() == set()
    assert MARKED not in json.dumps(outcome.record, default=str) + "\n".join(harness.said)


@pytest.mark.engine
@pytest.mark.xdist_group("laptop")
def test_a_stack_whose_secrets_another_provider_guards_is_read_as_well(
    world: StateWorld, stack: tuple[list[bytes], Stack], pulumi: dict[str, Any], tmp_path: Path
) -> None:
    for body in stack[0]:
        data = json.loads(body)
        state = {"url": "awskms://alias/none?region=eu-west-1", "encryptedkey": "bm9uZQ=="}
        data["checkpoint"]["latest"]["secrets_providers"] = {"type": "cloud", "state": state}
        world.put(json.dumps(data).encode(), STACK_KEY)
    evidence = world.harness(tmp_path, url=f"s3://{world.bucket}/{STACK_KEY}", **pulumi).drill().evidence

    assert evidence.verdict is DrillVerdict.VERIFIED, evidence.reason
    assert "(cloud)" in "\n".join(evidence.reservations)


@pytest.mark.engine
@pytest.mark.xdist_group("laptop")
@pytest.mark.parametrize(("damage", "rungs"), [
    (lambda body: body[: len(body) // 2], {"state-readable", "lineage-unchanged", "serial-monotonic", "resources-present"}),
    (lambda body: body.replace(b'"magic"', b'"magick"'), {"state-readable"}),
    (lambda body: body.replace(b"urn:pulumi:dev::", b"urn:pulumi:prod::"), {"state-readable", "lineage-unchanged"}),
    (lambda body: pulumi_state(1), {"state-readable", "serial-monotonic"}),
])  # fmt: skip
def test_what_pulumi_refuses_is_red(
    world: StateWorld, stack: tuple[list[bytes], Stack], pulumi: dict[str, Any], tmp_path: Path, damage: Any, rungs: set[str]
) -> None:
    """Cut off, with a broken mark of integrity, of another stack, older than the one before."""
    world.put(stack[0][0], STACK_KEY)
    world.put(damage(stack[0][1]), STACK_KEY)
    evidence = world.harness(tmp_path, url=f"s3://{world.bucket}/{STACK_KEY}", **pulumi).drill().evidence

    assert {each.name for each in evidence.failed()} == rungs, evidence.reason
    assert {each.name for each in evidence.rungs if each.verdict is RungVerdict.COULD_NOT_RUN} == set()


@pytest.mark.terraform
def test_copies_in_a_folder_are_verified_and_say_what_a_folder_cannot_tell(applied: StateWorld, tmp_path: Path) -> None:
    copies = tmp_path / "copies"
    copies.mkdir()
    listed = applied.client().list_object_versions(Bucket=applied.bucket, Prefix=KEY)["Versions"]
    for number, each in enumerate(reversed(listed)):
        body = applied.client().get_object(Bucket=applied.bucket, Key=KEY, VersionId=each["VersionId"])["Body"].read()
        (copies / f"{number}.tfstate").write_bytes(body)
        os.utime(copies / f"{number}.tfstate", (1_760_000_000 + number,) * 2)
    (copies / "notes.txt").write_text("no state")
    before = applied.recorder.requests[:]
    outcome = applied.harness(tmp_path, url=str(copies), region=None).drill(with_control=True)
    evidence = outcome.evidence

    assert evidence.verdict is DrillVerdict.VERIFIED, evidence.reason
    assert evidence.rpo_seconds is None
    assert evidence.colour is Colour.AMBER
    assert any("encrypted was not looked at" in each for each in evidence.reservations)
    assert applied.recorder.requests == before


@pytest.mark.terraform
def test_the_record_fits_its_schema(applied: StateWorld, tmp_path: Path) -> None:
    import jsonschema

    jsonschema.Draft202012Validator(schema()).validate(applied.harness(tmp_path).drill(with_control=True).record)
