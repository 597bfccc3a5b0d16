"""The accounts to look at: the session's own, or one for each role that is taken, each with its regions."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from recoverable.audit.asking import Gap, Region, guard
from recoverable.audit.calls import Json
from recoverable.audit.kept.answers_file import AnswersFile, Kept
from recoverable.model.errors import InputError
from recoverable.model.values import Unknown

CONNECT_SECONDS, READ_SECONDS = 10, 60
ATTEMPTS = 10
"""Tries of each call with botocore's adaptive mode, which slows itself down when it is throttled; AWS_MAX_ATTEMPTS says otherwise."""
POOL = 50
OWN_ENDPOINT = ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3_CONTROL")
ACTIVE = "ACTIVE"
NAME_OF_SESSION = "recoverable-audit"


@dataclass(slots=True)
class Account:
    """One account: its number, and its regions. ``gaps`` are what kept it from being looked at."""

    number: str
    regions: list[Region] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)


def accounts(
    profile: str | None, roles: list[str], wanted: list[str], external_id: str = "", answers: AnswersFile | None = None
) -> Iterator[Account]:
    """Every account with its regions: those wanted, else those that are enabled in it. ``answers`` is where answers are kept.

    Raises:
        InputError: boto3 is not installed, there is no login at all, or no region.
    """
    own = _session(profile)
    for role in roles or [""]:
        yield _account(_taken(own, role, external_id) if role else own, role, wanted, answers)


def members(
    profile: str | None,
    role_name: str,
    wanted: list[str],
    external_id: str,
    tell: Callable[[str], None],
    answers: AnswersFile | None = None,
) -> Iterator[Account]:
    """Every active account of the organization: the login's own as it is, each other one by its role of this name.

    An account that cannot be looked at goes with its gap, and so does a list that cannot be read to its end. ``tell`` hears of accounts
    that are left out, for nobody can look at one that is closed. ``answers`` is where answers are kept.

    Raises:
        InputError: boto3 is not installed, there is no login at all, or no region.
    """
    own = _session(profile)
    home = _account(own, "", wanted, answers)
    if not home.regions:  # who we are is not known: then neither is what the organization is
        yield home
        return
    name = home.regions[0].name
    root = Region(home.number, name, home.regions[0].partition, _connector(own))
    listed = root.pages("organizations", "ListAccounts", "Accounts")
    home.gaps = [*home.gaps, *root.gaps]
    yield home
    for item in listed:
        number, state = str(item["Id"]), str(item.get("State") or item.get("Status") or ACTIVE)
        if state != ACTIVE:
            tell(f"account {number} is left out: it is {state.lower().replace('_', ' ')}")
        elif number != home.number:
            role = f"arn:{root.partition}:iam::{number}:role/{role_name}"
            yield _account(_taken(own, role, external_id), role, wanted, answers)


def _account(session: Any, role: str, wanted: list[str], answers: AnswersFile | None) -> Account:
    for name in wanted:
        _partition(session, name)
    home = (wanted or [session.get_config_variable("region") or "us-east-1"])[0]
    connect = _connector(session)
    first = Region(role.split(":")[4] if role.count(":") >= 5 else "", home, _partition(session, home), connect)
    who = first.one("sts", "GetCallerIdentity", role)
    if isinstance(who, Unknown) or who is None:
        if not role:
            gap = first.gaps[-1]
            if gap.why == "denied":
                raise InputError(f"there is no login to AWS ({gap.code})", "", "Set a profile, a role, or AWS_ACCESS_KEY_ID.")
        return Account(first.account, gaps=first.gaps)
    number = str(who["Account"])
    account = Account(number)
    names = wanted
    if not names:
        base = Region(number, home, first.partition, connect)
        found = base.one("ec2", "DescribeRegions", AllRegions=False)
        if isinstance(found, dict):
            names = sorted(str(item["RegionName"]) for item in found["Regions"])
        else:
            account.gaps, names = base.gaps, [home]
    kept = _kept(answers, who)
    account.regions = [Region(number, name, _partition(session, name), connect, kept) for name in dict.fromkeys(names)]
    return account


def _kept(answers: AnswersFile | None, who: Json) -> Kept | None:
    """What this login was answered before: it is the one that STS tells now. A role may call its sessions by another name each time."""
    arn = str(who.get("Arn") or "")
    if answers is None or not arn:
        return None
    return answers.of("aws", str(who["Account"]), arn.rpartition("/")[0] if ":assumed-role/" in arn else arn)


def _partition(session: Any, region: str) -> str:
    from botocore.exceptions import BotoCoreError

    try:
        return str(session.get_partition_for_region(region))
    except BotoCoreError:
        raise InputError(f"{region!r} is no region of AWS", "--region", "Write --region eu-west-1.") from None


def _session(profile: str | None) -> Any:
    try:
        import botocore.session
        from botocore.exceptions import BotoCoreError
    except ImportError:
        raise InputError("boto3 is not installed", "", "pip install 'recoverable[drill]'.") from None
    session = botocore.session.Session(profile=profile)
    try:
        session.get_scoped_config()
    except BotoCoreError as error:
        raise InputError(f"AWS cannot be asked ({type(error).__name__})", "", "Check the name of the profile.") from None
    guard(session)
    return session


def _taken(own: Any, role: str, external_id: str) -> Any:
    """A session in a role, whose login renews itself."""
    from botocore.credentials import AssumeRoleCredentialFetcher, DeferredRefreshableCredentials

    source = own.get_credentials()
    if source is None:
        raise InputError("there is no login to AWS to take a role with", "--role-arn", "Set a profile, or AWS_ACCESS_KEY_ID.")
    more = {"RoleSessionName": NAME_OF_SESSION, **({"ExternalId": external_id} if external_id else {})}
    fetcher = AssumeRoleCredentialFetcher(own.create_client, source, role, extra_args=more)
    session = _session(own.profile)
    session.register_component("data_loader", own.get_component("data_loader"))  # its models are read once for all accounts
    session._credentials = DeferredRefreshableCredentials(fetcher.fetch_credentials, "assume-role")
    return session


def _connector(session: Any) -> Any:
    """Makes clients: patient, and with a connection for each thread."""

    def connect(service: str, region: str) -> Any:
        from botocore.config import Config
        from botocore.exceptions import BotoCoreError

        attempts = {} if os.environ.get("AWS_MAX_ATTEMPTS") else {"total_max_attempts": ATTEMPTS}
        config = Config(
            retries={"mode": "adaptive", **attempts},
            connect_timeout=CONNECT_SECONDS,
            read_timeout=READ_SECONDS,
            max_pool_connections=POOL,
        )
        try:
            client = session.create_client(service, region_name=region, config=config)
        except (BotoCoreError, ValueError) as error:
            raise InputError(f"AWS cannot be asked in {region} ({type(error).__name__})", "--region", "Check region and profile.") from None
        if any(os.environ.get(name) for name in OWN_ENDPOINT):
            client.meta.events.register("before-call.s3-control", _without_account)
        return client

    return connect


def _without_account(params: Any, **_: Any) -> None:
    """S3 Control puts the account before the host's name; an endpoint of one's own (a gateway, a laptop cloud) has no such names."""
    account = params["headers"].get("x-amz-account-id", "")
    params["url"] = params["url"].replace(f"//{account}.", "//", 1)
