"""The fake of Google Cloud Storage does what Google's pages say; every number and error in here is theirs."""

from __future__ import annotations

import base64
import datetime
import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.drill.gcs.asking import API, BEARER, ask, make, reason
from tests.fakes.fake_gcs import NUMBER, PROJECT, FakeGcs
from tests.fakes.gcs_checksums import crc32c, md5

START = datetime.datetime(2026, 3, 1, 12, tzinfo=datetime.UTC)
SECOND = datetime.timedelta(seconds=1)
UPLOAD = "/upload/storage/v1/b"
# https://cloud.google.com/storage/docs/json_api/v1/status-codes, "Error Response Format"
UNAUTHORIZED = {
    "error": {
        "errors": [
            {"domain": "global", "reason": "required", "message": "Login Required", "locationType": "header", "location": "Authorization"}
        ],
        "code": 401,
        "message": "Login Required",
    }
}
FORBIDDEN = {
    "error": {"errors": [{"domain": "global", "reason": "forbidden", "message": "Forbidden"}], "code": 403, "message": "Forbidden"}
}
# https://cloud.google.com/storage/docs/json_api/v1/objects, "Resource representations"
OBJECT = {
    "kind", "id", "selfLink", "mediaLink", "name", "bucket", "generation", "metageneration", "contentType", "storageClass", "size",
    "softDeleteTime", "restoreToken", "hardDeleteTime", "md5Hash", "contentEncoding", "contentDisposition", "contentLanguage", "cacheControl",
    "crc32c", "componentCount", "etag", "kmsKeyName", "temporaryHold", "eventBasedHold", "retentionExpirationTime", "retention", "timeCreated",
    "timeFinalized", "updated", "timeDeleted", "timeStorageClassUpdated", "customTime", "metadata", "acl", "owner", "customerEncryption",
}  # fmt: skip
# https://cloud.google.com/storage/docs/using-object-versioning, "JSON API"
ENABLE = {"versioning": {"enabled": True}}


class Now:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.moment = START

    def __call__(self) -> datetime.datetime:
        self.moment += datetime.timedelta(milliseconds=1)
        return self.moment


@pytest.fixture
def now() -> Now:
    """The fake's clock."""
    return Now()


@pytest.fixture
def fake(tmp_path: Path, now: Now) -> Iterator[FakeGcs]:
    """A project without buckets."""
    with FakeGcs(tmp_path, now) as found:
        assert isinstance(found, FakeGcs)
        yield found


def put(fake: FakeGcs, name: str, content: bytes, bucket: str = "acme", **query: str) -> tuple[int, object]:
    return ask(fake, "POST", f"{UPLOAD}/{bucket}/o", {"uploadType": "media", "name": name, **query}, content, kind="text/plain")


def test_who_is_not_logged_in_gets_the_documented_error(fake: FakeGcs) -> None:
    assert ask(fake, "GET", API, {"project": PROJECT}, headers={}) == (401, UNAUTHORIZED)
    assert ask(fake, "GET", API, {"project": PROJECT}, headers={"Authorization": "Bearer no"})[0] == 401


def test_a_project_of_others_gets_the_documented_error(fake: FakeGcs) -> None:
    assert ask(fake, "GET", API, {"project": "somebody-else"}) == (403, FORBIDDEN)


def test_a_new_bucket_has_googles_defaults_and_may_be_asked_for_by_the_projects_number(fake: FakeGcs) -> None:
    status, made = make(fake, {"name": "acme", "location": "europe-west1", "labels": {"env": "prod"}})

    assert status == 200
    assert made["location"] == "EUROPE-WEST1"
    assert made["locationType"] == "region"
    assert "rpo" not in made
    assert made["softDeletePolicy"]["retentionDurationSeconds"] == "604800"
    assert made["iamConfiguration"]["publicAccessPrevention"] == "inherited"
    assert made["iamConfiguration"]["uniformBucketLevelAccess"] == {"enabled": False}
    assert ask(fake, "GET", API, {"project": NUMBER, "prefix": "ac"})[1] == {"kind": "storage#buckets", "items": [made]}
    assert ask(fake, "GET", API, {"project": NUMBER, "prefix": "b"})[1] == {"kind": "storage#buckets"}


