"""Checkov external checks: the rules of recoverable (RCV001 ...) in Checkov's own report, baseline and exit code.

Checkov executes this file in its own environment, once for every framework of a run, and carries on as if nothing
were wrong when that fails. So nothing here may fail: what goes wrong becomes a FAILED check that says why. The syntax
is that of Python 3.9, on which Checkov runs and recoverable does not.
"""

from __future__ import annotations

import functools
import inspect
import os
import sys
import traceback
from fnmatch import fnmatch
from typing import Any

from checkov.common.models.enums import CheckCategories, CheckResult
from checkov.common.output.record import Record
from checkov.terraform.checks.resource.base_resource_check import BaseResourceCheck
from checkov.terraform.plan_runner import Runner as PlanRunner
from checkov.terraform.runner import Runner as CodeRunner
from checkov.terraform_json.runner import TerraformJsonRunner

HERE = os.path.dirname(os.path.abspath(__file__))
# In a release bundle the core lies beside this file, in a checkout in src/.
HOMES = (os.path.join(HERE, "core"), os.path.join(os.path.dirname(HERE), "src"))
OLDEST = (3, 11)
GATE = "RCV000"
# Where each runner has read its input and judges it with Checkov's own checks.
POINTS = ((CodeRunner, "check_tf_definition"), (PlanRunner, "check_tf_definition"), (TerraformJsonRunner, "add_python_check_results"))


class CannotJudge(Exception):  # noqa: N818 - it is no error of the program
    """Why nothing can be judged here, in words for the user."""


def answer(runner: Any, report: Any, root_folder: str | None, runner_filter: Any) -> None:
    """Add our answers to a report; where that is not possible, the reason as a FAILED check."""
    try:
        if sys.version_info < OLDEST:
            oldest, here = (".".join(map(str, version[:2])) for version in (OLDEST, sys.version_info))
            raise CannotJudge(f"recoverable needs Python {oldest} or newer, and Checkov runs on {here}")
        home = next((home for home in HOMES if os.path.isfile(os.path.join(home, "recoverable", "__init__.py"))), "")
        if not home:
            raise CannotJudge("the core of recoverable lies neither in core/ beside the checks nor in src/")
        if home not in sys.path:
            sys.path.insert(0, home)
        from recoverable.hosts.checkov.answering import answer as answer_with_rules

        answer_with_rules(runner, report, root_folder, runner_filter)
    except CannotJudge as reason:
        if is_there_anything(runner, root_folder):
            refuse(report, root_folder, runner_filter, str(reason))
    except Exception as error:
        if os.environ.get("RECOVERABLE_TRACEBACK"):
            traceback.print_exception(type(error), error, error.__traceback__)
        last = traceback.extract_tb(error.__traceback__)[-1]
        # Its text is not told, for it may hold a value of the input.
        place = f"{type(error).__name__} at {os.path.basename(last.filename)}:{last.lineno}"
        refuse(report, root_folder, runner_filter, f"the checks crashed: {place} (RECOVERABLE_TRACEBACK=1 shows more)")


def is_there_anything(runner: Any, root_folder: str | None) -> bool:
    """Whether a runner has something to judge: what Checkov has parsed, or code that it may have failed to parse."""
    if runner.definitions or runner.check_type != CodeRunner.check_type:
        return bool(runner.definitions)
    found = (name for _, _, names in os.walk(root_folder or ".") for name in names)
    return any(name.endswith((".tf", ".tofu", ".tf.json", ".tofu.json")) for name in found)


def refuse(report: Any, root_folder: str | None, runner_filter: Any, reason: str) -> None:
    """A FAILED check that says why nothing was judged, unless none of our checks is chosen."""
    chosen, skipped = list(runner_filter.checks or ()), list(runner_filter.skip_checks or ())
    if any(fnmatch(GATE, pattern) for pattern in skipped):
        return
    if chosen and not any(pattern.startswith("RCV") or fnmatch("RCV001", pattern) for pattern in chosen):
        return
    record = Record(
        check_id=GATE,
        check_name="[error] nothing was judged: " + reason,
        check_result={"result": CheckResult.FAILED, "evaluated_keys": []},
        code_block=[],
        file_path="/",
        file_line_range=[1, 1],
        resource="recoverable",
        evaluations=None,
        check_class="recoverable",
        file_abs_path=os.path.abspath(root_folder or "."),
        details=[reason],
    )
    report.add_record(record=record)


def attach(runner: type, method: str) -> None:
    """Answer after a runner's own checks. Attaching again replaces what was attached before."""
    current = getattr(runner, method)
    original = getattr(current, "before_recoverable", current)
    signature = inspect.signature(original)

    @functools.wraps(original)
    def judged(*args: Any, **named: Any) -> Any:
        result = original(*args, **named)
        given = signature.bind(*args, **named).arguments
        root_folder = given["root_folder"] if "root_folder" in given else getattr(given["self"], "root_folder", None)
        answer(given["self"], given["report"], root_folder, given["runner_filter"])
        return result

    judged.before_recoverable = original  # type: ignore[attr-defined]  # a mark, so that it is attached once
    setattr(runner, method, judged)


class NotAttached(BaseResourceCheck):  # type: ignore[misc]  # Checkov is not in the environment that mypy sees
    """For a Checkov whose runners look different: every resource fails, for none is judged."""

    def __init__(self) -> None:
        super().__init__(
            name="[error] nothing was judged: recoverable does not know this version of Checkov",
            id=GATE,
            categories=[CheckCategories.BACKUP_AND_RECOVERY],
            supported_resources=["*"],
        )

    def scan_resource_conf(self, conf: dict[str, Any]) -> CheckResult:
        """FAILED, for everything."""
        self.details = ["the versions it is tested with are named in docs/hosts/checkov.md"]
        return CheckResult.FAILED


try:
    for _runner, _method in POINTS:
        attach(_runner, _method)
except Exception:
    NotAttached()
