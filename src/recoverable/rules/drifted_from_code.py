"""A store is not as its code declares it."""

from __future__ import annotations

from collections.abc import Iterator

from recoverable.model.finding import Answer, Severity
from recoverable.model.live import LiveDeclared
from recoverable.rules.registry.answers import failed, passed, unsure_because
from recoverable.rules.registry.live_samples import ONLY, declared, difference
from recoverable.rules.registry.rule import Context, Rule, bad, good, unsure
from recoverable.rules.registry.samples import LATER, UNKNOWN_FLAG

PAIR = "declared = true\nthere = true\n"
SAME, LESS, MORE = difference("true"), difference("false", weaker="true"), difference("false")

RULE = Rule(
    id="RCV210",
    name="drifted-from-code",
    title="Every store is as its code declares it",
    severity=Severity.MEDIUM,
    applies_to=LiveDeclared,
    why="What was changed by hand is not what the gate judged; and the next apply turns it back, whether that is meant or not.",
    facts=(
        (
            "Changes made outside of Terraform show up as drift, and the next apply undoes them.",
            "https://developer.hashicorp.com/terraform/tutorials/state/resource-drift",
        ),
    ),
    examples=(
        good(declared(PAIR + SAME), **ONLY),
        bad(declared(PAIR + LESS), **ONLY),
        bad(declared(PAIR + MORE), **ONLY),
        unsure(LATER + declared(PAIR + difference(UNKNOWN_FLAG)), **ONLY),
        bad(declared(PAIR + SAME + MORE), **ONLY),
        good(declared(PAIR + SAME) + declared(PAIR, "bare"), "other", **ONLY),
    ),
    per_store=False,
)


def check(store: LiveDeclared, context: Context) -> Iterator[Answer]:
    """One answer for each attribute that differs or cannot be known; one for all that are the same."""
    same = [each for each in store.attributes if each.same.is_true]
    for each in store.attributes:
        said, wanted = f"{each.name}: declared: {each.declared} in {each.at}; live: {each.live}", f"{each.declared} ({each.at})"
        if each.same.unknown:
            yield unsure_because(said, each.same.note, wanted=wanted)
        elif not each.same.is_true:
            severity = Severity.HIGH if each.weaker else RULE.severity
            yield failed(said, found=each.live, wanted=wanted, fix=f"Apply the code, or write {each.live} into it.", severity=severity)
    if same and len(same) == len(store.attributes):
        yield passed(f"all that is compared is as declared in {store.at}", found=f"{len(same)} attributes", wanted="as declared")
