"""The versions of Checkov that the checks work in (docs/hosts/checkov.md)."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from tests.hosts.checkov.samples import BUCKETS, STATE, write
from tests.hosts.checkov.test_plan_runs import VALUES, plan, resource
from tests.support.checkov_runs import ROOT, checkov
from tools.checkov_install import OLDEST, TESTED, newest, set_up


@pytest.mark.skipif(os.environ.get("RECOVERABLE_LONG") != "1", reason="installs two more versions of Checkov; RECOVERABLE_LONG=1")
@pytest.mark.parametrize("which", ["oldest", "newest"])
def test_a_version_answers_code_plans_and_what_it_has_no_check_for(which: str, tmp_path: Path) -> None:
    program = set_up(OLDEST if which == "oldest" else newest())[1]
    write(tmp_path, STATE + BUCKETS)
    write(tmp_path, plan([resource("aws_db_instance.orders", {}, ["delete"], VALUES)]), "plan.json")

    done = checkov("-d", ".", "--framework", "terraform", "terraform_plan", cwd=tmp_path, program=program)
    alone = checkov("-f", "plan.json", "--framework", "terraform_plan", cwd=tmp_path, program=program)

    assert (done.code, alone.code) == (1, 1)
    assert done.of("RCV040", 'aws_s3_bucket.c["one"]') == ["failed"]
    assert done.of("RCV040", 'aws_s3_bucket.c["two"]') == ["passed"]
    assert done.of("RCV071", "backend.s3") == ["failed"]
    assert done.of("RCV130", "aws_db_instance.orders") == alone.of("RCV130", "aws_db_instance.orders") == ["failed"]


def test_the_page_names_the_versions_that_are_tested() -> None:
    text = (ROOT / "docs" / "hosts" / "checkov.md").read_text(encoding="utf-8")

    assert re.findall(r"Checkov (\d+\.\d+\.\d+) to (\d+\.\d+\.\d+)", text) == [(OLDEST, TESTED)]
