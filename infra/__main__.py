"""The reference Pulumi program: exports what the backup standard demands of this stack.

The stack's name says the environment (``prod``, ``staging``, ``dev``). Components that fulfil
these demands are composed here as they are built.
"""

from pathlib import Path

import pulumi

from recoverable.standard.load import load

demands = load(None, start=Path(__file__).parent).demands(
    environment=pulumi.get_stack(), environment_source="stack name", kind="", address="", tags={}
)
pulumi.export("environment", demands.environment)
pulumi.export("backup_retention_days", demands.backup_retention_days.value)
pulumi.export("pitr_window_days", demands.pitr_window_days.value)
pulumi.export("rpo_minutes", demands.rpo_minutes.value)
pulumi.export("restore_test_days", demands.restore_test_days.value)
