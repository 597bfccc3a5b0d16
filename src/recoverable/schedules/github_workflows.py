"""The workflows that ``recoverable schedule --github`` writes: drills in one, what watches them in another."""

from __future__ import annotations

from collections.abc import Iterator

from recoverable.init.yaml_text import quoted
from recoverable.schedules.cadence import DAILY, Cadence
from recoverable.schedules.tasks import ALERTS_ROLE, CHECK_HEARTBEAT, DRILL_HEARTBEAT, DRILL_ROLE, Tasks, ping

DRILLS = ".github/workflows/recoverable-drills.yml"
DAY = ".github/workflows/recoverable-daily.yml"
LONGEST = 350  # minutes; GitHub ends a job of its own runners after 360
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
  group: {name}
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
_AWS = """\
      # A short-lived role: variable {role} (and AWS_REGION) of the repository.
      - if: vars.{role} != ''
        uses: aws-actions/configure-aws-credentials@v5
        with:
          role-to-assume: ${{{{ vars.{role} }}}}
          aws-region: ${{{{ vars.AWS_REGION }}}}
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
    """Alerts and check, a job each, so that one that fails keeps the other from nothing.

    Raises:
        InputError: recoverable's origin is not known, or a name is no text for YAML.
    """
    parts = [_head("recoverable-daily", "What watches backups and drills.", [tasks.moment("daily").cron(DAILY)])]
    if tasks.alerts:
        parts.append("".join(_alerts_job(tasks)))
    parts.append("".join(_check_job(tasks)))
    return _joined(parts)


def _head(name: str, about: str, crons: list[str]) -> str:
    return _HEAD.format(name=name, about=about, crons="\n".join(f'    - cron: "{each}"' for each in crons))


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
    yield from _begin(tasks, DRILL_ROLE if tasks.aws else "")
    yield "      # A store of provider local needs PostgreSQL's programs here, and must reach its backups.\n"
    yield "      - name: Drill\n        env:\n          STORE: ${{ matrix.store }}\n"
    yield from (f"          {name}: ${{{{ secrets.{name} }}}}\n" for name in dict.fromkeys(name for each in of for name in each.secrets))
    yield f'        run: recoverable drill run "$STORE"{tasks.flags} --evidence evidence.json\n'
    yield "      - if: always()\n        uses: actions/upload-artifact@v6\n        with:\n          name: evidence-${{ matrix.store }}\n"
    yield "          path: evidence.json\n          if-no-files-found: ignore\n"
    yield from _heartbeat(DRILL_HEARTBEAT)


def _alerts_job(tasks: Tasks) -> Iterator[str]:
    yield "  alerts:\n    runs-on: ubuntu-latest\n    timeout-minutes: 20\n"
    yield from _begin(tasks, ALERTS_ROLE if tasks.aws or tasks.publish == "cloudwatch" else "")
    yield _RESTORE
    if tasks.publish:
        yield "      # Overdue is told by the next step.\n"
        yield f"      - name: Publish the age of proofs\n        continue-on-error: true\n        run: recoverable drill status{tasks.flags} --publish {tasks.publish}\n"
    yield "      - name: Alerts\n        env:\n          RECOVERABLE_STATE_DIR: .recoverable-state\n"
    yield from (f"          {name}: ${{{{ secrets.{name} }}}}\n" for name in tasks.secrets)
    yield f"        run: recoverable alerts{tasks.flags}\n"
    yield _SAVE


def _check_job(tasks: Tasks) -> Iterator[str]:
    yield "  check:\n    runs-on: ubuntu-latest\n    timeout-minutes: 20\n    steps:\n"
    yield _CHECKOUT.format(requirement=quoted(tasks.requirement))
    yield f"      - name: Check\n        run: {quoted(tasks.check)}\n"
    yield from _heartbeat(CHECK_HEARTBEAT)


def _begin(tasks: Tasks, role: str) -> Iterator[str]:
    """The steps up to the first of its own; the token of OpenID Connect only where a role is taken."""
    if role:
        yield "    permissions:\n      contents: read\n      id-token: write\n"
    yield "    steps:\n"
    yield _CHECKOUT.format(requirement=quoted(tasks.requirement))
    if role:
        yield _AWS.format(role=role)


def _heartbeat(name: str) -> Iterator[str]:
    yield f"      # The dead man's switch: secret {name}, an address that rings when it is not asked.\n"
    yield f"      - name: Heartbeat\n        env:\n          {name}: ${{{{ secrets.{name} }}}}\n        run: |\n          {ping(name)}\n"
