"""The workflows that ``recoverable schedule --github`` writes: drills in one, what watches them in another."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from recoverable.init.yaml_text import quoted
from recoverable.schedules.cadence import DAILY, Cadence
from recoverable.schedules.logins import CLOUD_OF_AUDIT, NEON, NEON_KEY, by_token, github_steps
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
)

DRILLS = ".github/workflows/recoverable-drills.yml"
DAY = ".github/workflows/recoverable-daily.yml"
LONGEST = 350  # minutes; GitHub ends a job of its own runners after 360
AUDIT_MINUTES = 180
"""A fleet of accounts takes its time: docs/bench-audit.md."""
ARTIFACT = "recoverable-facts-"
_HEAD = """\
# {about} Written by `recoverable schedule`; docs/schedules.md in recoverable's repository says more.
name: {name}

on:
  schedule:
{crons}
  workflow_dispatch:

permissions:
  contents: read

concurrency:
  group: {group}
  # One that runs is never cut off: the next one waits.
  cancel-in-progress: false

jobs:
"""
_CHECKOUT = """\
      - uses: actions/checkout@v6
        with:
          persist-credentials: false
      - uses: actions/setup-python@v6
        with:
          python-version: "3.12"
      - name: Install
        env:
          REQUIREMENT: {requirement}
        run: python -m pip install --quiet --disable-pip-version-check "$REQUIREMENT"
"""
_RESTORE = """\
      # What was told already: without it every run tells everything again.
      - uses: actions/cache/restore@v5
        with:
          path: .recoverable-state
          key: recoverable-alerts-${{ github.run_id }}-${{ github.run_attempt }}
          restore-keys: recoverable-alerts-
"""
# Apart from restoring: the combined action keeps nothing of a job that failed, as one does in which something fires.
_SAVE = """\
      - if: always()
        uses: actions/cache/save@v5
        with:
          path: .recoverable-state
          key: recoverable-alerts-${{ github.run_id }}-${{ github.run_attempt }}
