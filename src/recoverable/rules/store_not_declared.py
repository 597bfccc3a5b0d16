"""A store is in the account that the code does not declare."""

from __future__ import annotations

from collections.abc import Iterator

from recoverable.model.finding import Answer, Severity
from recoverable.model.live import LiveDeclared
from recoverable.rules.registry.answers import failed, passed, unsure_because
from recoverable.rules.registry.live_samples import ONLY, declared
from recoverable.rules.registry.rule import Context, Rule, bad, good, unsure
from recoverable.rules.registry.samples import LATER, UNKNOWN_FLAG

RULE = Rule(
    id="RCV209",
    name="store-not-declared",
    title="Every store of a kind that code declares is declared",
    severity=Severity.MEDIUM,
    applies_to=LiveDeclared,
    why="What no code declares no gate judges, and nobody makes anew after a disaster.",
    facts=(
        (
            "An import block brings what is there under Terraform's management.",
            "https://developer.hashicorp.com/terraform/language/import",
        ),
    ),
    examples=(
        good(declared("declared = true\nthere = true"), **ONLY),
        bad(declared("declared = false\nthere = true"), **ONLY),
        unsure(LATER + declared(f"declared = {UNKNOWN_FLAG}\nthere = true"), **ONLY),
        good(declared("declared = true\nthere = true") + declared("declared = true\nthere = false", "gone"), "other", **ONLY),
    ),
    per_store=False,
)


def check(store: LiveDeclared, context: Context) -> Iterator[Answer]:
    """Asked of what is there; ``recoverable audit --against`` decides which kinds, accounts and regions the code speaks of."""
    if not store.there.is_true:
        return
    wanted = "declared"
    if store.declared.unknown:
        yield unsure_because("declared: cannot be known; live: there", store.declared.note, wanted=wanted)
    elif store.declared.is_true:
        yield passed(
            f"declared: in {store.at}; live: there" if store.at else "declared: as a replica; live: there", found="declared", wanted=wanted
        )
    else:
        yield failed("declared: nowhere; live: there", found="not declared", wanted=wanted, fix=FIX)


FIX = "Import it into the code (an import block), name other code with a further --against, or delete it once nobody needs it."
