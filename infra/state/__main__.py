"""The state backend, a stack of its own: docs/state-backend.md tells how it moves into the bucket that it makes."""

import pulumi

import recoverable as rc

settings = pulumi.Config()
policy = rc.ProtectionPolicy(
    environment=settings.require("environment"),
    alert_address=settings.require("alertAddress"),
    replica_region=settings.get("replicaRegion"),
    owner=settings.require("owner"),
)
state = rc.StateBackend("state", rc.StateBackendArgs(policy, endpoint=settings.get("endpoint")))

pulumi.export("bucket", state.bucket_name)
pulumi.export("key", state.kms_key_arn)
pulumi.export("loginUrl", state.pulumi_login_url)
pulumi.export("secretsProvider", state.pulumi_secrets_provider)
pulumi.export("backendHcl", state.backend_hcl)
pulumi.export("evidence", policy.evidence)
