"""For any valid standard: what is built passes every rule, or is refused at construction by a limit of the provider."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from recoverable.components.policy import Cloud
from recoverable.components.refusal import RefusedError
from recoverable.standard.load import parse
from tests.components.composed import AWS, GCP, compose, policy
from tests.components.harness import Built, build
from tests.components.standards import standards

LONG = bool(os.environ.get("RECOVERABLE_LONG"))
EXAMPLES = 400 if LONG else 24
FEWER = 100 if LONG else 8
MANNER = settings(
    max_examples=EXAMPLES, deadline=None, derandomize=not LONG, suppress_health_check=list(HealthCheck), phases=set(Phase) - {Phase.explain}
)
# A refusal of what the standard asks must name the service or the mechanism that cannot do it. "A provider" alone is an excuse.
PROVIDERS = (
    "AWS Backup", "S3", "RDS", "Aurora", "KMS", "Secrets Manager", "CloudWatch", "EventBridge", "DynamoDB", "Backup and DR",
    "Google Cloud", "Cloud Storage", "Cloud SQL", "Cloud KMS", "Secret Manager", "Cloud Monitoring", "Replication Time Control", "turbo replication",
    "point-in-time recovery",
)  # fmt: skip


def built(text: str, environment: str, cloud: Cloud) -> Built:
    """The composed program under a standard, as a first preview."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "recoverable.toml").write_text(text, encoding="utf-8")
        return build(lambda: compose(policy(environment, cloud)), stack=environment, folder=Path(folder))


def names_a_limit(refusal: RefusedError) -> bool:
    """Whether a refusal says whose limit it is, or which mechanism's, and where the limit is a number, which."""
    said = f"{refusal.bound} {refusal.reason}"
    return any(name in said for name in PROVIDERS) and (isinstance(refusal.value, bool) or re.search(r"\d", refusal.bound) is not None)


@pytest.mark.parametrize("cloud", [AWS, GCP], ids=["aws", "gcp"])
def test_any_valid_standard_is_passed_or_refused_by_a_limit_of_the_provider(cloud: Cloud) -> None:
    outcomes = {"built": 0, "refused": 0}

    @MANNER
    @given(text=standards, environment=st.sampled_from(["prod", "staging", "dev", "edge"]))
    @example(text="", environment="prod")
    @example(text="", environment="dev")
    @example(text="[environments.prod]\nrpo_minutes = 1", environment="prod")
    @example(text="[environments.prod]\npitr_window_days = 36", environment="prod")
    @example(text="[environments.prod]\nbackup_retention_days = 36", environment="prod")
    @example(text='[kinds."s3-bucket"]\nobject_lock = true\n[kinds."gcs-bucket"]\nobject_lock = true', environment="prod")
    def holds(text: str, environment: str) -> None:
        environment = environment if environment in parse(text).environments else "prod"
        try:
            found = built(text, environment, cloud)
        except RefusedError as error:
            refusal: RefusedError | None = error
        else:
            refusal = None
        outcomes["refused" if refusal else "built"] += 1
        if refusal:
            assert names_a_limit(refusal), str(refusal)
        else:
            assert found.not_passed(parse(text)) == []

    holds()
    assert min(outcomes.values()) > 0, f"one half of the property was never tried: {outcomes}"


STRONGER_WHEN_MORE = re.compile(
    r"(retention(Period|Days)?|backupRetentionPeriod|deletionWindowInDays|recoveryWindowInDays|noncurrentDays|retainedBackups|days"
    r"|transactionLogRetentionDays|retentionDurationSeconds|deleteAfter|minRetentionDays|destroyScheduledDuration)$"
)


def numbers(found: Built) -> dict[tuple[str, str, str], float]:
    """Every protective number of every child: (type, name, path) -> value."""
    return {
        (child.token, child.name, path): value
        for child in found.children
        for path, value in _leaves(child.inputs, "")
        if STRONGER_WHEN_MORE.search(path) and "ransition" not in path  # moving to a cheaper class protects nothing
    }


def _leaves(value: Any, path: str) -> Iterator[tuple[str, float]]:
    if isinstance(value, dict):
        for key, each in value.items():
            yield from _leaves(each, f"{path}.{key}")
    elif isinstance(value, list):
        for number, each in enumerate(value):
            yield from _leaves(each, f"{path}[{number}]")
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        yield path, float(value)
    elif isinstance(value, str) and re.fullmatch(r"\d+s", value):
        yield path, float(value[:-1])


@pytest.mark.parametrize("cloud", [AWS, GCP], ids=["aws", "gcp"])
def test_prod_is_at_least_staging_and_staging_at_least_dev_in_every_number(cloud: Cloud) -> None:
    compared = 0

    @settings(MANNER, max_examples=FEWER)
    @given(text=standards.filter(lambda text: "[kinds" not in text))  # a kind's number is a written decision, and may be weaker
    @example(text="")
    def holds(text: str) -> None:
        nonlocal compared
        try:
            prod, staging, dev = (numbers(built(text, name, cloud)) for name in ("prod", "staging", "dev"))
        except RefusedError:
            return
        for strong, weak in ((prod, staging), (staging, dev)):
            for key in strong.keys() & weak.keys():
                compared += 1
                assert strong[key] >= weak[key], f"{key}: {strong[key]} in the stronger environment, {weak[key]} in the weaker"

    holds()
    assert compared > 10
