"""What a crash says: its type and place. Its text is never told, for it may hold a value of the input."""

from __future__ import annotations

import os

from recoverable.model.finding import Answer, Confidence, Finding, Severity, Verdict

REPORT_IT = "This is a bug in recoverable, not in your code: please report it with this line and its version."


def crash_place(error: BaseException) -> str:
    """``file.py:line`` of the innermost frame that raised."""
    last = error.__traceback__
    while last and last.tb_next:
        last = last.tb_next
    return f"{os.path.basename(last.tb_frame.f_code.co_filename)}:{last.tb_lineno}" if last else "an unknown place"


def crashed(what: str, error: BaseException) -> Answer:
    """The answer of something that crashed: an error, never a pass. All of it is shown on request."""
    if os.environ.get("RECOVERABLE_TRACEBACK"):
        import traceback

        traceback.print_exception(error)
    return Answer(
        Verdict.ERROR,
        f"{what} crashed: {type(error).__name__} at {crash_place(error)}",
        found="no answer",
        fix=REPORT_IT,
        confidence=Confidence.HIGH,
    )


def unjudged(path: str, error: BaseException) -> Finding:
    """The finding for an input that made a reader or mapping crash: nothing in it was judged."""
    answer = crashed("the reader", error)
    return Finding(
        "RCV000",
        "input-not-judged",
        answer.verdict,
        Severity.CRITICAL,
        answer.confidence,
        path,
        f"nothing in this input was judged: {answer.message}",
        answer.found,
        "an input that is judged",
        answer.fix,
        kind="gate",
        source=path,
    )
