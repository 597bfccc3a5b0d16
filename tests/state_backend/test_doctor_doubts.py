"""What the doctor cannot tell, or must not mistake: another account's bucket, denials that are no policy, locks that expire, writers that wait."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from recoverable.state_backend.doctor import racing
from recoverable.state_backend.doctor.step import CouldNotRunError
from tests.state_backend.conftest import Outcome
from tests.state_backend.meddling import Meddling
from tests.state_backend.places import EVERY_FLAG, RETENTION, Place, tls_only

Run = Callable[..., Outcome]
Make = Callable[..., Place]


@pytest.mark.usefixtures("account_host")
def test_the_block_of_the_account_that_asks_says_nothing_of_anothers_bucket(make: Make, run: Run, meddling: Meddling) -> None:
    """moto does not look at the owner that a call expects, so the layer before it does."""
    place = make()
    place.declared = ['clients = ["terraform"]']
    place.declare()
    place.s3.delete_public_access_block(Bucket=place.bucket)
    control = place.client("s3control")
    control.put_public_access_block(AccountId="123456789012", PublicAccessBlockConfiguration=EVERY_FLAG)
    meddling.owner = "210987654321"
    try:
        told = run("doctor", "infra", "--json")
    finally:
        control.delete_public_access_block(AccountId="123456789012")

    assert (told.code, told.steps("could not run"), told.steps("fail")) == (1, {"public-access"}, set()), told.out
    assert "not of the account that asks" in told.found("public-access")


def test_a_write_without_headers_that_no_policy_denies_is_no_pass(make: Make, run: Run, meddling: Meddling) -> None:
    place = make()
    place.declared = ['clients = ["terraform"]']
    place.declare()
    meddling.denied = [("PUT", "plain.json")]

    told = run("doctor", "infra", "--json")

    assert (told.code, told.steps("could not run"), told.steps("fail")) == (1, {"default-encryption"}, set()), told.out


def test_a_write_without_headers_that_the_policy_denies_is_well(make: Make, run: Run, meddling: Meddling) -> None:
    place = make()
    place.declared = ['clients = ["terraform"]']
    place.declare()
    policy = json.loads(tls_only(place.bucket))
    demands = {"StringNotEquals": {"s3:x-amz-server-side-encryption": "aws:kms"}}
    one = {"Effect": "Deny", "Principal": "*", "Action": "s3:PutObject", "Resource": f"arn:aws:s3:::{place.bucket}/*", "Condition": demands}
    place.s3.put_bucket_policy(Bucket=place.bucket, Policy=json.dumps({**policy, "Statement": [*policy["Statement"], one]}))
    meddling.denied = [("PUT", "plain.json")]

    told = run("doctor", "infra", "--json")

    assert told.code == 0, told.out
    assert "refused by the bucket's policy" in told.found("default-encryption")


@pytest.mark.parametrize(
    ("client", "prefix"),
    [("terraform", "terraform.tfstate.tflock"), ("terraform", "env:/blue/terraform.tfstate.tflock"), ("pulumi", ".pulumi/locks/")],
)
def test_a_rule_that_deletes_locks_by_their_age_is_found(make: Make, run: Run, client: str, prefix: str) -> None:
    place = make()
    place.declared = [f'clients = ["{client}"]']
    place.declare()
    rule: dict[str, Any] = {"ID": "stale", "Status": "Enabled", "Filter": {"Prefix": prefix}, "Expiration": {"Days": 1}}
    place.s3.put_bucket_lifecycle_configuration(Bucket=place.bucket, LifecycleConfiguration={"Rules": [RETENTION, rule]})

    told = run("doctor", "infra", "--json")

    assert (told.code, told.steps("fail")) == (1, {"lifecycle"}), told.out
    assert "rule stale deletes locks that are held, after 1 days" in told.found("lifecycle")


def test_what_may_have_been_written_is_told_where_nobody_can_be_asked(make: Make, run: Run, meddling: Meddling) -> None:
    """The answer to a write was lost, and versions may not be listed."""
    place = make()
    place.declared = ['clients = ["terraform"]']
    place.declare()
    meddling.lost = [("PUT", "race-1.tflock")]
    meddling.denied = [("GET", "versions&")]

    told = run("doctor", "infra", "--json")
    meddling.calm()

    assert told.code == 6, told.out
    assert place.versions() != []
    assert {key.rpartition("/")[2] for key in place.versions()} <= {
        item["place"].split("/")[-1].split(" ")[0] for item in told.data["left"]
    }


def test_who_interrupts_while_writers_are_started_ends_those_that_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    really = ThreadPoolExecutor.submit
    started: list[int] = []

    def submit(pool: ThreadPoolExecutor, *words: Any, **more: Any) -> Any:
        started.append(1)
        if len(started) == 5:
            raise KeyboardInterrupt
        return really(pool, *words, **more)

    monkeypatch.setattr(ThreadPoolExecutor, "submit", submit)
    begun, threads = time.monotonic(), threading.active_count()

    with pytest.raises(KeyboardInterrupt):
        racing.winners(8, lambda _: True)

    assert time.monotonic() - begun < racing.PATIENCE / 2
    assert threading.active_count() == threads


def test_writers_that_do_not_begin_together_prove_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(racing, "PATIENCE", 0.05)
    monkeypatch.setattr(racing, "ThreadPoolExecutor", lambda writers: ThreadPoolExecutor(writers - 1))
    with pytest.raises(CouldNotRunError, match="did not begin"):
        racing.winners(4, lambda _: True)
