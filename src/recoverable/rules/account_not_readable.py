"""Part of an account could not be read, so that nothing is known of it."""

from __future__ import annotations

from collections.abc import Iterator

from recoverable.model.finding import Answer, Severity
from recoverable.model.live import LiveReading
from recoverable.rules.registry.answers import passed, unsure_because
from recoverable.rules.registry.live_samples import ONLY, reading
from recoverable.rules.registry.rule import Context, Rule, good, unsure

DENIED = "Allow {action}; recoverable audit {cloud} --iam-policy prints all that is needed."
DENIED_BY_NEON = "Ask with a key of somebody who may read it: in Neon a key may what its owner may."
OFF = "Enable its API in the project to look, or, where nothing of it was ever made there, waive this by its address."
SERVICE_OFF = frozenset({"SERVICE_DISABLED", "accessNotConfigured"})
AGAIN = "Run the audit again; with fewer at once (--parallel) where {name} is too busy."
REFUSED = "See what {name} means by {code}; where it does not offer this call there, waive it by its address."
NAMES = {"aws": "AWS", "gcp": "Google Cloud", "neon": "Neon"}

RULE = Rule(
    id="RCV200",
    name="account-not-readable",
    title="Everything that the audit asks for is answered",
    severity=Severity.MEDIUM,
    applies_to=LiveReading,
    why="A store that nobody may look at is not a store that is well.",
    facts=(
        (
            "Each call of an API is allowed by an action of its own.",
            "https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html",
        ),
    ),
    examples=(
        good(reading(""), "absent", **ONLY),
        unsure(reading('why = "denied"\ncode = "AccessDenied"\ntimes = 1'), "stated", **ONLY),
        unsure(reading('why = "denied"\ncode = "forbidden"\ncloud = "gcp"'), "stated", **ONLY),
        unsure(reading('why = "denied"\ncode = "403"\ncloud = "neon"'), "stated", **ONLY),
        unsure(reading('why = "denied"\ncode = "SERVICE_DISABLED"\ncloud = "gcp"'), "stated", **ONLY),
        unsure(reading('why = "refused"\ncode = "404"'), "stated", **ONLY),
        unsure(reading('why = "throttled"\ncode = "Throttling"\ntimes = 3'), "stated", **ONLY),
    ),
    per_store=False,
)


def check(reading: LiveReading, context: Context) -> Iterator[Answer]:
    """One answer for each action and region, however many calls of it were made."""
    wanted = "an answer"
    if not reading.why:
        yield passed(f"{reading.action} was answered", found="answered", wanted=wanted)
        return
    times = f", {reading.times} times" if reading.times > 1 else ""
    about = f", first for {reading.about}" if reading.about else ""
    answer = unsure_because(
        f"{reading.action} was {reading.why}{times}{about}: what it would have told is not known",
        f"{reading.action} ({reading.code})",
        wanted=wanted,
    )
    denied = OFF if reading.code in SERVICE_OFF else DENIED_BY_NEON if reading.cloud == "neon" else DENIED
    advice = {"denied": denied, "refused": REFUSED}.get(reading.why, AGAIN)
    fix = advice.format(
        action=reading.action, cloud=reading.cloud, code=reading.code or "the refusal", name=NAMES.get(reading.cloud, reading.cloud)
    )
    yield Answer(answer.verdict, answer.message, answer.found, wanted, fix)