"""


def drills(tasks: Tasks) -> str:
    """A job for each cadence, with the stores as a matrix.

    Raises:
        InputError: recoverable's origin is not known, or a name is no text for YAML.
    """
    crons = [tasks.moment("drills").cron(each) for each in tasks.cadences]
    parts = [_head("recoverable-drills", "Restore drills.", crons)]
    parts += ["".join(_drill_job(tasks, each)) for each in tasks.cadences]
    return _joined(parts)


def daily(tasks: Tasks) -> str:
    """Audits, alerts and check, a job each, so that one that fails keeps the others from nothing.

    Raises:
        InputError: recoverable's origin is not known, or a name is no text for YAML.
    """
    parts = [_head("recoverable-daily", "What watches backups and drills.", [tasks.moment("daily").cron(DAILY)])]
    parts += ["".join(_audit_job(tasks, cloud)) for cloud in tasks.audits]
    if tasks.alerts:
        parts.append("".join(_alerts_job(tasks)))
    parts.append("".join(_check_job(tasks)))
    return _joined(parts)


def _head(name: str, about: str, crons: list[str]) -> str:
    # One run waits and no more: of two cadences that begin together the rarer one would be dropped. A store has one cadence.
    group = f"{name}-${{{{ github.event.schedule }}}}" if len(crons) > 1 else name
    return _HEAD.format(name=name, group=group, about=about, crons="\n".join(f'    - cron: "{each}"' for each in crons))


def _joined(parts: list[str]) -> str:
    return "\n".join(part.rstrip("\n") for part in parts) + "\n"


def _drill_job(tasks: Tasks, cadence: Cadence) -> Iterator[str]:
    of = tasks.of(cadence)
    minutes = min(LONGEST, max(each.minutes for each in of))
    yield f"  {cadence.name}:\n    runs-on: ubuntu-latest\n    timeout-minutes: {minutes}\n"
    if len(tasks.cadences) > 1:
        cron = tasks.moment("drills").cron(cadence)
        yield f"    if: github.event_name == 'workflow_dispatch' || github.event.schedule == '{cron}'\n"
    yield f"    strategy:\n      fail-fast: false\n      max-parallel: 1\n      matrix:\n        store: [{', '.join(quoted(each.store) for each in of)}]\n"
    yield from _begin(tasks, tasks.clouds(of), DRILL, minutes)
    yield "      # A store of provider local needs PostgreSQL's programs here, and must reach its backups.\n"
    yield "      - name: Drill\n        env:\n          STORE: ${{ matrix.store }}\n"
    yield from (f"          {name}: ${{{{ secrets.{name} }}}}\n" for name in dict.fromkeys(name for each in of for name in each.secrets))
    yield _run(f'recoverable drill run "$STORE"{tasks.flags} --evidence evidence.json')
    yield "      - if: always()\n        uses: actions/upload-artifact@v6\n        with:\n          name: evidence-${{ matrix.store }}\n"
    yield "          path: evidence.json\n          if-no-files-found: ignore\n"
    yield from _heartbeat(DRILL_HEARTBEAT)


def _audit_job(tasks: Tasks, name: str) -> Iterator[str]:
    cloud = CLOUD_OF_AUDIT[name]
    yield f"  audit-{name}:\n    runs-on: ubuntu-latest\n    timeout-minutes: {AUDIT_MINUTES}\n"
    yield from _begin(tasks, {cloud}, AUDIT, AUDIT_MINUTES)
    yield "      - name: Audit\n"
    if cloud == NEON:
        yield f"        env:\n          {NEON_KEY}: ${{{{ secrets.{NEON_KEY} }}}}\n"
    yield _run(tasks.audit_command(name))
    yield f"      - if: always()\n        uses: actions/upload-artifact@v6\n        with:\n          name: {ARTIFACT}{name}\n"
    yield f"          path: {facts_of(name)}\n          if-no-files-found: ignore\n"


def _facts_steps(tasks: Tasks) -> Iterator[str]:
    """One file of the facts of all audits. Where there is none, alerts say so."""
    yield f"      - uses: actions/download-artifact@v7\n        with:\n          pattern: {ARTIFACT}*\n          merge-multiple: true\n"
    yield f"      - run: cat {' '.join(facts_of(each) for each in tasks.audits)} > {FACTS} || true\n"


def _alerts_job(tasks: Tasks) -> Iterator[str]:
    yield "  alerts:\n    runs-on: ubuntu-latest\n    timeout-minutes: 20\n"
    if tasks.audits:
        needs = ", ".join(f"audit-{each}" for each in tasks.audits)
        yield f"    needs: [{needs}]\n    # Whatever came of the audits.\n    if: ${{{{ !cancelled() }}}}\n"
    yield from _begin(tasks, tasks.logins[ALERTS], ALERTS)
    if tasks.audits:
        yield from _facts_steps(tasks)
    yield _RESTORE
    if tasks.publish:
        yield "      # Overdue is told by the next step.\n"
        yield "      - name: Publish the age of proofs\n        continue-on-error: true\n"
        yield _run(f"recoverable drill status{tasks.flags} --publish {tasks.publish}")
    yield "      - name: Alerts\n        env:\n          RECOVERABLE_STATE_DIR: .recoverable-state\n"
    yield from (f"          {name}: ${{{{ secrets.{name} }}}}\n" for name in tasks.secrets)
    yield _run(tasks.alerts_command)
    yield _SAVE


def _check_job(tasks: Tasks) -> Iterator[str]:
    yield "  check:\n    runs-on: ubuntu-latest\n    timeout-minutes: 20\n    steps:\n"
    yield _CHECKOUT.format(requirement=quoted(tasks.requirement))
    yield f"      - name: Check\n        run: {quoted(tasks.check)}\n"
    yield from _heartbeat(CHECK_HEARTBEAT)


def _begin(tasks: Tasks, clouds: Collection[str], purpose: str, minutes: int = 0) -> Iterator[str]:
    """The steps up to the first of its own; the token of OpenID Connect only where one is taken."""
    if by_token(clouds):
        yield "    permissions:\n      contents: read\n      id-token: write\n"
    yield "    steps:\n"
    yield _CHECKOUT.format(requirement=quoted(tasks.requirement))
    yield from github_steps(clouds, purpose, minutes)


def _run(command: str) -> str:
    """A command in a block, where nothing of it is a comment or a key of YAML."""
    return f"        run: |\n          {command}\n"


def _heartbeat(name: str) -> Iterator[str]:
    yield f"      # The dead man's switch: secret {name}, an address that rings when it is not asked.\n"
    yield f"      - name: Heartbeat\n        env:\n          {name}: ${{{{ secrets.{name} }}}}\n        run: |\n          {ping(name)}\n"
