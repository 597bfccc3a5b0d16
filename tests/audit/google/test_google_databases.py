"""AlloyDB, Spanner, Firestore and BigQuery in the audit: what an API that is off means, what is told by half, and whose keys they are under."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.audit.conftest import Run
from tests.audit.google.answers import KMS, SEEDED, address, unknown
from tests.audit.google.conftest import GoogleCloud, command
from tests.audit.test_aws_account import failing
from tests.fakes.fake_google_guards import CONSUMER, PROJECT
from tests.fakes.json_server import Call, Reply

pytestmark = pytest.mark.xdist_group("audit-google")
Audit = Callable[..., Run]
ALLOYDB, SPANNER, FIRESTORE, DATASTORE, BIGQUERY = (
    f"{name}.googleapis.com" for name in ("alloydb", "spanner", "firestore", "datastore", "bigquery")
)
OFF = "(SERVICE_DISABLED)"
HELD = ("clusters", "instances", "spanner", "databases", "firestore", "schedules", "datasets")


@pytest.fixture
def others(sick: GoogleCloud) -> Iterator[GoogleCloud]:
    """For a test that changes what is there; as it was afterwards."""
    before = {name: copy.deepcopy(getattr(sick.others, name)) for name in HELD}
    yield sick
    for name, value in before.items():
        setattr(sick.others, name, value)
    sick.others.consumer, sick.others.indexes = CONSUMER, None


@pytest.mark.parametrize(
    ("off", "indexes", "wanted"),
    [
        ({SPANNER}, None, set()),
        ({FIRESTORE, DATASTORE}, None, set()),
        ({FIRESTORE}, None, set()),
        ({FIRESTORE}, [], {f"unknown: datastore.databases.list {OFF}"}),
        ({BIGQUERY}, None, {f"unknown: bigquery.datasets.get {OFF}"}),
        ({ALLOYDB}, None, {f"unknown: alloydb.clusters.list {OFF}"}),
    ],
)
def test_an_api_that_is_off_is_empty_only_where_nothing_can_be_in_use_without_it(
    off: set[str], indexes: list[object] | None, wanted: set[str], audit: Audit, others: GoogleCloud
) -> None:
    """AlloyDB is PostgreSQL, which goes on; a database in Datastore mode is reached by Datastore's API."""
    others.others.off, others.others.indexes = set(off), indexes  # type: ignore[assignment]
    run = audit("--format", "json")

    assert unknown(run) == {("RCV200", each) for each in wanted}
    gone = {"bigquery": BIGQUERY in off, "alloydb": ALLOYDB in off, "spanner": SPANNER in off, "firestore": FIRESTORE in off}
    seen = {name: any(f"//{name}.googleapis.com" in item["address"] for item in run.results) for name in gone}
    assert seen == {name: not missing for name, missing in gone.items()}


@pytest.mark.parametrize("service", [SPANNER, FIRESTORE])
def test_an_api_that_is_off_in_the_project_of_the_login_says_nothing_of_this_one(service: str, audit: Audit, others: GoogleCloud) -> None:
    others.others.off, others.others.consumer = {service}, "projects/999"
    run = audit("--format", "json")

    action = "spanner.instances.list" if service == SPANNER else "datastore.databases.list"
    assert unknown(run) == {("RCV200", f"unknown: {action} {OFF}")}


def test_whether_datastore_is_in_use_is_unknown_where_it_may_not_be_asked(audit: Audit, others: GoogleCloud) -> None:
    others.others.off, others.others.indexes = {FIRESTORE}, []
    others.others.denied = {"datastore.indexes.list"}
    run = audit("--format", "json")

    assert unknown(run) == {("RCV200", "unknown: datastore.indexes.list (PERMISSION_DENIED)")}


def test_an_api_that_is_off_says_how_to_look_and_is_waived_for_all_projects_by_its_address(others: GoogleCloud, tmp_path: Path) -> None:
    others.others.off = {ALLOYDB}
    standard = tmp_path / "recoverable.toml"
    standard.write_text("schema = 1\n")
    words = ("gcp", "--config", str(standard), "--rule", "RCV200", "--strict", "--format", "json")
    told = command(*words)
    waiver = '[[waivers]]\nrule = "account-not-readable"\naddress = "gcp:*:alloydb.clusters.list"\nreason = "nobody uses AlloyDB"\n'
    standard.write_text(f'schema = 1\n{waiver}owner = "platform"\nuntil = 2099-01-01\n')
    waived = command(*words)

    (gap,) = [item for item in told.results if item["verdict"] == "unknown"]
    assert (told.code, gap["address"]) == (1, f"gcp:{PROJECT}:alloydb.clusters.list")
    assert gap["fix"].startswith("Enable its API in the project to look")
    assert waived.code == 0, waived.out


@pytest.mark.parametrize(
    ("place", "actions"), [("europe-west1", {"alloydb.clusters.list", "alloydb.instances.list", "datastore.databases.list"})]
)
def test_a_location_that_a_list_leaves_out_is_no_empty_location(place: str, actions: set[str], audit: Audit, others: GoogleCloud) -> None:
    others.others.unreachable = {place}
    run = audit("--format", "json")

    assert run.code == 5
    assert {found for rule, found in unknown(run) if rule == "RCV200"} == {f"unknown: {action} (UNREACHABLE)" for action in actions}


def test_a_secondary_cluster_in_a_location_that_the_list_leaves_out_still_counts(audit: Audit, others: GoogleCloud) -> None:
    others.others.unreachable = {"europe-west4"}
    run = audit("--format", "json")

    assert run.code == 5
    assert failing(run.results) == SEEDED


