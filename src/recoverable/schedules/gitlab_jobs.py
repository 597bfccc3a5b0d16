"""The jobs that ``recoverable schedule --gitlab`` writes. When they run is set in GitLab itself: a schedule is no part of a pipeline's file."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from recoverable.init.yaml_text import quoted
from recoverable.schedules.cadence import DAILY, Cadence
from recoverable.schedules.logins import CLOUD_OF_AUDIT, gitlab_lines, gitlab_tokens
from recoverable.schedules.tasks import (
    ALERTS,
    AUDIT,
    CHECK_HEARTBEAT,
    DRILL,
    DRILL_HEARTBEAT,
    FACTS,
    Tasks,
    facts_of,
    ping,
    shell_quoted,
)

FILE = ".gitlab/recoverable-schedules.gitlab-ci.yml"
INCLUDE = (f"- local: {FILE}",)
WHICH = "RECOVERABLE_SCHEDULE"
_IMAGE = "python:3.12"
_HEAD = """\
# What runs by itself, written by `recoverable schedule`; docs/schedules.md in recoverable's repository says more.
# Each job runs in pipelines of a schedule alone, and only of the one that names it in RECOVERABLE_SCHEDULE.
"""


def jobs(tasks: Tasks, stage: str = "test") -> str:
    """The whole file.

    Raises:
        InputError: recoverable's origin is not known, or a name is no text for YAML.
    """
    parts = [_HEAD, *("".join(_drill_job(tasks, each, stage)) for each in tasks.cadences)]
    parts += ["".join(_audit_job(tasks, each, stage)) for each in tasks.audits]
    if tasks.alerts:
        parts.append("".join(_alerts_job(tasks, stage)))
    parts.append("".join(_check_job(tasks, stage)))
    return "\n".join(part.rstrip("\n") for part in parts) + "\n"


def schedules(tasks: Tasks) -> Iterator[str]:
    """The commands that make the schedules."""
    planned = [(each.name, tasks.moment("drills").cron(each)) for each in tasks.cadences]
    for which, cron in (*((f"drills-{name}", cron) for name, cron in planned), ("daily", tasks.moment("daily").cron(DAILY))):
        branch = shell_quoted(tasks.project.branch)
        yield f'glab schedule create --cron "{cron}" --cronTimeZone UTC --ref {branch} --description "recoverable {which}" --variable {WHICH}:{which}'


def _common(tasks: Tasks, stage: str, which: str, limit: str, clouds: Collection[str] = (), *, always: bool = False) -> Iterator[str]:
    yield f"  stage: {quoted(stage)}\n  image: {_IMAGE}\n  timeout: {limit}\n  interruptible: false\n"
    yield f'  rules:\n    - if: $CI_PIPELINE_SOURCE == "schedule" && ${WHICH} == "{which}"\n'
    if always:
        yield "      # Whatever came of the audits.\n      when: always\n"
    yield from gitlab_tokens(clouds)
    yield f'  variables:\n    GIT_DEPTH: "1"\n    RECOVERABLE_REQUIREMENT: {quoted(tasks.requirement)}\n'


def _script(lines: list[str], clouds: Collection[str] = (), purpose: str = "") -> Iterator[str]:
    yield '  script:\n    - pip install --quiet --disable-pip-version-check "$RECOVERABLE_REQUIREMENT"\n'
    yield from gitlab_lines(clouds, purpose)
    for line in lines:
        yield f"    - |\n      {line}\n"


def _drill_job(tasks: Tasks, cadence: Cadence, stage: str) -> Iterator[str]:
    of = tasks.of(cadence)
    minutes = max(each.minutes for each in of)
    yield f"recoverable-drills-{cadence.name}:\n"
    yield from _common(tasks, stage, f"drills-{cadence.name}", f"{minutes} minutes", tasks.clouds(of))
    yield f"  parallel:\n    matrix:\n      - STORE: [{', '.join(quoted(each.store) for each in of)}]\n"
    yield "  # One drill at a time.\n  resource_group: recoverable-drills\n"
    yield "  # A store of provider local needs PostgreSQL's programs in the image, and must reach its backups.\n"
    lines = [f'recoverable drill run "$STORE"{tasks.flags} --evidence evidence.json', ping(DRILL_HEARTBEAT)]
    yield from _script(lines, tasks.clouds(of), DRILL)
    yield "  artifacts:\n    when: always\n    expire_in: 1 year\n    paths: [evidence.json]\n"


def _audit_job(tasks: Tasks, name: str, stage: str) -> Iterator[str]:
    clouds = {CLOUD_OF_AUDIT[name]}
    yield f"recoverable-audit-{name}:\n"
    yield from _common(tasks, stage, "daily", "180 minutes", clouds)
    yield f"  resource_group: recoverable-audit-{name}\n"
    yield from _script([tasks.audit_command(name)], clouds, AUDIT)
    yield f"  artifacts:\n    when: always\n    expire_in: 1 week\n    paths: [{facts_of(name)}]\n"


def _alerts_job(tasks: Tasks, stage: str) -> Iterator[str]:
    clouds = tasks.logins[ALERTS]
    yield "recoverable-alerts:\n"
    yield from _common(tasks, stage, "daily", "20 minutes", clouds, always=bool(tasks.audits))
    yield '    RECOVERABLE_STATE_DIR: ".recoverable-state"\n'
    yield "  resource_group: recoverable-alerts\n"
    if tasks.audits:
        yield f"  needs: [{', '.join(f'recoverable-audit-{each}' for each in tasks.audits)}]\n"
    yield "  # What was told already: without it every run tells everything again.\n"
    yield "  cache:\n    key: recoverable-alerts\n    paths: [.recoverable-state]\n    when: always\n"
    publish = (
        [f"recoverable drill status{tasks.flags} --publish {tasks.publish} || true  # overdue is told by the next command"]
        if tasks.publish
        else []
    )
    facts = (
        [f"cat {' '.join(facts_of(each) for each in tasks.audits)} > {FACTS} || true  # what is missing is told by alerts"]
        if tasks.audits
        else []
    )
    yield from _script([*publish, *facts, tasks.alerts_command], clouds, ALERTS)


def _check_job(tasks: Tasks, stage: str) -> Iterator[str]:
    yield "recoverable-daily-check:\n"
    yield from _common(tasks, stage, "daily", "20 minutes")
    yield "  resource_group: recoverable-daily-check\n"
    yield from _script([tasks.check, ping(CHECK_HEARTBEAT)])
