"""Runs in Checkov's own Python and answers one scan after the other, for starting Checkov takes seconds.

``python checkov_server.py CHECKS``: a job a line on standard input, an answer a line on standard output. A job is
``{"folder", "root", "framework", "files", "patterns", "environ"}``: the scan is what ``cd FOLDER && checkov --framework FRAMEWORK
-d ROOT`` (or ``-f FILES``) does, through Checkov's own runner. The answer is the records that its JSON report has.
"""

import json
import os
import sys

from checkov.runner_filter import RunnerFilter
from checkov.terraform.plan_runner import Runner as PlanRunner
from checkov.terraform.runner import Runner as CodeRunner

RUNNERS = {"terraform": CodeRunner, "terraform_plan": PlanRunner}


def scan(job, checks):
    """The records of one scan."""
    os.chdir(job["folder"])
    os.environ.update(job["environ"])
    runner_filter = RunnerFilter(framework=[job["framework"]], checks=job["patterns"], show_progress_bar=False)
    where = {"root_folder": None, "files": job["files"]} if job["files"] else {"root_folder": job["root"]}
    report = RUNNERS[job["framework"]]().run(**where, external_checks_dir=[checks], runner_filter=runner_filter)
    named = (("passed", report.passed_checks), ("failed", report.failed_checks), ("skipped", report.skipped_checks))
    return [
        {"check_id": item.check_id, "check_name": item.check_name, "resource": item.resource, "file_path": item.file_path, "result": result}
        for result, records in named
        for item in records
    ]


if __name__ == "__main__":
    answers, sys.stdout = sys.stdout, sys.stderr  # Checkov may print
    for line in sys.stdin:
        answers.write(json.dumps(scan(json.loads(line), sys.argv[1])) + "\n")
        answers.flush()