def test_facts_for_alerts_do_not_wait_for_apis_that_they_are_not_about(audit: Audit, others: GoogleCloud, tmp_path: Path) -> None:
    """Alerts are told of Cloud SQL's backups: a project that never used AlloyDB has facts as any other."""
    others.others.off = {ALLOYDB, BIGQUERY}
    others.secrets.denied.add("secretmanager.secrets.list")
    facts = tmp_path / "facts.jsonl"
    run = audit("--facts", str(facts))

    assert "stays as it was" not in run.err
    assert "sql-good" in facts.read_text()


@pytest.mark.parametrize("field", ["continuousBackupConfig", "automatedBackupPolicy"])
def test_what_alloydb_does_not_tell_is_unknown_and_no_default(field: str, audit: Audit, others: GoogleCloud) -> None:
    """Google's defaults are those of a new cluster; this one may have been made with others."""
    name = next(each for each in others.others.clusters if each.endswith("/alloy-good"))
    del others.others.clusters[name][field]
    run = audit("--format", "json")

    verdicts = {item["verdict"] for item in run.results if item["address"] == address("alloy-good")}
    assert "unknown" in verdicts
    assert "fail" not in verdicts
    assert failing(run.results) == SEEDED


def test_a_default_schedule_that_was_taken_away_does_not_count(audit: Audit, others: GoogleCloud) -> None:
    """The instance says that new databases get one; this database has none any more."""
    instance = next(each for each in others.others.spanner if each.endswith("/spanner-none"))
    others.others.spanner[instance]["defaultBackupScheduleType"] = "AUTOMATIC"
    run = audit("--format", "json")

    assert failing(run.results) == SEEDED
    assert SEEDED[address("spanner-none")] == {"RCV001"}


def test_a_schedule_of_another_instances_database_of_the_same_name_does_not_count(audit: Audit, others: GoogleCloud) -> None:
    there = others.others
    good = next(each for each in there.databases if each.endswith("/databases/spanner-good"))
    other = good.replace("/instances/spanner-good/", "/instances/spanner-none/")
    there.databases[other] = {**there.databases[good], "name": other}
    run = audit("--format", "json")

    assert failing(run.results)[f"//spanner.googleapis.com/{other}"] == {"RCV001"}
    assert address("spanner-good") not in failing(run.results)


def test_a_list_of_datasets_that_leaves_out_what_may_not_be_seen_is_no_whole_list(audit: Audit, others: GoogleCloud) -> None:
    """Google does not say so: a dataset that nobody has is asked for, which is denied to whoever may not see them all."""
    others.others.hidden = {"data_travel"}
    run = audit("--format", "json")

    assert unknown(run) == {("RCV200", "unknown: bigquery.datasets.get (accessDenied)")}
    assert address("data_travel") not in failing(run.results)
    assert any(item["address"] == address("data_good") for item in run.results)


def test_a_dataset_that_only_shows_what_lies_elsewhere_is_no_store(audit: Audit, others: GoogleCloud) -> None:
    others.others.datasets["data_travel"]["type"] = "LINKED"
    run = audit("--format", "json")

    assert not any(item["address"] == address("data_travel") for item in run.results)
    assert failing(run.results) == {name: broken for name, broken in SEEDED.items() if name != address("data_travel")}


def test_a_dataset_that_is_deleted_while_it_is_looked_at_is_none(
    audit: Audit, others: GoogleCloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    really = others.others._bigquery

    def late(call: Call) -> Reply:
        if call.path[-1] == "data_travel":
            others.others.datasets.pop("data_travel", None)
        return really(call)

    monkeypatch.setattr(others.others, "_bigquery", late)
    run = audit("--format", "json")

    assert unknown(run) == set()
    assert address("data_travel") not in failing(run.results)


def under_key(place: GoogleCloud, kind: str, key: str) -> None:
    """Put the good one of a kind under a version of a key."""
    there, version = place.others, f"{key}/cryptoKeyVersions/1"
    if kind == "data":
        there.datasets["data_good"]["defaultEncryptionConfiguration"] = {"kmsKeyName": key}
        return
    items = {"alloy": there.clusters, "spanner": there.databases, "fire": there.firestore}[kind]
    item = items[next(name for name in items if name.endswith(f"/{kind}-good"))]
    if kind == "fire":
        item["cmekConfig"] = {"kmsKeyName": key, "activeKeyVersion": [version]}
        return
    item["encryptionConfig"] = {"kmsKeyName": key}
    info = {"encryptionType": "CUSTOMER_MANAGED_ENCRYPTION"}
    item["encryptionInfo"] = {**info, "kmsKeyVersions": [version]} if kind == "alloy" else [{**info, "kmsKeyVersion": version}]


@pytest.mark.parametrize(
    ("kind", "state", "primary"),
    [(kind, *state) for kind in ("alloy", "spanner", "fire") for state in (("DISABLED", 1), ("ENABLED", 1), ("DISABLED", 2))]
    + [("data", "DISABLED", 1), ("data", "ENABLED", 1)],
)
def test_a_key_that_is_disabled_is_found_by_each_kind_of_database(
    kind: str, state: str, primary: int, audit: Audit, others: GoogleCloud
) -> None:
    """By its primary version, and by the version that the database is under, which need not be it."""
    ring = KMS.removeprefix("//cloudkms.googleapis.com/")
    key = f"{ring}/key-of-{kind}"
    others.guards.put_key(key, state="ENABLED" if primary == 2 else state, version=primary, rotationPeriod="7776000s")
    others.guards.versions[f"{key}/cryptoKeyVersions/1"] = state
    under_key(others, kind, key)
    run = audit("--format", "json", "--rule", "RCV122")

    assert (f"//cloudkms.googleapis.com/{key}" in failing(run.results)) is (state == "DISABLED")
