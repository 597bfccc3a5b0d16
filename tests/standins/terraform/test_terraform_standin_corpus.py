"""The stand-in plans what real providers planned, but for listed differences with a reason each."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.standins.terraform.corpus_replay import differences, load_schemas, planned_creations, rebuild
from tests.standins.terraform.terraform_runner import SCHEMAS, TerraformRunner

pytestmark = pytest.mark.terraform

KINDS = load_schemas(SCHEMAS)
JUSTIFIED: dict[str, str] = json.loads((Path(__file__).parent / "corpus_differences.json").read_text())


def read(file: Path) -> dict[str, Any]:
    plan: dict[str, Any] = json.loads(file.read_text(encoding="utf-8-sig"))
    return plan


def compare(real: dict[str, Any], ours: dict[str, Any], recorded: dict[str, dict[str, Any]]) -> Iterator[str]:
    """Differences of every created resource; `recorded` holds the real change by the address in our plan."""
    mine = {change["address"]: change for change in planned_creations(ours)}
    for address, change in recorded.items():
        for line in differences(KINDS[change["type"]]["block"], change["change"], mine[address]["change"]):
            yield f"{change['type']}.{line}"


@pytest.fixture(scope="module")
def found(terraform: TerraformRunner, corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[str]]:
    """Each difference, with the plans that show it."""
    lines: dict[str, set[str]] = {}
    for file in sorted(corpus.glob("plans/*/*.json")):
        real = read(file)
        config, recorded = rebuild(real, KINDS)
        if recorded:
            folder = tmp_path_factory.mktemp("replay")
            (folder / "main.tf.json").write_text(json.dumps(config))
            for line in compare(real, terraform.plan(folder), recorded):
                lines.setdefault(line, set()).add(file.name)
    for file in sorted(corpus.glob("pairs/*/plan.json")):
        real = read(file)
        example = file.parent if (file.parent / "main.tf").exists() else next((file.parent / "examples").iterdir())
        given = {name: entry["value"] for name, entry in real.get("variables", {}).items() if "value" in entry}
        recorded = {change["address"]: change for change in planned_creations(real)}
        for line in compare(real, terraform.plan(example, variables=given), recorded):
            lines.setdefault(line, set()).add(file.parent.name)
    return lines


def test_no_difference_without_a_reason(found: dict[str, set[str]]) -> None:
    assert {line: sorted(plans) for line, plans in found.items() if line not in JUSTIFIED} == {}


def test_no_reason_without_a_difference(found: dict[str, set[str]]) -> None:
    assert sorted(set(JUSTIFIED) - set(found)) == []


def test_plans_of_one_age_are_the_same(found: dict[str, set[str]]) -> None:
    """Modules planned by today's real providers: only the differences of `DiffSuppressFunc`s may remain."""
    pairs = {"mssql-failover-replica", "mysql-psc", "mysql-public", "own-g1", "own-neon"}
    assert {line for line, plans in found.items() if plans & pairs} == {
        'google_sql_database.charset: real "", ours (known after apply)',
        'google_sql_user.type: real null, ours "BUILT_IN"',
    }


def test_the_corpus_was_really_compared(corpus: Path) -> None:
    """Guards against a corpus that silently holds nothing we know."""
    compared = [rebuild(read(file), KINDS)[1] for file in sorted(corpus.glob("plans/*/*.json"))]
    assert sum(len(recorded) for recorded in compared) > 90


@pytest.mark.parametrize(
    ("module", "variables", "resources"),
    [
        ("terraform-aws-s3-bucket/examples/complete", {}, 50),
        ("terraform-aws-s3-bucket/examples/s3-replication", {}, 12),
        ("terraform-aws-rds", {"identifier": "x", "engine": "postgres", "instance_class": "db.t4g.micro"}, 3),
        ("terraform-google-sql-db/modules/postgresql", {"name": "x", "project_id": "p", "database_version": "POSTGRES_16"}, 5),
    ],
)
def test_published_modules_can_be_planned(
    terraform: TerraformRunner, corpus: Path, module: str, variables: dict[str, object], resources: int
) -> None:
    assert len(terraform.plan(corpus / "hcl" / module, variables=variables)["resource_changes"]) == resources
