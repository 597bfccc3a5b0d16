"""An account of Neon with two organisations and a project of twins, in the fake that drills use."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from recoverable.rules.registry.samples import resource
from tests.audit.conftest import Run
from tests.audit.google.conftest import command
from tests.drill.neon.test_neon_api import NoData
from tests.fakes.fake_neon import KEY
from tests.fakes.fake_neon_account import FakeNeonAccount
from tests.fakes.json_server import Faults

ACME, TOOLS = "org-acme-11111111", "org-tools-2222222"
MONTH, WEEK = 2592000, 604800
STANDARD = "schema = 1\n[environments.prod]\nrpo_minutes = 15\n"


@dataclass(frozen=True)
class NeonTwin:
    """A project as the API has it and as code. ``snapshot`` is how many minutes ago the newest one was made."""

    name: str
    wrong: frozenset[str]
    organization: str = ACME
    kept: int = MONTH
    protected: bool = True
    schedule: tuple[dict[str, Any], ...] = ()
    snapshot: int | None = None
    only_live: frozenset[str] = frozenset()
    more: tuple[dict[str, Any], ...] = ()
    fields: dict[str, Any] = field(default_factory=dict)

    @property
    def address(self) -> str:
        return f"neon:{self.name}"

    @property
    def code(self) -> str:
        """The same project in Terraform."""
        body = f'name = "{self.name}"\nhistory_retention_seconds = {self.kept}\ndefault_branch_protected = {str(self.protected).lower()}'
        code = resource("neon_project", self.name, body)
        if self.schedule:
            items = "\n".join(
                f'schedule {{\n  frequency = "{item["frequency"]}"\n  hour = 3\n  retention_seconds = {item["retention_seconds"]}\n}}'
                for item in self.schedule
            )
            code += resource("neon_branch_backup_schedule", self.name, f"project_id = neon_project.{self.name}.id\n{items}")
        return code


def twin(name: str, *wrong: str, live: str = "", **words: Any) -> NeonTwin:
    """One twin; ``live`` is a rule that only the account breaks."""
    return NeonTwin(name, frozenset(wrong), only_live=frozenset({live} if live else ()), **words)


DAILY = ({"frequency": "daily", "hour": 3, "retention_seconds": MONTH},)
WEEKLY = ({"frequency": "weekly", "hour": 3, "day": 1, "retention_seconds": MONTH},)
SHORT = ({"frequency": "daily", "hour": 3, "retention_seconds": MONTH - 86400},)
TWINS = (
    twin("good-prod"),
    twin("open-prod", "RCV030", protected=False),
    twin("kept-prod", "RCV002", kept=MONTH - 86400),
    twin("window-prod", "RCV002", "RCV005", kept=WEEK - 1),
    twin("none-prod", "RCV001", "RCV004", "RCV006", kept=0),
    twin("snap-prod", kept=WEEK, schedule=DAILY, snapshot=600),
    twin("short-prod", "RCV002", kept=WEEK, schedule=SHORT, snapshot=600),
    twin("stale-prod", live="RCV201", kept=WEEK, schedule=DAILY, snapshot=3000),
    twin("never-prod", live="RCV201", kept=WEEK, schedule=DAILY),
    twin("weekly-prod", kept=WEEK, schedule=WEEKLY, snapshot=10000),
    twin("tools-dev", organization=TOOLS, kept=1209600),
    twin("tools-prod", "RCV002", organization=TOOLS, kept=1209600),
    twin("branched-prod", more=({"name": "feature"}, {"name": "frozen", "protected": True})),
)


def now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FakeNeonAccount]:
    """The fake with all twins, and the environment of this process leading to it."""
    folder = tmp_path_factory.mktemp("neon")
    with pytest.MonkeyPatch.context() as patch, FakeNeonAccount(folder, NoData(), now) as fake:
        assert isinstance(fake, FakeNeonAccount)
        patch.setenv("NEON_API_HOST", f"{fake.address}/api/v2")
        patch.setenv("NEON_API_KEY", KEY)
        patch.setenv("SSL_CERT_FILE", str(fake.certificate))
        patch.setattr("recoverable.audit.web.client.FIRST_PAUSE", 0.001)
        for each in TWINS:
            branches = ({"name": "main", "protected": each.protected}, *each.more)
            fake.add(each.name, each.organization, *branches, history_retention_seconds=each.kept, **each.fields)
            fake.schedules[each.name] = [dict(item) for item in each.schedule]
            if each.snapshot is not None:
                fake.snap(each.name, each.snapshot)
        yield fake


@pytest.fixture
def sick(account: FakeNeonAccount) -> Iterator[FakeNeonAccount]:
    """The account for a test that makes it deny or throttle; well again afterwards."""
    account.calls.clear()
    yield account
    account.faults = Faults()
    account.denied.clear()
    account.personal_key = True


@pytest.fixture(scope="module")
def audit(account: FakeNeonAccount, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Run]:
    standard = Path(tmp_path_factory.mktemp("standard")) / "recoverable.toml"
    standard.write_text(STANDARD, encoding="utf-8")
    return lambda *words: command("neon", "--config", str(standard), *words)
