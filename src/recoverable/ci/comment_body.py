"""The text of the comment and of the job's summary: the Markdown report, or why there is none."""

from __future__ import annotations

import re

# What GitHub takes: https://docs.github.com/en/rest/issues/comments refuses more with 422.
MOST = 65_536
CUT = "\n\n**The rest is cut: a comment holds 65,536 characters. The job's summary and its log list all.**\n"
_REPORT_MARK = "<!-- recoverable -->"
_SAID = 4_000
_MEANINGS = {
    2: "an option, the standard or the input is wrong",
    3: "nothing to judge was found",
    4: "the tool itself or a rule crashed",
    130: "it was interrupted",
}


def from_report(markdown: str) -> str:
    """The report without its own hidden mark, which gives way to that of the job."""
    return markdown.removeprefix(_REPORT_MARK).strip("\n")


def from_trouble(code: int, said: str) -> str:
    """What to say where there is no report."""
    ticks = "`" * max(3, 1 + max((len(run) for run in re.findall("`+", said)), default=0))
    reason = _MEANINGS.get(code, "it ended too early")
    shown = said.strip()[-_SAID:] or "(it said nothing)"
    return f"### Backup standard: not judged\n\nExit {code}: {reason}. **This is no pass.**\n\n{ticks}\n{shown}\n{ticks}"


def footer(commit: str, run: str) -> str:
    """Which commit was judged, and the run that did it; empty parts are left out."""
    parts = [f"commit {commit[:12]}" if commit else "", f"[run]({run})" if run else ""]
    return f"<sub>{', '.join(part for part in parts if part)}</sub>" if any(parts) else ""


def fit(head: str, body: str, foot: str) -> str:
    """A whole comment that the API takes; a cut falls between two findings where it can, and is told.

    GitHub counts characters; ours are counted in UTF-16 units, which are never fewer.
    """
    whole = f"{head}\n\n{body}\n\n{foot}\n"
    if _size(whole) <= MOST:
        return whole
    room = MOST - _size(f"{head}\n\n{CUT}\n{foot}\n")
    kept = body.encode("utf-16-le", "surrogatepass")[: 2 * room].decode("utf-16-le", "ignore")
    end = kept.rfind("\n\n</details>")
    kept = kept[: end + len("\n\n</details>")] if end > 0 else kept
    return f"{head}\n\n{kept}{CUT}\n{foot}\n"


def _size(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