def test_a_bucket_in_two_regions_has_a_kind_of_replication(fake: FakeGcs) -> None:
    made = make(fake, {"name": "acme", "location": "EU", "rpo": "ASYNC_TURBO", "customPlacementConfig": {"dataLocations": ["A", "B"]}})[1]

    assert (made["locationType"], made["rpo"], made["customPlacementConfig"]) == (
        "dual-region",
        "ASYNC_TURBO",
        {"dataLocations": ["A", "B"]},
    )


def test_a_name_is_taken_whoever_has_it(fake: FakeGcs) -> None:
    fake.others.add("theirs")
    make(fake, {"name": "acme"})

    for name in ("acme", "theirs"):
        status, answer = make(fake, {"name": name})
        assert (status, reason(answer)) == (409, "conflict")


@pytest.mark.parametrize("body", [{"name": "acme", "colour": "red"}, {"name": "acme", "versioning": {"on": True}}, {"name": "A"}])
def test_what_the_api_does_not_know_is_refused(fake: FakeGcs, body: dict[str, object]) -> None:
    assert make(fake, body)[0] == 400
    assert fake.truth() == set()


def test_an_unknown_parameter_is_refused(fake: FakeGcs) -> None:
    assert ask(fake, "GET", API, {"project": PROJECT, "colour": "red"})[0] == 400


def test_a_patch_needs_the_metageneration_that_it_names(fake: FakeGcs) -> None:
    make(fake, {"name": "acme"})

    status, answer = ask(fake, "PATCH", f"{API}/acme", {"ifMetagenerationMatch": "2"}, ENABLE)
    assert (status, reason(answer)) == (412, "conditionNotMet")
    status, answer = ask(fake, "PATCH", f"{API}/acme", {"ifMetagenerationMatch": "1"}, ENABLE)
    assert (status, answer["versioning"], answer["metageneration"]) == (200, {"enabled": True}, "2")


def test_a_deleted_object_becomes_noncurrent_and_an_overwritten_one_too(fake: FakeGcs) -> None:
    make(fake, {"name": "acme", **ENABLE})
    put(fake, "a/b", b"one")
    put(fake, "a/b", b"two")
    assert ask(fake, "DELETE", f"{API}/acme/o/a%2Fb")[0] == 204

    found = ask(fake, "GET", f"{API}/acme/o", {"versions": "true"})[1]["items"]
    assert [each["md5Hash"] for each in found] == [md5(b"one"), md5(b"two")]
    assert all("timeDeleted" in each for each in found)
    assert found[0]["timeDeleted"] == found[1]["timeCreated"]
    assert ask(fake, "GET", f"{API}/acme/o")[1] == {"kind": "storage#objects"}
    assert ask(fake, "GET", f"{API}/acme/o/a%2Fb")[0] == 404
    again = ask(fake, "GET", f"{API}/acme/o/a%2Fb", {"generation": found[0]["generation"], "alt": "media"})
    assert again == (200, b"one")


def test_objects_have_the_documented_fields_alone(fake: FakeGcs) -> None:
    make(fake, {"name": "acme", **ENABLE, "encryption": {"defaultKmsKeyName": "projects/p/locations/l/keyRings/r/cryptoKeys/k"}})
    put(fake, "a", b"123456789")
    put(fake, "a", b"two")
    for each in ask(fake, "GET", f"{API}/acme/o", {"versions": "true"})[1]["items"]:
        assert set(each) <= OBJECT
        assert each["kmsKeyName"].endswith("/cryptoKeys/k/cryptoKeyVersions/1")


def test_checksums_are_those_of_the_standards() -> None:
    # RFC 3720, appendix B.4: 32 bytes of zeros, of ones, and ascending; as it prints them, the lowest byte first
    for content, wanted in ((b"\0" * 32, "aa36918a"), (b"\xff" * 32, "43aba862"), (bytes(range(32)), "4e79dd46")):
        assert base64.b64decode(crc32c(content))[::-1].hex() == wanted
    assert base64.b64decode(md5(b"")).hex() == "d41d8cd98f00b204e9800998ecf8427e"


