"""The functions of the Google provider, and the cloud that they and all handlers talk to."""

from __future__ import annotations

import pytest

from recoverable.sandbox.gcp.cloud import STORE, connect
from recoverable.sandbox.gcp.store import Store
from recoverable.sandbox.provider.family import family
from recoverable.sandbox.provider.handler import RefusedError
from tests.sandbox.gcp import estate
from tests.support.provider import Aborted, Calls

RECOVERY = "gcp:sql/getDatabaseInstanceLatestRecoveryTime:getDatabaseInstanceLatestRecoveryTime"


def test_fake_project_is_the_providers(gcp: Calls) -> None:
    """With its number, by which Google names its service agents."""
    found = gcp.invoke("gcp:organizations/getProject:getProject")
    assert (found["projectId"], found["number"]) == ("acme", "123456789012")
    with pytest.raises(Aborted, match=r"the stand-in has the project acme only, not other"):
        gcp.invoke("gcp:organizations/getProject:getProject", projectId="other")


def test_fake_client_has_project_and_region(gcp: Calls) -> None:
    """As the provider is configured."""
    found = gcp.invoke("gcp:organizations/getClientConfig:getClientConfig")
    assert (found["project"], found["region"]) == ("acme", "europe-west1")


def test_fake_service_agents_are_googles_own(gcp: Calls) -> None:
    """The addresses that grants must name."""
    storage = gcp.invoke("gcp:storage/getProjectServiceAccount:getProjectServiceAccount")
    transfer = gcp.invoke("gcp:storage/getTransferProjectServiceAccount:getTransferProjectServiceAccount")
    assert storage["member"] == f"serviceAccount:{storage['emailAddress']}" == estate.STORAGE_AGENT
    assert transfer["member"] == f"serviceAccount:{transfer['email']}" == estate.TRANSFER_AGENT
    sql = gcp.up("gcp:projects/serviceIdentity:ServiceIdentity", "sql", service="sqladmin.googleapis.com")
    assert sql.outputs["member"] == estate.SQL_AGENT
    with pytest.raises(Aborted, match=r"knows no service agent of spanner\.googleapis\.com"):
        gcp.up("gcp:projects/serviceIdentity:ServiceIdentity", "other", service="spanner.googleapis.com")


def test_fake_recovery_time_needs_point_in_time_recovery(gcp: Calls) -> None:
    """An instance without it can be recovered to no time, and one that is missing even less."""
    estate.build(gcp, "shop")
    found = gcp.invoke(RECOVERY, instance="orders")
    assert found["instance"] == "orders"
    assert found["latestRecoveryTime"].endswith("Z")
    with pytest.raises(Aborted, match="point-in-time recovery is not enabled on plain"):
        gcp.invoke(RECOVERY, instance="plain")
    with pytest.raises(Aborted, match="The Cloud SQL instance none does not exist"):
        gcp.invoke(RECOVERY, instance="none")


def test_fake_unknown_function_is_refused_by_name(gcp: Calls) -> None:
    """Never an empty answer."""
    with pytest.raises(Aborted, match="has no function gcp:storage/getBucket:getBucket"):
        gcp.invoke("gcp:storage/getBucket:getBucket", name="acme-uploads")


def test_fake_cloud_is_refused_without_a_store(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Told before anything is made."""
    monkeypatch.delenv(STORE)
    with pytest.raises(RefusedError, match=f"{STORE} names no file: start the sandbox"):
        connect({}, {})


def test_fake_project_and_region_of_a_resource_win(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Then the provider's, then the environment's, in the order of pulumi-gcp."""
    monkeypatch.setenv("CLOUDSDK_CORE_PROJECT", "from-gcloud")
    assert connect({}, {}).project == "from-gcloud"
    monkeypatch.setenv("GOOGLE_PROJECT", "from-environment")
    assert connect({}, {}).project == "from-environment"
    assert connect({"project": "from-provider"}, {}).project == "from-provider"
    assert connect({"project": "from-provider"}, {"project": "own", "region": "us-east1"}).project == "own"
    assert connect({}, {"region": "us-east1"}).region == "us-east1"


def test_fake_project_and_region_are_needed_from_somewhere(store: Store) -> None:
    """As the provider does: nothing is made in a project or region that nobody named."""
    nowhere = Calls(family("gcp"), {})
    with pytest.raises(Aborted, match="project: required field is not set: state it, or gcp:project"):
        nowhere.up("gcp:pubsub/topic:Topic", "one", name="one-topic")
    somewhere = Calls(family("gcp"), {"project": "acme"})
    with pytest.raises(Aborted, match="region: required field is not set: state it, or gcp:region"):
        somewhere.up("gcp:sql/databaseInstance:DatabaseInstance", "one", **estate.instance())


def test_fake_default_labels_reach_everything(gcp: Calls) -> None:
    """The provider's own, the resource's, and the mark that Pulumi adds; the resource's win."""
    gcp.provider.settings["defaultLabels"] = {"team": "shop", "environment": "dev"}
    made = gcp.up("gcp:storage/bucket:Bucket", "one", name="acme-labels", location="EU", labels={"environment": "prod"})
    wanted = {"team": "shop", "environment": "prod", "goog-pulumi-provisioned": "true"}
    assert made.outputs["effectiveLabels"] == made.outputs["pulumiLabels"] == wanted
    assert made.outputs["labels"] == {"environment": "prod"}


def test_fake_an_agent_that_exists_is_given_again_and_outlives_its_resource(gcp: Calls) -> None:
    kind = "gcp:projects/serviceIdentity:ServiceIdentity"
    first, second = (gcp.up(kind, name, service="sqladmin.googleapis.com") for name in ("one", "two"))
    assert first.outputs["email"] == second.outputs["email"]
    gcp.delete(first)
    assert gcp.refresh(second) == []
