"""Plots as inline SVG, drawn of the page's own elements and colours; no script, and every number stands in a table as well."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from recoverable.drill.durations import say_seconds
from recoverable.drill.reports.overview import TONES
from recoverable.drill.reports.records import DrillRecord, PhaseView
from recoverable.report.html_elements import Markup, element

MOST_POINTS = 60
ROW = 22
LEFT, WIDE, RIGHT = 90, 560, 70
PLOT_LEFT, PLOT_WIDE, PLOT_HIGH = 64, 400, 120
STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 28800, 86400)

STYLE = """
.plot{display:block;width:100%;height:auto;max-width:46rem}
.plot text{font-size:12px;fill:var(--text);font-family:inherit}
.plot .faint{fill:var(--muted)}
.plot .rule{stroke:var(--line);stroke-width:1}
.plot .limit{stroke:var(--critical);stroke-width:1.5;stroke-dasharray:5 4}
.plot .curve{fill:none;stroke:var(--link);stroke-width:2}
.plot .phase{fill:var(--low-tint);stroke:var(--low)}
.plot .phase.bad{fill:var(--critical-tint);stroke:var(--critical)}
.plot .dot{fill:var(--surface);stroke-width:2}
.plot .dot.pass{fill:var(--pass);stroke:var(--pass)}
.plot .dot.medium{fill:var(--medium-tint);stroke:var(--medium)}
.plot .dot.critical{stroke:var(--critical)}
.state,.num{white-space:nowrap}
.leftovers h4{margin:.75rem 0 .25rem}
.leftovers ul{padding-left:1.2rem}
.trends{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,20rem),1fr));gap:1rem;margin:.75rem 0}
.trends figcaption,.timeline figcaption{font-size:.8125rem;color:var(--muted);margin-bottom:.25rem}
.timeline{margin:.75rem 0;overflow-x:auto}
.timeline .plot{min-width:32rem}
.card td:nth-child(3),.card tbody th{min-width:9rem}
.card,section>p.muted{margin-bottom:.75rem}
"""


def timeline(phases: Sequence[PhaseView]) -> Markup | None:
    """A bar for each phase, from when it began; phases may overlap (a hold lies inside of nothing else)."""
    shown = [each for each in phases if each.name]
    if not shown:
        return None
    total = max(each.offset + each.seconds for each in shown) or 1.0
    high = ROW * len(shown) + 26
    drawn: list[Markup] = []
    for at in range(5):
        x = LEFT + WIDE * at / 4
        anchor = "start" if at == 0 else "end" if at == 4 else "middle"
        drawn.append(_line(x, 0, x, high - 20, "rule"))
        drawn.append(_text(x, high - 5, say_seconds(total * at / 4), "faint", anchor))
    for row, each in enumerate(shown):
        y = row * ROW + 3
        x, width = LEFT + WIDE * each.offset / total, max(2.0, WIDE * each.seconds / total)
        bad = "" if each.outcome in ("done", "") else " bad"
        drawn.append(_text(LEFT - 8, y + 12, each.name, "", "end"))
        drawn.append(element("rect", x=_n(x), y=_n(y), width=_n(width), height=ROW - 7, rx=3, class_=f"phase{bad}"))
        drawn.append(_text(min(x + width + 5, LEFT + WIDE + 5), y + 12, say_seconds(each.seconds), "faint", "start"))
    plot = element(
        "svg", *drawn, class_="plot", viewBox=f"0 0 {LEFT + WIDE + RIGHT} {high}", role="img", aria_label="Timeline of the phases"
    )
    return element("figure", element("figcaption", "Phases of the newest drill, from its start"), plot, class_="timeline")


@dataclass(frozen=True, slots=True)
class Trend:
    """One measure over the drills of a store; ``values`` in seconds, None where it was not measured."""

    title: str
    values: tuple[float | None, ...]
    demanded: float | None


def trends(drills: Sequence[DrillRecord]) -> Markup | None:
    """RPO, RTO to the first query and time to verified, drill by drill."""
    shown = drills[-MOST_POINTS:]
    if len(shown) < 2:
        return None
    last = shown[-1]
    every = (
        Trend("RPO: data loss measured", tuple(each.rpo for each in shown), last.rpo_demanded),
        Trend("RTO: time to the first query", tuple(each.rto for each in shown), last.rto_demanded),
        Trend("Time to verified", tuple(each.verified_after for each in shown), None),
    )
    plots = [_trend(each, shown) for each in every if any(value is not None for value in each.values)]
    return element("div", *plots, class_="trends") if plots else None


def _trend(trend: Trend, drills: Sequence[DrillRecord]) -> Markup:
    known = [value for value in trend.values if value is not None]
    top = _ceiling(max(known))
    # A demand far above all that was measured would press the curve to the ground; it is said in words then.
    limit = trend.demanded if trend.demanded is not None and trend.demanded <= 4 * top else None
    top = _ceiling(max(top, limit or 0.0))
    step = PLOT_WIDE / max(1, len(drills) - 1)
    drawn: list[Markup] = []
    for part in range(3):
        y = PLOT_HIGH - PLOT_HIGH * part / 2 + 8
        drawn += [
            _line(PLOT_LEFT, y, PLOT_LEFT + PLOT_WIDE, y, "rule"),
            _text(PLOT_LEFT - 6, y + 4, say_seconds(top * part / 2), "faint", "end"),
        ]
    if limit is not None:
        drawn.append(_line(PLOT_LEFT, _height(limit, top), PLOT_LEFT + PLOT_WIDE, _height(limit, top), "limit"))
    for piece in _pieces(trend.values):
        drawn.append(
            element(
                "polyline", points=" ".join(f"{_n(PLOT_LEFT + at * step)},{_n(_height(value, top))}" for at, value in piece), class_="curve"
            )
        )
    for at, (value, drill) in enumerate(zip(trend.values, drills, strict=True)):
        if value is not None:
            dot = element("title", f"{_day(drill)}: {say_seconds(value)}, {drill.verdict.value}")
            drawn.append(
                element("circle", dot, cx=_n(PLOT_LEFT + at * step), cy=_n(_height(value, top)), r=4, class_=f"dot {TONES[drill.colour]}")
            )
    drawn += [
        _text(PLOT_LEFT, PLOT_HIGH + 26, _day(drills[0]), "faint", "start"),
        _text(PLOT_LEFT + PLOT_WIDE, PLOT_HIGH + 26, _day(drills[-1]), "faint", "end"),
    ]
    demanded = (
        "" if trend.demanded is None else f"; demanded at most {say_seconds(trend.demanded)}" + (" (dashed)" if limit is not None else "")
    )
    label = f"{trend.title}, from {say_seconds(min(known))} to {say_seconds(max(known))} in {len(known)} drills{demanded}"
    plot = element("svg", *drawn, class_="plot", viewBox=f"0 0 {PLOT_LEFT + PLOT_WIDE + 10} {PLOT_HIGH + 32}", role="img", aria_label=label)
    return element("figure", element("figcaption", f"{trend.title}{demanded}"), plot)


def _pieces(values: Sequence[float | None]) -> list[list[tuple[int, float]]]:
    """Runs of drills that measured: a gap is no line."""
    pieces: list[list[tuple[int, float]]] = [[]]
    for at, value in enumerate(values):
        if value is None:
            pieces.append([])
        else:
            pieces[-1].append((at, value))
    return [piece for piece in pieces if len(piece) > 1]


def _ceiling(value: float) -> float:
    """The next round length of time at or above a value."""
    days = math.ceil(value / STEPS[-1]) * STEPS[-1]
    return float(next((step for step in STEPS if step >= value), days))


def _height(value: float, top: float) -> float:
    return 8 + PLOT_HIGH - PLOT_HIGH * value / top


def _day(drill: DrillRecord) -> str:
    time = drill.ended or drill.started
    return f"{time:%Y-%m-%d}" if time else "unknown"


def _line(x1: float, y1: float, x2: float, y2: float, kind: str) -> Markup:
    return element("line", x1=_n(x1), y1=_n(y1), x2=_n(x2), y2=_n(y2), class_=kind)


def _text(x: float, y: float, said: str, kind: str, anchor: str) -> Markup:
    return element("text", said, x=_n(x), y=_n(y), class_=kind or None, text_anchor=anchor)


def _n(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")
