"""The drill report as one self-contained page: no script, no request, in the look of the backup standard report."""

from __future__ import annotations

from recoverable.drill.durations import say_seconds
from recoverable.drill.proof_status import say_age
from recoverable.drill.reports.overview import (
    RUNG_TONES,
    TONES,
    Overview,
    StoreReport,
    control,
    figure,
    headline,
    missed,
    moment,
    place_of,
    remarks,
)
from recoverable.drill.reports.plots import STYLE, timeline, trends
from recoverable.drill.reports.records import DrillRecord
from recoverable.drill.verdict import RungVerdict
from recoverable.report.html_elements import Markup, element
from recoverable.report.html_parts import page_scroller
from recoverable.report.html_style import style

POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
MOST_DRILLS = 60


def render(over: Overview) -> str:
    """The whole page."""
    tone, word, rest = over.sentence()
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", http_equiv="Content-Security-Policy", content=POLICY),
        element("meta", name="color-scheme", content="light dark"),
        element("meta", name="generator", content=f"recoverable {over.tool_version}".strip()),
        element("title", f"recoverable: {word.lower()}, {rest}"),
        element("style", Markup(style(STYLE))),
    )
    header = element(
        "header",
        element(
            "div",
            element("p", "recoverable \u00b7 restore drills", class_="brand"),
            element("h1", element("span", word, class_=f"state {tone}"), " ", f"{rest[:1].upper()}{rest[1:]}"),
            element("p", f"{len(over.history.records)} drills in {place_of(over.history)} \u00b7 as of {moment(over.now)}", class_="muted"),
            class_="wrap",
        ),
    )
    body = element(
        "body",
        element("a", "Skip to the stores", class_="skip", href="#stores"),
        header,
        element("main", _faults(over), _table(over), *(_store(each, at) for at, each in enumerate(over.stores)), class_="wrap"),
        element("footer", element("p", f"recoverable {over.tool_version}".strip()), class_="wrap"),
    )
    return f"<!doctype html>\n{element('html', head, Markup(chr(10)), body, lang='en')}\n"


def _faults(over: Overview) -> Markup | None:
    if not over.history.faults:
        return None
    rows = [element("li", element("code", each.place), " ", each.what) for each in over.history.faults[:100]]
    return element("section", element("h2", "The ledger is broken"), element("ul", *rows, class_="list"))


def _table(over: Overview) -> Markup:
    heads = ("Store", "Last proven", "Cadence", "Newest drill", "RPO", "RTO, first query", "Verified after")
    head = element("tr", *(element("th", each, scope="col") for each in heads))
    rows = [_row(each, at) for at, each in enumerate(over.stores)]
    table = element(
        "table", element("caption", "Stores and their last proofs", class_="hidden"), element("thead", head), element("tbody", *rows)
    )
    return element("section", element("h2", "Stores"), page_scroller(table, "Stores"), id="stores")


def _row(store: StoreReport, at: int) -> Markup:
    status, newest = store.status, store.newest
    if status is None:
        proven: Markup | str = "not in recoverable.toml"
        cadence = ""
    else:
        tone = "critical" if status.alarming else "medium" if status.freshness.value == "due" or status.amber or status.stalled else "pass"
        age = "never" if status.age_minutes is None else f"{say_age(status.age_minutes)} ago"
        proven = element("span", element("span", status.freshness.value, class_=f"state {tone}"), f" {age}")
        cadence = f"{status.cadence_days} days + {status.grace_days}"
    environment = status.environment if status else newest.environment if newest else ""
    name = element("th", element("a", store.name, href=f"#store-{at}"), element("div", environment, class_="muted small"), scope="row")
    if newest is None:
        return element(
            "tr", name, element("td", proven), element("td", cadence), element("td", "none"), *(element("td", "") for _ in range(3))
        )
    return element(
        "tr",
        name,
        element("td", proven),
        element("td", cadence),
        element(
            "td",
            element("span", newest.verdict.value, class_=f"state {TONES[newest.colour]}"),
            element("div", moment(newest.ended), class_="muted small"),
        ),
        _measure(newest.rpo, newest.rpo_demanded),
        _measure(newest.rto, newest.rto_demanded),
        _measure(newest.verified_after, None),
    )


def _measure(found: float | None, demanded: float | None) -> Markup:
    said = figure(found, demanded)
    return element("td", element("span", said, class_="state critical") if missed(found, demanded) else said)


def _store(store: StoreReport, at: int) -> Markup:
    title = element("h2", store.name)
    status, newest = store.status, store.newest
    said = [element("p", f"{status.freshness.value}: {each}", class_="muted") for each in remarks(status)] if status else []
    if newest is None:
        return element("section", title, *said, element("p", "No drill of it was ever recorded."), id=f"store-{at}")
    return element("section", title, *said, _drill(newest), trends(store.drills), _past(store), id=f"store-{at}")


