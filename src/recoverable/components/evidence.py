"""What a component says of the protection that it built: evidence and instructions, the same words on every cloud."""

from typing import Any

import pulumi

from recoverable.components.base import Component


def entry(
    component: Component,
    *,
    store: Any,
    kind: str,
    protected_by: pulumi.Input[list[str]],
    retention_days: pulumi.Input[int | None],
    achieved_rpo_minutes: pulumi.Input[int | None],
    rpo_mechanism: pulumi.Input[str],
    restore_command: Any,
    pitr_window_days: pulumi.Input[int | None] = None,
    second_copy: Any = None,
) -> dict[str, Any]:
    """One entry of ``evidence``.

    ``store`` is what the cloud calls it (an ARN, a self link), ``kind`` the kind of the standard (``rds-instance``).
    ``achieved_rpo_minutes`` is what the mechanism named in ``rpo_mechanism`` promises, None where it promises no number.
    ``restore_command`` is the command line that begins a restore; it holds no secret.
    """
    demands = component.policy.demands(kind)
    return {
        "component": component.short,
        "store": store,
        "kind": kind,
        "environment": component.policy.tier,
        "owner": component.policy.owner,
        "protectedBy": protected_by,
        "retentionDays": retention_days,
        "pitrWindowDays": pitr_window_days,
        "demandedRpoMinutes": demands.rpo_minutes.value,
        "achievedRpoMinutes": achieved_rpo_minutes,
        "rpoMechanism": rpo_mechanism,
        "secondCopy": second_copy,
        "restoreCommand": restore_command,
    }
