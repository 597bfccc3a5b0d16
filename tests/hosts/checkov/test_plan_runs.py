"""Plans through the real command of Checkov."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.hosts.checkov.samples import DATABASE, write
from tests.support.checkov_runs import ROOT, checkov

PLAN = ("--framework", "terraform_plan")


def resource(address: str, values: dict[str, Any], actions: list[str], before: dict[str, Any] | None = None) -> dict[str, Any]:
    """One entry of ``resource_changes``."""
    kind, name = address.split(".")[-2:]
    change = {"actions": actions, "before": before, "after": None if actions == ["delete"] else values, "after_unknown": {}}
    return {
        "address": address,
        "mode": "managed",
        "type": kind,
        "name": name,
        "provider_name": "registry.terraform.io/hashicorp/aws",
        "change": change,
    }


def plan(changes: list[dict[str, Any]]) -> str:
    """A plan document of some changes in the root module."""
    planned = [
        {key: item[key] for key in ("address", "mode", "type", "name", "provider_name")} | {"values": item["change"]["after"]}
        for item in changes
        if item["change"]["after"] is not None
    ]
    return json.dumps(
        {
            "format_version": "1.2",
            "terraform_version": "1.9.0",
            "planned_values": {"root_module": {"resources": planned}},
            "resource_changes": changes,
            "configuration": {"root_module": {}},
        }
    )


VALUES = {"engine": "postgres", "instance_class": "db.r6g.large", "backup_retention_period": 0, "tags": {"environment": "dev"}}


def test_a_plan_is_answered_by_its_addresses_in_its_own_file(tmp_path: Path) -> None:
    write(tmp_path, plan([resource("aws_db_instance.orders", VALUES, ["create"])]), "plan.json")

    done = checkov("-f", "plan.json", *PLAN, cwd=tmp_path)

    found = next(item for item in done.records if item["check_id"] == "RCV001")
    assert done.code == 1
    assert (found["resource"], found["file_path"], found["result"]) == ("aws_db_instance.orders", "/plan.json", "failed")
    assert found["code_block"] == []


def test_a_plan_that_only_deletes_fails_though_checkov_sees_nothing_in_it(tmp_path: Path) -> None:
    write(tmp_path, plan([resource("aws_db_instance.orders", {}, ["delete"], VALUES | {"backup_retention_period": 30})]), "plan.json")

    done = checkov("-f", "plan.json", *PLAN, cwd=tmp_path)

    assert done.code == 1
    assert done.of("RCV130", "aws_db_instance.orders") == ["failed"]


def test_a_waiver_in_the_code_beside_a_plan_counts(tmp_path: Path) -> None:
    write(tmp_path, plan([resource("aws_db_instance.orders", VALUES, ["create"])]), "plan.json")
    waiver = '# recoverable: allow backups-disabled until=2027-01-31 owner=data reason="rebuilt nightly"\n'
    write(tmp_path, waiver + DATABASE % (0, "dev"))

    assert checkov("-f", "plan.json", *PLAN, cwd=tmp_path).of("RCV001") == ["skipped"]


def test_the_code_of_a_plan_can_lie_elsewhere(tmp_path: Path) -> None:
    write(tmp_path, plan([resource("aws_db_instance.orders", VALUES, ["create"])]), "out/plan.json")
    waiver = '# recoverable: allow backups-disabled until=2027-01-31 owner=data reason="rebuilt nightly"\n'
    write(tmp_path, waiver + DATABASE % (0, "dev"), "infra/main.tf")

    done = checkov("-f", "out/plan.json", *PLAN, "--repo-root-for-plan-enrichment", "infra", cwd=tmp_path)

    assert done.of("RCV001") == ["skipped"]


def test_code_and_plan_in_one_run_are_both_judged_and_nothing_twice(tmp_path: Path) -> None:
    write(tmp_path, plan([resource("aws_db_instance.planned", VALUES, ["create"])]), "plan.json")
    write(tmp_path, DATABASE.replace("orders", "written") % (0, "dev"))

    for frameworks in (("terraform", "terraform_plan"), ("all",)):
        done = checkov("-d", ".", "--framework", *frameworks, cwd=tmp_path, only="RCV001")

        assert sorted(item["resource"] for item in done.records) == ["aws_db_instance.planned", "aws_db_instance.written"]
        assert done.code == 1


def test_several_plans_are_each_judged(tmp_path: Path) -> None:
    for name in ("one", "two"):
        write(tmp_path, plan([resource(f"aws_db_instance.{name}", VALUES, ["create"])]), f"plans/{name}.json")

    files = checkov("-f", "plans/one.json", "-f", "plans/two.json", *PLAN, cwd=tmp_path, only="RCV001")
    folder = checkov("-d", "plans", *PLAN, cwd=tmp_path, only="RCV001")

    named = {("aws_db_instance.one", "/one.json"), ("aws_db_instance.two", "/two.json")}
    assert {(item["resource"], item["file_path"]) for item in files.records} == named
    assert {(item["resource"], item["file_path"]) for item in folder.records} == named


def test_a_real_plan_of_the_examples_is_judged() -> None:
    done = checkov("-f", "examples/plans/cloudsql.json", *PLAN, cwd=ROOT)

    assert done.records
    assert done.code == (1 if any(item["result"] == "failed" for item in done.records) else 0)


def test_json_that_is_no_plan_is_no_matter(tmp_path: Path) -> None:
    write(tmp_path, '{"name": "app", "version": "1.0.0"}', "package.json")
    write(tmp_path, '{"compilerOptions": {} /* no JSON */}', "odd.json")

    folder = checkov("-d", ".", *PLAN, cwd=tmp_path)
    file = checkov("-f", "package.json", cwd=tmp_path)

    assert (folder.code, folder.records, file.code, file.records) == (0, [], 0, [])


def test_a_plan_as_powershell_writes_it_is_judged_though_checkov_cannot_read_it(tmp_path: Path) -> None:
    text = plan([resource("aws_db_instance.orders", VALUES, ["create"])])
    (tmp_path / "out.json").write_bytes(text.encode("utf-16"))

    done = checkov("-f", "out.json", cwd=tmp_path, only="RCV001")

    assert (done.code, done.of("RCV001")) == (1, ["failed"])


def test_a_plan_is_answered_with_the_state_backend_of_the_code_beside_it_once_in_a_run(tmp_path: Path) -> None:
    write(tmp_path, DATABASE % ("0", "dev"), "main.tf")
    (tmp_path / "plan.json").write_text(plan([resource("aws_db_instance.orders", VALUES, ["create"])]), encoding="utf-8")

    alone = checkov("-f", "plan.json", *PLAN, cwd=tmp_path)
    together = checkov("-d", ".", cwd=tmp_path)

    assert alone.of("RCV070", "backend.local") == ["failed"]
    assert together.of("RCV070", "backend.local") == ["failed"]
