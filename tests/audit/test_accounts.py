"""Which accounts are looked at: every active member of an organization; one that refuses is unknown, and the rest goes on."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass

import pytest

from recoverable.cli.entry import main
from tests.audit.conftest import LOGIN, Run
from tests.support.audit_cloud import HOME, AuditCloud

pytestmark = pytest.mark.xdist_group("audit")
REGION = "eu-west-1"


@dataclass
class Organization:
    """The cloud, and its members: two that are active, and one that is closed."""

    cloud: AuditCloud
    members: tuple[str, str]
    closed: str

    def audit(self, *words: str) -> Run:
        out, err = io.StringIO(), io.StringIO()
        with redirect_stdout(out), redirect_stderr(err):
            code = main(
                [
                    "audit",
                    "aws",
                    "--region",
                    REGION,
                    "--organization",
                    "--member-role",
                    "audit",
                    "--format",
                    "json",
                    "--allow-empty",
                    *words,
                ]
            )
        return Run(code, out.getvalue(), err.getvalue())


@pytest.fixture(scope="module")
def organization() -> Iterator[Organization]:
    cloud = AuditCloud()
    with cloud as endpoint, pytest.MonkeyPatch.context() as patch:
        for name, value in {**LOGIN, "AWS_ENDPOINT_URL": endpoint}.items():
            patch.setenv(name, value)
        client = cloud.session(HOME).client("organizations", region_name="us-east-1", endpoint_url=endpoint)
        client.create_organization(FeatureSet="ALL")
        made = [
            client.create_account(AccountName=name, Email=f"{name}@example.com")["CreateAccountStatus"]["AccountId"]
            for name in ("orders", "billing", "gone")
        ]
        client.close_account(AccountId=made[2])
        yield Organization(cloud, (made[0], made[1]), made[2])


@pytest.fixture
def sick(organization: Organization) -> Iterator[AuditCloud]:
    """The cloud for a test that makes it refuse; well again afterwards."""
    yield organization.cloud
    organization.cloud.heal()


def test_every_active_member_is_looked_at_and_a_closed_one_is_told(organization: Organization) -> None:
    organization.cloud.calls.clear()
    run = organization.audit("--rule", "RCV200")

    assert {account for account, _, service, _ in organization.cloud.calls if service == "rds"} == {HOME, *organization.members}
    assert f"account {organization.closed} is left out: it is " in run.err
    assert {item["verdict"] for item in run.results} == {"pass"}
    assert run.code == 0


def test_the_login_s_own_account_needs_no_role(organization: Organization, sick: AuditCloud) -> None:
    """The management account has no role that members have."""
    sick.refusing.add(HOME)

    assert {item["verdict"] for item in organization.audit("--rule", "RCV200").results} == {"pass"}


def test_a_member_that_refuses_is_unknown_and_the_others_are_looked_at(organization: Organization, sick: AuditCloud) -> None:
    sick.refusing.add(organization.members[0])
    sick.calls.clear()
    run = organization.audit("--rule", "RCV200")

    (unsure,) = [item for item in run.results if item["verdict"] == "unknown"]
    assert unsure["found"] == "unknown: sts:AssumeRole (AccessDenied)"
    assert organization.members[0] in unsure["address"]
    assert {account for account, _, service, _ in sick.calls if service == "rds"} == {HOME, organization.members[1]}
    assert organization.audit("--rule", "RCV200", "--strict").code == 1


def test_an_organization_that_may_not_be_listed_is_unknown_and_the_own_account_is_looked_at(
    organization: Organization, sick: AuditCloud
) -> None:
    sick.denied.add(("organizations", "ListAccounts"))
    run = organization.audit("--rule", "RCV200")

    assert [item["found"] for item in run.results if item["verdict"] == "unknown"] == [
        "unknown: organizations:ListAccounts (AccessDeniedException)"
    ]
    assert any(item["verdict"] == "pass" for item in run.results)


def test_the_policy_names_the_role_of_every_member(organization: Organization) -> None:
    policy = json.loads(organization.audit("--iam-policy").out)

    assert policy["Statement"][-1]["Resource"] == ["arn:aws:iam::*:role/audit"]
    assert any("organizations:ListAccounts" in statement["Action"] for statement in policy["Statement"])
