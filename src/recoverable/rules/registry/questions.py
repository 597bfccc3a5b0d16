"""Questions most rules ask: is this switch on, is this number enough."""

from __future__ import annotations

from typing import Any

from recoverable.model.estate import Store, Vault
from recoverable.model.finding import Answer, Severity
from recoverable.model.values import Value
from recoverable.rules.registry.answers import cannot_tell, describe, failed, passed, say_origin, set_to
from recoverable.rules.registry.rule import Context

LESSER = ("dev", "staging")


def severity_here(context: Context, severity: Severity) -> Severity:
    """The severity in production (or where the environment is not known); ``low`` elsewhere."""
    return Severity.LOW if context.demands.environment in LESSER else severity


def must_be_on(
    value: Value[bool], what: str, consequence: str, *, wanted: str = "on", fix: str = "", severity: Severity | None = None
) -> Answer:
    """``what`` has to be on; ``consequence`` says what goes wrong otherwise."""
    if value.unknown:
        return cannot_tell(f"Whether {what} is on", value, wanted)
    if value.is_true:
        return passed(f"{what} is on", value, wanted=wanted)
    return failed(
        f"{what} is off{say_origin(value)}: {consequence}",
        value,
        found=describe(value),
        wanted=wanted,
        fix=fix or set_to(value, "true"),
        severity=severity,
    )


def must_be_off(
    value: Value[bool], what: str, consequence: str, *, wanted: str = "off", fix: str = "", severity: Severity | None = None
) -> Answer:
    """``what`` has to be off; ``consequence`` says what goes wrong otherwise."""
    if value.unknown:
        return cannot_tell(f"Whether {what} is on", value, wanted)
    if value.is_false:
        return passed(f"{what} is off", value, wanted=wanted)
    return failed(
        f"{what} is on{say_origin(value)}: {consequence}",
        value,
        found=describe(value),
        wanted=wanted,
        fix=fix or set_to(value, "false"),
        severity=severity,
    )


def is_original(store: Store) -> bool:
    """True for a store that has to be backed up itself: not a replica, log bucket or cache."""
    return store.role in ("primary", "clone")


AWS_MANAGED = ("alias/aws/", ":alias/aws/")


def under_own_key(store: Store | Vault, what: str) -> Answer:
    """The store has to be encrypted with a customer-managed key."""
    key, wanted = store.kms_key, "a customer-managed key"
    if key.unknown:
        return cannot_tell(f"Under which key the {what} is encrypted", key, wanted)
    if key.absent or (key.known and not key.data):
        return failed(
            f"the {what} is encrypted with the provider's key",
            key,
            found="the provider's key",
            wanted=wanted,
            fix=store.fixes.get("kms-key", "") or f"Set {key.path} to a key of your own.",
        )
    if key.known and any(mark in str(key.data) for mark in AWS_MANAGED):
        return failed(f"the {what} is encrypted with an AWS-managed key", key, wanted=wanted, fix=f"Set {key.path} to a key of your own.")
    return passed(f"the {what} is under a customer-managed key", key, found="a key of its own", wanted=wanted)


def secret_from_outside(store: Store, value: Value[Any]) -> bool:
    """Whether a known secret came from outside the code: a plan shows what a variable was given."""
    if store.raw is None or not store.raw.planned:
        return False
    return bool(store.raw.references.get(value.path.split(".")[0]))