def test_a_generation_that_is_deleted_for_good_is_kept_by_soft_delete_and_can_be_restored(fake: FakeGcs, now: Now) -> None:
    make(fake, {"name": "acme", **ENABLE})
    put(fake, "a", b"one")
    put(fake, "a", b"two")
    first = ask(fake, "GET", f"{API}/acme/o", {"versions": "true"})[1]["items"][0]["generation"]
    assert ask(fake, "DELETE", f"{API}/acme/o/a", {"generation": first})[0] == 204

    (soft,) = ask(fake, "GET", f"{API}/acme/o", {"softDeleted": "true"})[1]["items"]
    assert soft["generation"] == first
    assert {"softDeleteTime", "hardDeleteTime"} <= set(soft)
    assert ask(fake, "GET", f"{API}/acme/o", {"softDeleted": "true", "versions": "true"})[0] == 400
    assert len(ask(fake, "GET", f"{API}/acme/o", {"versions": "true"})[1]["items"]) == 1
    assert ask(fake, "POST", f"{API}/acme/o/a/restore", {"generation": first}, {})[1]["md5Hash"] == md5(b"one")
    now.moment += datetime.timedelta(days=8)
    assert ask(fake, "GET", f"{API}/acme/o", {"softDeleted": "true"})[1] == {"kind": "storage#objects"}


def test_lists_come_in_pages_in_the_order_of_names(fake: FakeGcs) -> None:
    make(fake, {"name": "acme", **ENABLE})
    for name in ("b", "a/2", "a/1", "a/1"):
        put(fake, name, b"x")

    first = ask(fake, "GET", f"{API}/acme/o", {"versions": "true", "prefix": "a/", "maxResults": "2"})[1]
    second = ask(fake, "GET", f"{API}/acme/o", {"versions": "true", "prefix": "a/", "pageToken": first["nextPageToken"]})[1]
    assert [each["name"] for each in (*first["items"], *second["items"])] == ["a/1", "a/1", "a/2"]
    assert "nextPageToken" not in second
    assert ask(fake, "GET", f"{API}/acme/o", {"delimiter": "/"})[1]["prefixes"] == ["a/"]


def test_retention_holds_and_a_locked_policy_forbid(fake: FakeGcs) -> None:
    make(fake, {"name": "acme", "retentionPolicy": {"retentionPeriod": "86400"}})
    put(fake, "a", b"one")

    status, answer = ask(fake, "DELETE", f"{API}/acme/o/a")
    assert (status, reason(answer)) == (403, "retentionPolicyNotMet")
    assert put(fake, "a", b"two")[0] == 403
    assert "retentionExpirationTime" in ask(fake, "GET", f"{API}/acme/o/a")[1]
    locked = ask(fake, "POST", f"{API}/acme/lockRetentionPolicy", {"ifMetagenerationMatch": "1"})[1]
    assert locked["retentionPolicy"]["isLocked"]
    for weaker in ({"retentionPolicy": None}, {"retentionPolicy": {"retentionPeriod": "60"}}):
        assert ask(fake, "PATCH", f"{API}/acme", body=weaker)[0] == 400
    make(fake, {"name": "held"})
    put(fake, "a", b"one", "held")
    ask(fake, "PATCH", f"{API}/held/o/a", body={"temporaryHold": True})
    status, answer = ask(fake, "DELETE", f"{API}/held/o/a")
    assert (status, reason(answer)) == (403, "objectUnderActiveHold")


def test_an_objects_own_retention_can_be_shortened_only_where_it_is_unlocked_and_said_so(fake: FakeGcs) -> None:
    ask(fake, "POST", API, {"project": PROJECT, "enableObjectRetention": "true"}, {"name": "acme"})
    put(fake, "a", b"one")
    far, near = (START + datetime.timedelta(days=days) for days in (30, 1))
    words = {"mode": "Unlocked", "retainUntilTime": far.isoformat()}
    assert ask(fake, "PATCH", f"{API}/acme/o/a", body={"retention": words})[0] == 200
    shorter = {"retention": {**words, "retainUntilTime": near.isoformat()}}
    assert ask(fake, "PATCH", f"{API}/acme/o/a", body=shorter)[0] == 403
    assert ask(fake, "PATCH", f"{API}/acme/o/a", {"overrideUnlockedRetention": "true"}, shorter)[0] == 200


