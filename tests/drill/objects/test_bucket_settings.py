"""``[drill.stores.S]`` of a bucket: what is read, and what is refused with its line; the schema says the same."""

from __future__ import annotations

import tomllib

import pytest
from jsonschema import Draft7Validator

from recoverable.alerts.settings_schema import schema
from recoverable.cli.entry import main
from recoverable.drill.settings import DrillSettings, read_settings
from recoverable.standard.load import parse
from recoverable.standard.problems import StandardError

STORE = """[drill.stores.uploads]
provider = "bucket"
environment = "prod"
[drill.stores.uploads.source]
bucket = "acme-uploads"
"""
WHOLE = f"""{STORE}region = "eu-west-1"
prefix = " data/"
sample = 50
largest_mb = 10
heartbeat = "recoverable/heartbeat.json"
replica = {{ bucket = "acme-uploads-replica", region = "eu-central-1", lag_minutes = 60 }}
[drill.stores.uploads.expect]
object_lock = "governance"
object_lock_days = 30
encryption = "aws:kms"
kms_key = "arn:aws:kms:eu-west-1:123456789012:key/1"
replica_deletes = false
objects_at_least = 1000
"""


def read(text: str) -> DrillSettings:
    return read_settings(parse(text))


def test_the_least_settings_are_a_bucket() -> None:
    store = read(STORE).store("uploads")

    assert store.store.settings == {
        "cloud": "s3", "bucket": "acme-uploads", "region": "", "prefix": "", "replica": None, "sample": 300, "largest_mb": 512, "heartbeat": "",
    }  # fmt: skip
    assert (store.expectations["object_lock"], store.expectations["versioning"]) == ("", True)
    assert (store.migrations, store.smoke) == (None, None)


def test_a_prefix_is_taken_letter_by_letter() -> None:
    assert read(WHOLE).store("uploads").store.settings["prefix"] == " data/"


@pytest.mark.parametrize("text", [STORE, WHOLE])
def test_what_is_read_fits_the_schema(text: str) -> None:
    assert list(Draft7Validator(schema()).iter_errors(tomllib.loads(f"schema = 1\n{text}"))) == []


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ('bucket = "s3://acme"', "no name of a bucket"),
        ('bucket = "acme-uploads"\nreplica = { bucket = "acme-uploads", region = "eu-west-1" }', "is the source itself"),
        ('bucket = "acme-uploads"\nreplica = { bucket = "other-bucket" }', "names no region"),
        ('bucket = "acme-uploads"\nsample = 0', "not a whole number from 1"),
        ('bucket = "acme-uploads"\nscratch = "other"', "is not a key of the standard"),
        ('region = "eu-west-1"', "names no bucket"),
        ('bucket = "acme-uploads"\n[drill.stores.uploads.expect]\nobject_lock = "governance"', "without its length"),
        ('bucket = "acme-uploads"\n[drill.stores.uploads.expect]\nobject_lock_days = 3', "without a mode"),
        ('bucket = "acme-uploads"\n[drill.stores.uploads.expect]\nheartbeat = "shop"', "is not a key of the standard"),
        ('bucket = "acme-uploads"\n[drill.stores.uploads.migrations]\ntool = "drizzle"', "needs a database"),
        ('bucket = "acme-uploads"\n[[drill.stores.uploads.smoke.queries]]\nname = "a"', "needs a database"),
    ],
)
def test_a_mistake_is_told_with_its_line(line: str, what: str) -> None:
    with pytest.raises(StandardError) as refused:
        read(STORE.replace('bucket = "acme-uploads"', line))

    assert what in str(refused.value)
    assert "recoverable.toml:" in str(refused.value)


@pytest.mark.parametrize(
    ("words", "what"),
    [
        (["run", "uploads", "--hold", "1h"], "has no database to hold"),
        (["baseline", "uploads"], "has no database"),
        (["run", "uploads", "--to", "lsn:0/1"], "cannot restore to lsn"),
        (["heartbeat", "--store", "uploads", "--sql"], "--sql is for databases"),
        (["heartbeat", "--store", "uploads", "--times", "1"], "names no heartbeat object"),
    ],
)
def test_what_needs_a_database_is_refused_on_the_command_line(
    words: list[str], what: str, tmp_path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "recoverable.toml").write_text(
        STORE.replace("[drill.stores.uploads.source]", '[drill.stores.uploads.source]\nregion = "eu-west-1"')
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RECOVERABLE_STATE_DIR", str(tmp_path / "state"))

    assert main(["drill", *words]) == 2
    assert what in capsys.readouterr().err
