"""Whatever a standard demands, a bucket or state backend passes all rules, or is refused for what its cloud cannot do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recoverable.components.bucket import Bucket, BucketArgs
from recoverable.components.policy import Cloud, ProtectionPolicy
from recoverable.components.refusal import RefusedError
from recoverable.components.state_backend import StateBackend, StateBackendArgs
from tests.components.bucket_samples import open_questions
from tests.components.harness import build

KINDS: dict[str, tuple[type[Any], type[Any]]] = {"Bucket": (Bucket, BucketArgs), "StateBackend": (StateBackend, StateBackendArgs)}
FAR = {Cloud.AWS: "eu-central-1", Cloud.GCP: "europe-west4"}
SWITCH = st.sampled_from(["true", "false"])
STANDARDS = st.fixed_dictionaries(
    {
        "backup_retention_days": st.integers(1, 3650),
        "rpo_minutes": st.one_of(st.just('"none"'), st.integers(1, 60)),
        "object_lock": SWITCH,
        "customer_managed_key": SWITCH,
        "second_region": SWITCH,
        "multi_zone": SWITCH,
        "mfa_delete": st.sampled_from(['"off"', '"advice"', '"required"']),
    }
)
LEAST = "".join(
    f'[environments.{name}]\nbackup_retention_days = 1\npitr_window_days = 1\nmfa_delete = "off"\n' for name in ("staging", "dev")
)


def limit(cloud: Cloud, kind: str, standard: dict[str, Any]) -> str:
    """The field that has to be refused under a standard; "" where everything can be built."""
    too_fast = standard["second_region"] == "true" and isinstance(standard["rpo_minutes"], int) and standard["rpo_minutes"] < 15
    locked = standard["object_lock"] == "true" and (cloud is Cloud.GCP or kind == "StateBackend")
    return "object_lock" if locked else ("rpo_minutes" if too_fast else "")


@pytest.mark.parametrize("cloud", list(Cloud))
@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(standard=STANDARDS)
def test_it_passes_all_rules_or_is_refused_for_the_limit_of_its_cloud(
    tmp_path: Path, cloud: Cloud, kind: str, standard: dict[str, Any]
) -> None:
    stated = "".join(f"{name} = {value}\n" for name, value in standard.items())
    (tmp_path / "recoverable.toml").write_text(f"schema = 1\n[environments.prod]\npitr_window_days = 1\n{stated}{LEAST}")
    component, args = KINDS[kind]

    def program() -> None:
        policy = ProtectionPolicy(
            environment="prod", alert_address="ops@acme.example", replica_region=FAR[cloud], owner="shop", cloud=cloud
        )
        component("store", args(policy=policy))

    refused_field = limit(cloud, kind, standard)
    if refused_field:
        with pytest.raises(RefusedError) as refused:
            build(program, folder=tmp_path)
        assert refused.value.field == refused_field
    else:
        assert open_questions(build(program, folder=tmp_path), tmp_path) == []