def test_a_bucket_that_is_not_empty_cannot_be_deleted(fake: FakeGcs) -> None:
    make(fake, {"name": "acme"})
    put(fake, "a", b"one")

    assert ask(fake, "DELETE", f"{API}/acme")[0] == 409
    ask(fake, "DELETE", f"{API}/acme/o/a")
    assert ask(fake, "DELETE", f"{API}/acme")[0] == 204
    assert ask(fake, "GET", f"{API}/acme")[0] == 404


def test_a_large_object_is_copied_in_pieces_of_one_source_generation(fake: FakeGcs) -> None:
    make(fake, {"name": "acme", **ENABLE})
    make(fake, {"name": "other"})
    put(fake, "a", b"0123456789")
    generation = ask(fake, "GET", f"{API}/acme/o/a")[1]["generation"]
    put(fake, "a", b"newer")
    fake.copies.chunk = 4
    path, query = f"{API}/acme/o/a/rewriteTo/b/other/o/x%2Fa", {"sourceGeneration": generation}
    answers: list[Any] = []
    while not answers or not answers[-1]["done"]:
        answers.append(ask(fake, "POST", path, query, {})[1])
        query = {"sourceGeneration": generation, "rewriteToken": answers[-1].get("rewriteToken", "")}

    assert [each["totalBytesRewritten"] for each in answers] == ["4", "8", "10"]
    assert ask(fake, "GET", f"{API}/other/o/x%2Fa", {"alt": "media"})[1] == b"0123456789"
    assert ask(fake, "POST", path, {"rewriteToken": "made up"}, {})[0] == 400


def test_an_upload_with_fields_is_checked_against_its_checksum(fake: FakeGcs) -> None:
    make(fake, {"name": "acme"})
    for said, wanted in ((md5(b"a\nb\r\n"), 200), (md5(b"c"), 400)):
        head = json.dumps({"name": "a", "md5Hash": said, "contentType": "text/plain"}).encode()
        raw = b"--x\r\nContent-Type: application/json\r\n\r\n" + head + b"\r\n--x\r\nContent-Type: text/plain\r\n\r\na\nb\r\n\r\n--x--"
        answer = ask(fake, "POST", f"{UPLOAD}/acme/o", {"uploadType": "multipart"}, raw, kind="multipart/related; boundary=x")
        assert answer[0] == wanted
    assert ask(fake, "GET", f"{API}/acme/o/a", {"alt": "media"})[1] == b"a\nb\r\n"
    assert put(fake, "a", b"again", ifGenerationMatch="0")[0] == 412


def test_what_is_kept_compressed_is_unpacked_for_who_does_not_ask_for_gzip(fake: FakeGcs) -> None:
    make(fake, {"name": "acme"})
    packed = gzip.compress(b"a long story")
    fake.put("acme", "a", packed, contentEncoding="gzip")
    media = {"alt": "media"}

    assert ask(fake, "GET", f"{API}/acme/o/a", media)[1] == b"a long story"
    assert ask(fake, "GET", f"{API}/acme/o/a", media, headers={**BEARER, "Accept-Encoding": "gzip"})[1] == packed


def test_a_composite_object_has_no_md5(fake: FakeGcs) -> None:
    make(fake, {"name": "acme"})
    fake.put("acme", "a", b"parts", componentCount=2)
    found = ask(fake, "GET", f"{API}/acme/o/a")[1]

    assert found["componentCount"] == 2
    assert "md5Hash" not in found
    assert found["crc32c"] == crc32c(b"parts")


def test_who_is_let_in_is_told_by_policy_and_lists(fake: FakeGcs) -> None:
    bucket = fake.make("acme")
    bucket.policy = [{"role": "roles/storage.objectViewer", "members": ["allUsers"]}]
    bucket.acl = [{"entity": "allUsers", "role": "READER"}]

    assert ask(fake, "GET", f"{API}/acme/iam")[1]["bindings"] == bucket.policy
    assert ask(fake, "GET", f"{API}/acme", {"projection": "full"})[1]["acl"] == bucket.acl
    fake.denied.add("storage.buckets.getIamPolicy")
    status, answer = ask(fake, "GET", f"{API}/acme/iam")
    assert (status, reason(answer)) == (403, "forbidden")
