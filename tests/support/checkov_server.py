"""Runs in Checkov's own Python and answers one job after the other, for starting Checkov takes seconds.

``python checkov_server.py CHECKS``: a job a line on standard input, an answer a line on standard output. Two kinds of jobs:

- ``{"argv", "folder", "environ", "stdout", "stderr"}``: Checkov's whole command, in a process of its own that is forked from
  this one. The answer is its exit code; what it prints goes to the two files.
- ``{"folder", "root", "framework", "files", "patterns", "environ"}``: what ``cd FOLDER && checkov --framework FRAMEWORK -d ROOT``
  (or ``-f FILES``) scans, through Checkov's own runner in this process. The answer is the records of its report.
"""

import argparse
import atexit
import json
import logging
import os
import sys

from checkov.common.bridgecrew.integration_features.integration_feature_registry import integration_feature_registry
from checkov.main import Checkov
from checkov.runner_filter import RunnerFilter
from checkov.terraform.plan_runner import Runner as PlanRunner
from checkov.terraform.runner import Runner as CodeRunner

RUNNERS = {"terraform": CodeRunner, "terraform_plan": PlanRunner}


def scan(job, checks):
    """The records of one scan."""
    os.chdir(job["folder"])
    os.environ.update(job["environ"])
    runner_filter = RunnerFilter(framework=[job["framework"]], checks=job["patterns"], show_progress_bar=False)
    integration_feature_registry.config = argparse.Namespace(file=job["files"], directory=[] if job["files"] else [job["root"]])
    where = {"root_folder": None, "files": job["files"]} if job["files"] else {"root_folder": job["root"]}
    report = RUNNERS[job["framework"]]().run(**where, external_checks_dir=[checks], runner_filter=runner_filter)
    named = (("passed", report.passed_checks), ("failed", report.failed_checks), ("skipped", report.skipped_checks))
    return [
        {"check_id": item.check_id, "check_name": item.check_name, "resource": item.resource, "file_path": item.file_path, "result": result}
        for result, records in named
        for item in records
    ]


def command(job):
    """The exit code of the whole command."""
    sys.stderr.flush()
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    for number, name in ((0, os.devnull), (1, job["stdout"]), (2, job["stderr"])):
        os.dup2(os.open(name, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600), number)
    sys.stdout, sys.stderr = open(1, "w", closefd=False), open(2, "w", closefd=False)  # noqa: SIM115 - they end with the process
    for handler in logging.getLogger().handlers:
        if isinstance(handler, logging.StreamHandler) and not hasattr(handler.stream, "getvalue"):
            handler.setStream(sys.stderr)
    os.chdir(job["folder"])
    os.environ.clear()
    os.environ.update(job["environ"])
    sys.argv = ["checkov", *job["argv"]]
    code = 1
    try:
        code = Checkov(job["argv"]).run() or 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    finally:
        atexit._run_exitfuncs()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    answers, sys.stdout = sys.stdout, sys.stderr  # Checkov may print
    checks = sys.argv[1]
    for line in sys.stdin:
        job = json.loads(line)
        answers.write(json.dumps(command(job) if "argv" in job else scan(job, checks)) + "\n")
        answers.flush()