def _drill(drill: DrillRecord) -> Markup:
    tone = TONES[drill.colour]
    reached = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in drill.reached.items())
    facts = (
        ("When", f"{moment(drill.started)}, {drill.depth} depth"),
        ("Restored", f"{drill.target} with {drill.provider}, as {drill.environment}"),
        ("Backup", drill.backup_id),
        ("Reached", reached),
        ("RPO", figure(drill.rpo, drill.rpo_demanded)),
        ("RTO to the first query", figure(drill.rto, drill.rto_demanded)),
        ("Verified after", figure(drill.verified_after, None)),
        ("Negative control", control(drill)),
        ("Who", " on ".join(each for each in (drill.who.get("user", ""), drill.who.get("host", "")) if each)),
    )
    shown = [element("div", element("dt", name), element("dd", said)) for name, said in facts if said]
    return element(
        "article",
        element("header", element("span", drill.verdict.value, class_=f"badge {tone}"), element("code", drill.run, class_="small")),
        element("h3", f"{headline(drill)[:1].upper()}{headline(drill)[1:]}"),
        *(element("p", each, class_="muted") for each in (*drill.reservations, *drill.crashes)),
        element("dl", *shown, class_="facts"),
        timeline(drill.phases),
        _leftovers(drill),
        _rungs(drill),
        _fold("Not covered", [f"{name}: {reason}" for name, reason in drill.not_covered]),
        _fold("Versions and place in the ledger", _place(drill)),
        class_=f"card {tone}",
    )


def _leftovers(drill: DrillRecord) -> Markup | None:
    if not drill.leftovers:
        return None
    rows = [
        element("li", f"{each.get('kind', '')} {each.get('name', '')}: {each.get('reason', '')} ", element("code", each.get("command", "")))
        for each in drill.leftovers
    ]
    return element("div", element("h4", "Left over: remove it"), element("ul", *rows), class_="leftovers")


def _rungs(drill: DrillRecord) -> Markup | None:
    if not drill.rungs:
        return None
    order = [RungVerdict.FAIL, RungVerdict.COULD_NOT_RUN, RungVerdict.PASS]
    rows = [
        element(
            "tr",
            element("td", element("span", each.verdict.value, class_=f"state {RUNG_TONES[each.verdict]}")),
            element("th", each.name, element("div", each.stage, class_="muted small"), scope="row"),
            element("td", each.detail),
            element("td", "" if each.seconds is None else say_seconds(each.seconds), class_="num"),
        )
        for each in sorted(drill.rungs, key=lambda one: order.index(one.verdict))
    ]
    heads = element("tr", *(element("th", each, scope="col") for each in ("Verdict", "Rung", "What it says", "Time")))
    table = element(
        "table", element("caption", "Rungs of the newest drill", class_="hidden"), element("thead", heads), element("tbody", *rows)
    )
    counts = f"{drill.count(RungVerdict.PASS)} passed, {drill.count(RungVerdict.FAIL)} failed, {drill.count(RungVerdict.COULD_NOT_RUN)} could not run"
    broken = drill.count(RungVerdict.FAIL) + drill.count(RungVerdict.COULD_NOT_RUN) > 0
    return element("details", element("summary", f"Rungs: {counts}"), page_scroller(table, "Rungs"), open=broken)


def _place(drill: DrillRecord) -> list[str]:
    chain = [f"record {drill.sequence}, hash {drill.hash}"] if drill.hash else ["not in a ledger"]
    return [*(f"{name} {version}" for name, version in sorted(drill.versions.items())), *chain]


def _fold(title: str, rows: list[str]) -> Markup | None:
    return element("details", element("summary", title), element("ul", *(element("li", each) for each in rows))) if rows else None


def _past(store: StoreReport) -> Markup | None:
    """The numbers behind the plots."""
    shown = list(reversed(store.drills[-MOST_DRILLS:]))
    if len(shown) < 2:
        return None
    heads = element("tr", *(element("th", each, scope="col") for each in ("When", "Verdict", "Target", "RPO", "RTO", "Verified after")))
    rows = [
        element(
            "tr",
            element("th", moment(each.ended or each.started), scope="row"),
            element("td", element("span", each.verdict.value, class_=f"state {TONES[each.colour]}")),
            element("td", each.target),
            _measure(each.rpo, each.rpo_demanded),
            _measure(each.rto, each.rto_demanded),
            _measure(each.verified_after, None),
        )
        for each in shown
    ]
    table = element(
        "table", element("caption", f"Drills of {store.name}", class_="hidden"), element("thead", heads), element("tbody", *rows)
    )
    more = f", the newest {MOST_DRILLS}" if len(store.drills) > MOST_DRILLS else ""
    return element(
        "details",
        element("summary", f"All {len(store.drills)} drills{more}"),
        page_scroller(table, f"Drills of {store.name}"),
        class_="fold",
    )
