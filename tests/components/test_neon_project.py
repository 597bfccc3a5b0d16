"""NeonProject: what is stated in each environment, what the rules say of it, and every refusal with its whole message."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from recoverable.components.neon_project import NeonPlan, NeonProject, NeonProjectArgs
from recoverable.components.policy import Cloud, ProtectionPolicy
from recoverable.components.refusal import RefusedError
from tests.components.harness import Built, build

TOKEN = "pulumi-python:dynamic/neon:Project"
DUMPS = "s3://acme-dumps"
START = 'NeonProject "orders": '
LAUNCH, FREE = NeonPlan.LAUNCH, NeonPlan.FREE


@pytest.fixture(autouse=True)
def without_a_standard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The built-in numbers hold unless a test writes others."""
    monkeypatch.chdir(tmp_path)


def built(environment: str = "prod", *, cloud: Cloud = Cloud.AWS, preview: bool = True, **arguments: Any) -> Built:
    def program() -> None:
        far = "eu-central-1" if cloud is Cloud.AWS else "europe-west4"
        policy = ProtectionPolicy(environment, alert_address="oncall@example.com", owner="shop", replica_region=far, cloud=cloud)
        NeonProject("orders", NeonProjectArgs(policy, **arguments))

    return build(program, preview=preview, stack=environment)


def refusal(environment: str = "prod", **how: Any) -> str:
    with pytest.raises(RefusedError) as caught:
        built(environment, **how)
    return str(caught.value)


@pytest.mark.parametrize(("environment", "days", "protect"), [("prod", 30, True), ("staging", 21, True), ("dev", 14, False)])
def test_the_history_is_as_long_as_the_standard_demands(environment: str, days: int, protect: bool) -> None:
    child = built(environment, copies_elsewhere=DUMPS).one(TOKEN)
    assert (child.name, child.protect, child.retain) == ("orders-project", protect, environment == "prod")
    assert child.inputs["history_retention_seconds"] == days * 86400
    assert child.inputs["default_branch_protected"] is True
    assert child.inputs["region_id"] == "aws-eu-west-1"
    assert not [name for name in child.inputs if "key" in name]


def test_what_is_serialized_of_the_provider_is_the_same_in_every_preview() -> None:
    first, second = (built(copies_elsewhere=DUMPS).one(TOKEN).inputs["__provider"] for _ in range(2))
    assert first == second


@pytest.mark.parametrize("environment", ["prod", "staging", "dev"])
def test_the_rules_judge_the_dynamic_resource_as_a_neon_project_and_pass(environment: str) -> None:
    made = built(environment, copies_elsewhere=DUMPS)
    found = made.findings()
    assert {"RCV002", "RCV005"} <= {item.rule for item in found}
    assert [line for line in made.not_passed() if not line.startswith(("RCV090", "RCV110"))] == []


def test_the_evidence_says_how_a_restore_begins() -> None:
    said = built(copies_elsewhere=DUMPS, preview=False).outputs["orders"]["evidence"]
    assert (said["retentionDays"], said["achievedRpoMinutes"], said["secondCopy"]) == (30, 0, DUMPS)
    assert said["restoreCommand"] == (
        "neonctl branches create --project-id orders-project-id --name orders-restored --parent main@YYYY-MM-DDTHH:MM:SSZ"
    )


REFUSALS: list[tuple[str, dict[str, Any], str]] = [
    (
        "dev",
        {"plan": LAUNCH},
        "retention_days = 14 is refused: Neon's launch plan keeps 7 days of history at most. dev demands 14 days (built-in). "
        "The scale plan keeps 30 days.",
    ),
    (
        "dev",
        {"plan": FREE, "retention_days": 14},
        "retention_days = 14 is refused: Neon's free plan keeps 6 hours of history at most. It asks for 14. The scale plan keeps 30 days.",
    ),
    (
        "dev",
        {"retention_days": 31},
        "retention_days = 31 is refused: Neon's scale plan keeps 30 days of history at most. It asks for 31.",
    ),
    (
        "prod",
        {"retention_days": 0},
        "retention_days = 0 is refused: prod demands at least 30 days (built-in). Without history nothing can be restored.",
    ),
    (
        "prod",
        {"retention_days": 29},
        "retention_days = 29 is refused: prod demands at least 30 days (built-in). A fault found later than that cannot be undone.",
    ),
    (
        "prod",
        {},
        "copies_elsewhere = None is refused: prod demands a second region (built-in). "
        "Neon keeps history in the project's own region: dump to another one, and say where.",
    ),
    (
        "prod",
        {"default_branch_protected": False, "copies_elsewhere": DUMPS},
        "default_branch_protected = False is refused: not in prod. One call would delete the project with all its history.",
    ),
    ("dev", {"region_id": "eu"}, 'region_id = "eu" is refused: a region such as aws-eu-central-1. It cannot be changed later.'),
    (
        "dev",
        {"cloud": Cloud.GCP},
        "region_id = None is refused: a region such as aws-eu-central-1. It cannot be changed later.",
    ),
    ("dev", {"pg_version": 13}, "pg_version = 13 is refused: a whole number from 14 to 18. Neon offers no other."),
    (
        "dev",
        {"database": "My DB"},
        'database = "My DB" is refused: lower-case letters, digits and _, beginning with a letter, 63 at most. Others need quoting.',
    ),
    (
        "dev",
        {"api_url": "http://neon.example"},
        'api_url = "an address" is refused: an https:// address, or http:// on this machine. The API key must go to nobody else.',
    ),
]


@pytest.mark.parametrize(("environment", "arguments", "said"), REFUSALS)
def test_what_is_refused(environment: str, arguments: dict[str, Any], said: str) -> None:
    assert refusal(environment, **arguments) == START + said


STANDARDS = [
    (
        "backup_retention_days = 31",
        "retention_days = 31 is refused: Neon's scale plan keeps 30 days of history at most. prod demands 31 days (recoverable.toml:3).",
    ),
    (
        "customer_managed_key = true",
        "customer_managed_key = True is refused: Neon cannot do what prod demands (recoverable.toml:3). Neon encrypts under its own keys.",
    ),
]


@pytest.mark.parametrize(("line", "said"), STANDARDS)
def test_what_a_standard_of_ones_own_makes_refused(line: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "recoverable.toml").write_text(f"schema = 1\n[environments.prod]\n{line}\n", encoding="utf-8")
    assert refusal(copies_elsewhere=DUMPS) == START + said


@pytest.mark.parametrize("name", ["api_key", "apiKey", "password"])
def test_a_secret_under_a_wrong_name_is_not_shown(name: str) -> None:
    given = {"policy": ProtectionPolicy("dev"), name: "napi_not-a-real-key"}
    with pytest.raises(RefusedError) as caught:
        build(lambda: NeonProject("orders", given))  # type: ignore[arg-type]  # as another language sends it
    assert f'{name} = "[secret]" is refused: NeonProjectArgs has policy, plan,' in str(caught.value)
    assert "napi" not in str(caught.value)
