"""The Pulumi policy pack: every rule of `recoverable`, asked by the engine itself (docs/hosts/pulumi-policy-pack.md)."""

from recoverable.hosts.pulumi.policy_pack import PolicyPack

PolicyPack(__file__)
