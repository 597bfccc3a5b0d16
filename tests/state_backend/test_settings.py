"""What may stand in [state_backend.NAME]: each mistake is told with its line, and the schema refuses what the reader refuses."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from jsonschema import Draft7Validator

from recoverable.alerts.settings_schema import schema
from recoverable.standard.load import parse
from recoverable.standard.problems import StandardError
from recoverable.state_backend.settings import S3Backend, backend_named, read_settings
from tests.state_backend.conftest import Outcome

KEY = "arn:aws:kms:eu-west-1:123456789012:key/0a1b2c3d"
S3 = 'kind = "s3"\nbucket = "acme-state"\nregion = "eu-west-1"\n'


def text(inner: str, name: str = "infra") -> str:
    return f"schema = 1\n[state_backend.{name}]\n{inner}"


def accepted(document: str) -> bool:
    try:
        read_settings(parse(document))
    except StandardError:
        return False
    return True


GOOD = {
    "s3": S3,
    "s3-with-all": f'{S3}environment = "prod"\nclients = ["pulumi"]\nkeys = ["a", "b/c"]\nworkspaces = ["blue"]\npulumi_prefix = "x"\n'
    f'kms_key = "{KEY}"\nsecrets_key = "alias/a"\nlock_table = "locks"\nendpoint = "http://127.0.0.1:5000"\n',
    "gcs": 'kind = "gcs"\nbucket = "acme-state"\nkms_key = "projects/p/locations/eu/keyRings/r/cryptoKeys/k"\n',
    "hcp": 'kind = "hcp"\norganization = "acme"\nworkspace = "network"\n',
    "hcp-by-tags": 'kind = "hcp"\norganization = "acme"\nhostname = "tfe.acme.example"\nproject = "p"\ntags = ["a"]\n',
}
BAD = {
    "no-kind": 'bucket = "acme-state"\nregion = "eu-west-1"\n',
    "unknown-kind": 'kind = "azure"\n',
    "no-bucket": 'kind = "s3"\nregion = "eu-west-1"\n',
    "no-region": 'kind = "s3"\nbucket = "acme-state"\n',
    "bucket-in-capitals": S3.replace("acme", "Acme"),
    "no-region-at-all": S3.replace("eu-west-1", "europe"),
    "unknown-key": f'{S3}profile = "x"\n',
    "unknown-client": f'{S3}clients = ["ansible"]\n',
    "no-client": f"{S3}clients = []\n",
    "alias-for-state": f'{S3}kms_key = "alias/a"\n',
    "both-workspace-and-tags": 'kind = "hcp"\norganization = "acme"\nworkspace = "n"\ntags = ["a"]\n',
    "neither-workspace-nor-tags": 'kind = "hcp"\norganization = "acme"\n',
    "empty-key": f'{S3}keys = [""]\n',
}
BAD_FOR_THE_READER = {
    "unknown-environment": f'{S3}environment = "moon"\n',
    "key-below-pulumi": f'{S3}keys = [".pulumi/x"]\n',
    "key-of-a-lock": f'{S3}keys = ["a.tflock"]\n',
    "key-twice": f'{S3}keys = ["a", "a"]\n',
    "default-workspace": f'{S3}workspaces = ["default"]\n',
    "endpoint-without-scheme": f'{S3}endpoint = "localhost:5000"\n',
}


@pytest.mark.parametrize("name", GOOD)
def test_reader_and_schema_take_it(name: str) -> None:
    assert accepted(text(GOOD[name]))
    assert Draft7Validator(schema()).is_valid(tomllib.loads(text(GOOD[name])))


@pytest.mark.parametrize("name", BAD)
def test_reader_and_schema_refuse_it(name: str) -> None:
    assert not accepted(text(BAD[name]))
    assert not Draft7Validator(schema()).is_valid(tomllib.loads(text(BAD[name])))


@pytest.mark.parametrize("name", BAD_FOR_THE_READER)
def test_the_reader_refuses_what_only_it_can_know(name: str) -> None:
    assert not accepted(text(BAD_FOR_THE_READER[name]))


def test_a_mistake_is_told_with_its_line_and_what_to_write() -> None:
    with pytest.raises(StandardError, match=r'region is "europe", no region \(recoverable\.toml:5\)\. Write region = "eu-west-1"'):
        read_settings(parse(text(S3.replace("eu-west-1", "europe"))))


def test_a_password_in_the_endpoint_is_refused_and_not_shown() -> None:
    with pytest.raises(StandardError) as caught:
        read_settings(parse(text(f'{S3}endpoint = "https://ann:hush-hush@s3.example"\n')))
    assert "holds a user or a password" in str(caught.value)
    assert "hush-hush" not in str(caught.value)


@pytest.mark.parametrize(("environment", "days"), [("prod", 30), ("dev", 14), ("", 30)])
def test_the_environment_says_how_long_versions_are_kept_and_without_it_the_strictest_does(environment: str, days: int) -> None:
    said = f'environment = "{environment}"\n' if environment else ""
    found = backend_named(parse(text(S3 + said)), "infra")
    assert isinstance(found, S3Backend)
    assert found.kept_days == days


def test_an_unknown_name_is_bad_input_and_the_nearest_is_told(run: Callable[..., Outcome], tmp_path: Path) -> None:
    (tmp_path / "recoverable.toml").write_text(text(S3))
    told = run("show", "infre")
    assert told.code == 2
    assert "Did you mean infra?" in told.err
