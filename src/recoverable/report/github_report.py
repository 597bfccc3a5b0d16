"""GitHub workflow commands: annotations on the lines of a pull request.

GitHub shows ten errors and ten warnings of a step and drops the rest, so the worst come first;
what is beyond stands in the log as plain lines, and a notice says so.
"""

from __future__ import annotations

from collections.abc import Iterator

from recoverable.model.finding import Finding, Severity, Verdict
from recoverable.report.groups import grouped
from recoverable.report.result import Result, plural, sentence, summary, worst_first
from recoverable.report.words import clean, harmless, label, near, place, whole

MOST = 10


def render(result: Result) -> str:
    """The annotations, the rest as plain lines, and one notice with the sums."""
    commands: list[str] = []
    rest: list[str] = []
    used = {"error": 0, "warning": 0, "notice": 1}
    for level, command, plain in _entries(result):
        if used[level] < MOST:
            used[level] += 1
            commands.append(command)
        else:
            rest.append(harmless(f"{level}: {clean(plain)}"))
    more = f" {plural(len(rest), 'annotation')} more than GitHub shows: see the log of this step." if rest else ""
    commands.append(_command("notice", "", 0, "recoverable", f"{sentence(result)}. {summary(result)}.{more}"))
    return "\n".join([*commands, *rest]) + "\n"


def _entries(result: Result) -> Iterator[tuple[str, str, str]]:
    for problem in result.problems:
        file, line = (near(problem.where.file), problem.where.line) if problem.where else ("", 0)
        level = {"error": "error", "missing-module": "warning"}.get(problem.kind, "notice")
        command = _command(level, file, line, f"input: {problem.kind}", clean(problem.message))
        yield level, command, f"{file}:{line} {problem.message}"
    for group in grouped(worst_first(result)):
        found = group.first
        level = _level(result, found)
        title = f"{label(found)}: {found.name} ({found.rule})"
        more = f" (and {plural(len(group.others), 'more instance')})" if group.others else ""
        said = f"{found.address}{more}: {whole(found)}"
        command = _command(level, near(found.file), found.line, title, clean(said))
        yield level, command, f"{place(found)} {found.rule} {said}"


def _level(result: Result, found: Finding) -> str:
    if result.blocks(found):
        return "error"
    if found.verdict is Verdict.FAIL and found.severity is Severity.ADVICE:
        return "notice"
    return "warning"


def _command(level: str, file: str, line: int, title: str, message: str) -> str:
    properties = [f"file={_property(clean(file))}"] if file else []
    properties += [f"line={line}"] if file and line else []
    properties += [f"title={_property(title)}"]
    return f"::{level} {','.join(properties)}::{_data(message)}"


def _data(text: str) -> str:
    text = text.encode("utf-8", "backslashreplace").decode()
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
