"""The newest drill of each store as JUnit XML: a case per rung, and one each for the verdict, the age and the chain.

What could not run is an error and not skipped: a test tab must not be green where a drill was not.
"""

from __future__ import annotations

from xml.etree import ElementTree

from recoverable.drill.reports.overview import Overview, StoreReport, control, figure, headline, missed
from recoverable.drill.reports.records import DrillRecord
from recoverable.drill.verdict import RungVerdict
from recoverable.report.words import clean

TAGS = {RungVerdict.PASS: "", RungVerdict.FAIL: "failure", RungVerdict.COULD_NOT_RUN: "error"}
COUNTED = (("failure", "failures"), ("error", "errors"), ("skipped", "skipped"))


def render(over: Overview) -> str:
    """The whole document."""
    root = ElementTree.Element("testsuites", name="recoverable restore drills")
    for each in over.stores:
        _suite(root, each)
    ledger = ElementTree.SubElement(root, "testsuite", name="ledger")
    _case(
        ledger,
        "ledger",
        "chain-is-whole",
        "failure" if over.history.faults else "",
        "; ".join(f"{one.place}: {one.what}" for one in over.history.faults),
    )
    _count(ledger)
    for key in ("tests", "failures", "errors", "skipped"):
        root.set(key, str(sum(int(suite.get(key, "0")) for suite in root)))
    root.set("time", f"{sum(float(suite.get('time', '0')) for suite in root):.3f}")
    ElementTree.indent(root, " ")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ElementTree.tostring(root, encoding="unicode")}\n'


def _suite(root: ElementTree.Element, store: StoreReport) -> None:
    suite = ElementTree.SubElement(root, "testsuite", name=clean(store.name))
    if store.status:
        status = store.status
        said = f"{status.freshness.value}: {status.why}" if status.why else status.freshness.value
        _case(suite, store.name, "proven-within-cadence", "failure" if status.overdue else "", said)
        _case(
            suite,
            store.name,
            "no-failure-since-the-proof",
            "failure" if status.failed else "",
            status.failed.reason if status.failed else "",
        )
    if store.newest:
        _drill(suite, store.newest)
    _count(suite)


def _drill(suite: ElementTree.Element, drill: DrillRecord) -> None:
    if drill.started:
        suite.set("timestamp", drill.started.isoformat(timespec="seconds"))
    _case(suite, drill.store, "verdict", "" if drill.proven else "failure", headline(drill))
    for name, found, demanded in (("rpo", drill.rpo, drill.rpo_demanded), ("rto", drill.rto, drill.rto_demanded)):
        unknown = "error" if found is None and demanded is not None else ""
        _case(suite, drill.store, name, "failure" if missed(found, demanded) else unknown, figure(found, demanded))
    outcome = drill.control.get("outcome", "")
    _case(suite, drill.store, "negative-control", {"red": "", "green": "failure", "off": "skipped"}.get(outcome, "error"), control(drill))
    for each in drill.rungs:
        _case(suite, f"{drill.store}.{each.stage}" if each.stage else drill.store, each.name, TAGS[each.verdict], each.detail, each.seconds)
    for name, reason in drill.not_covered:
        _case(suite, drill.store, name, "skipped", reason)
    for each_left in drill.leftovers:
        _case(suite, drill.store, f"left over: {each_left.get('name', '')}", "failure", each_left.get("command", ""))


def _case(suite: ElementTree.Element, group: str, name: str, tag: str, said: str, seconds: float | None = None) -> None:
    case = ElementTree.SubElement(suite, "testcase", name=clean(name), classname=clean(group), time=f"{seconds or 0.0:.3f}")
    if tag:
        mark = ElementTree.SubElement(case, tag, message=clean(said))
        mark.text = clean(said)
    elif said:
        ElementTree.SubElement(case, "system-out").text = clean(said)


def _count(suite: ElementTree.Element) -> None:
    suite.set("tests", str(len(suite)))
    for tag, key in COUNTED:
        suite.set(key, str(len(suite.findall(f"testcase/{tag}"))))
    suite.set("time", f"{sum(float(case.get('time', '0')) for case in suite):.3f}")
