"""From the tasks to the files of each system, and to what only the user can do there."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from recoverable.init import gitlab_job
from recoverable.init.file_changes import FileChange, change, text_of
from recoverable.init.planned_files import Planned
from recoverable.init.yaml_insertion import add_item, add_key
from recoverable.schedules import github_workflows, gitlab_jobs, systemd_units
from recoverable.schedules.logins import CLOUD_OF_AUDIT, NEON, NEON_KEY, variables
from recoverable.schedules.tasks import AUDIT, Tasks

SYSTEMS = ("github", "gitlab", "systemd")


def plan(system: str, tasks: Tasks, program: str, user: str) -> Planned:
    """The files of one system. ``program`` and ``user`` are systemd's.

    Raises:
        InputError: a part cannot be written.
    """
    planned = Planned()
    _PLANS[system](tasks, planned, program, user)
    return planned


def _github(tasks: Tasks, planned: Planned, _: str, __: str) -> None:
    if tasks.drills:
        planned.files.append(change(tasks.project.top, github_workflows.DRILLS, github_workflows.drills(tasks)))
    planned.files.append(change(tasks.project.top, github_workflows.DAY, github_workflows.daily(tasks)))


def _gitlab(tasks: Tasks, planned: Planned, _: str, __: str) -> None:
    top = tasks.project.top
    main = text_of(top, gitlab_job.MAIN)
    planned.files.append(change(top, gitlab_jobs.FILE, gitlab_jobs.jobs(tasks, gitlab_job.stage_of(main or ""))))
    if main is not None and gitlab_jobs.FILE in main:
        return
    item = gitlab_jobs.INCLUDE
    after = add_key(main or "", "include", item) or add_item(main or "", "include", item)
    if after is None:
        planned.by_hand[gitlab_job.MAIN] = "\n".join(["include:", *(f"  {line}" for line in item)])
    else:
        planned.files.append(FileChange(gitlab_job.MAIN, main, after, keeps=True))


def _systemd(tasks: Tasks, planned: Planned, program: str, user: str) -> None:
    for name, text in systemd_units.units(tasks, program, user):
        planned.files.append(change(tasks.project.top, name, text))


_PLANS: dict[str, Callable[[Tasks, Planned, str, str], None]] = {"github": _github, "gitlab": _gitlab, "systemd": _systemd}


def next_steps(system: str, tasks: Tasks, user: str) -> Iterator[str]:
    """What is to be done there by hand, a line each."""
    keys = [NEON_KEY] if NEON in tasks.logins[AUDIT] else []
    names = ", ".join(dict.fromkeys([*tasks.secrets, *(name for each in tasks.drills for name in each.secrets), *keys]))
    logins = ", ".join(dict.fromkeys(variables(tasks.logins)))
    if not tasks.audits:
        yield f"No running account is looked at: --audit {', --audit '.join(CLOUD_OF_AUDIT)} would, every day."
    if system == "github":
        if names:
            yield f"GitHub: set the secrets {names}."
        if logins:
            yield f"GitHub: set the variables {logins}; roles and accounts trust this repository by OpenID Connect."
    elif system == "gitlab":
        yield "GitLab: a schedule is no part of a file. Make them once:"
        yield from (f"  {each}" for each in gitlab_jobs.schedules(tasks))
        if names:
            yield f"GitLab: set the masked and protected variables {names}."
        if logins:
            yield f"GitLab: set the variables {logins}; roles and accounts trust this project by OpenID Connect."
    else:
        folder = tasks.project.top / systemd_units.FOLDER
        yield f"systemd: sudo useradd --system --home-dir /var/lib/recoverable {user}, if there is no such user; it must be able to read {tasks.project.top}"
        yield f"systemd: sudo cp {folder}/recoverable-* /etc/systemd/system/ && sudo systemctl daemon-reload"
        yield f"systemd: sudo systemctl enable --now {' '.join(systemd_units.timers(tasks))}"
        if names:
            yield f"systemd: write {names} as NAME=value into /etc/recoverable/environment, mode 0600"
        clouds = {each for found in tasks.logins.values() for each in found} - {NEON}
        if clouds:
            yield f"systemd: {user} must be logged in to {' and '.join(sorted(clouds))}: a role of the machine, or a credential file named in /etc/recoverable/environment"
