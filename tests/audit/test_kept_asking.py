"""Which answers of AWS are kept: whole ones of the calls that the table names, and that nothing is set; no error, no half of a list."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import botocore.session
import pytest
from botocore.stub import Stubber

from recoverable.audit.asking import Region
from recoverable.audit.kept.answers_file import AnswersFile
from recoverable.model.values import Unknown
from tests.audit.conftest import LOGIN

Stub = Callable[[Stubber], None]
TAGS = {"Tags": [{"Key": "owner", "Value": "orders"}]}
KEY = {"KeyId": "key-1"}


class Runs:
    """Runs one after the other with one file; each is a region whose client answers what a test says, and nothing more."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __call__(self, service: str, *stubs: Stub, region: str = "eu-west-1", url: str | None = None) -> Region:
        if hasattr(self, "file"):
            self.file.close(done=False)
        self.file = AnswersFile(self.path, print)
        client = botocore.session.Session().create_client(service, region_name=region, endpoint_url=url)
        stubber = Stubber(client)
        for stub in stubs:
            stub(stubber)
        stubber.activate()
        return Region("123456789012", region, "aws", lambda *_: client, self.file.of("aws", "123456789012", "me"))


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Runs:
    for name, value in LOGIN.items():
        monkeypatch.setenv(name, value)
    return Runs(tmp_path / "answers")


def says(method: str, answer: dict[str, Any]) -> Stub:
    return lambda stub: stub.add_response(method, answer)


def fails(method: str, code: str, status: int) -> Stub:
    return lambda stub: stub.add_client_error(method, code, "marked-secret-in-a-message", status)


POLICY = says("get_bucket_policy", {"Policy": "{}"})


def policy(region: Region) -> Any:
    return region.one("s3", "GetBucketPolicy", Bucket="orders")


def test_an_answer_is_given_to_the_next_run_without_a_call(runs: Runs) -> None:
    assert policy(runs("s3", POLICY))["Policy"] == "{}"

    assert policy(runs("s3")) == {"Policy": "{}"}


def test_that_nothing_is_set_is_given_to_the_next_run(runs: Runs) -> None:
    assert policy(runs("s3", fails("get_bucket_policy", "NoSuchBucketPolicy", 404))) is None

    here = runs("s3")
    assert policy(here) is None
    assert here.gaps == []


@pytest.mark.parametrize(("code", "status"), [("AccessDenied", 403), ("SlowDown", 503), ("NoSuchBucket", 404)])
def test_an_error_is_never_kept(code: str, status: int, runs: Runs) -> None:
    assert isinstance(policy(runs("s3", fails("get_bucket_policy", code, status))), Unknown)

    assert policy(runs("s3", POLICY))["Policy"] == "{}"


def test_another_region_or_address_is_asked_itself(runs: Runs) -> None:
    """An endpoint of one's own is the same one in all regions."""
    policy(runs("s3", POLICY, url="http://127.0.0.1:9"))

    for region, url in (("eu-central-1", "http://127.0.0.1:9"), ("eu-west-1", "http://127.0.0.1:8")):
        assert policy(runs("s3", says("get_bucket_policy", {"Policy": "other"}), region=region, url=url))["Policy"] == "other"
    assert policy(runs("s3", url="http://127.0.0.1:9")) == {"Policy": "{}"}


def test_what_is_of_the_moment_is_asked_for_each_time(runs: Runs) -> None:
    for name in ("first", "second"):
        here = runs("dynamodb", says("describe_table", {"Table": {"TableName": name}}))
        assert here.one("dynamodb", "DescribeTable", TableName="orders")["Table"]["TableName"] == name  # type: ignore[index]


def test_a_list_is_kept_when_it_is_whole(runs: Runs) -> None:
    first = {"Tags": [{"TagKey": "a", "TagValue": "1"}], "NextMarker": "2", "Truncated": True}
    second = {"Tags": [{"TagKey": "b", "TagValue": "2"}], "Truncated": False}
    pages = (says("list_resource_tags", first), says("list_resource_tags", second))

    whole = runs("kms", *pages).pages("kms", "ListResourceTags", "Tags", **KEY)
    again = runs("kms").pages("kms", "ListResourceTags", "Tags", **KEY)

    assert again.items == whole.items == [*first["Tags"], *second["Tags"]]  # type: ignore[misc]
    assert again.gap is None


def test_half_a_list_is_not_kept(runs: Runs) -> None:
    first = {"Tags": [{"TagKey": "a", "TagValue": "1"}], "NextMarker": "2", "Truncated": True}
    half = runs("kms", says("list_resource_tags", first), fails("list_resource_tags", "ThrottlingException", 400))
    assert half.pages("kms", "ListResourceTags", "Tags", **KEY).gap is not None

    asked = runs("kms", says("list_resource_tags", {"Tags": [], "Truncated": False}))
    assert asked.pages("kms", "ListResourceTags", "Tags", **KEY).items == []
