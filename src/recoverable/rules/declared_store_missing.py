"""A store that code declares is not in the account."""

from __future__ import annotations

from collections.abc import Iterator

from recoverable.model.finding import Answer, Severity
from recoverable.model.live import LiveDeclared
from recoverable.rules.registry.answers import failed, passed, unsure_because
from recoverable.rules.registry.live_samples import ONLY, declared
from recoverable.rules.registry.rule import Context, Rule, bad, good, unsure
from recoverable.rules.registry.samples import LATER, UNKNOWN_FLAG

RULE = Rule(
    id="RCV208",
    name="declared-store-missing",
    title="Every store that code declares is in the account",
    severity=Severity.HIGH,
    applies_to=LiveDeclared,
    why="A store that was deleted by hand, or never made, is found out when it is needed; its code goes on saying that all is well.",
    facts=(
        (
            "What was deleted outside of Terraform is planned to be created anew: empty.",
            "https://developer.hashicorp.com/terraform/tutorials/state/resource-drift",
        ),
    ),
    examples=(
        good(declared("declared = true\nthere = true"), **ONLY),
        bad(declared("declared = true\nthere = false"), **ONLY),
        unsure(LATER + declared(f"declared = true\nthere = {UNKNOWN_FLAG}"), **ONLY),
        good(declared("declared = true\nthere = true") + declared("declared = false\nthere = true", "stray"), "other", **ONLY),
    ),
    per_store=False,
)


def check(store: LiveDeclared, context: Context) -> Iterator[Answer]:
    """Asked of what is declared; ``recoverable audit --against`` holds code against the account."""
    if not store.declared.is_true:
        return
    said, wanted = f"declared: in {store.at}", f"there, as declared in {store.at}"
    if store.there.unknown:
        yield unsure_because(f"{said}; live: cannot be known", store.there.note, wanted=wanted)
    elif store.there.is_true:
        yield passed(f"{said}; live: there", found="there", wanted=wanted)
    else:
        yield failed(f"{said}; live: not there", found="not there", wanted=wanted, fix=FIX)


FIX = "Restore it from its backups before code makes it anew, empty; or take it out of the code."
