"""Aurora clusters as they behave: made without an instance, deleted only after their instances, restored to times inside of a window."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import Element

from tests.fakes.rds import xml_answers
from tests.fakes.rds.kept_backups import KeptCluster
from tests.fakes.rds.lives import Life, refuse_time
from tests.fakes.rds.query_protocol import ApiError

if TYPE_CHECKING:
    from tests.fakes.rds.cloud import RdsCloud

Params = dict[str, Any]
Forward = Callable[[], bytes]
STATE = "InvalidDBClusterStateFault"
LEAST_RETENTION = 1


class Clusters:
    """The calls on clusters. Their lives are beside those of instances."""

    def __init__(self, cloud: RdsCloud) -> None:
        self.cloud = cloud
        self.lives: dict[tuple[str, str], Life] = {}
        self.kept: list[KeptCluster] = []

    def calls(self) -> dict[str, Callable[[Params, Forward], bytes]]:
        """What is answered here."""
        return {
            "DescribeDBClusters": self._describe,
            "DescribeDBClusterAutomatedBackups": self._backups,
            "RestoreDBClusterToPointInTime": self._to_time,
            "RestoreDBClusterFromSnapshot": self._from_snapshot,
            "ModifyDBCluster": self._modify,
            "DeleteDBCluster": self._delete,
            "CreateDBInstance": self._create_member,
        }

    def tick(self, now: float) -> None:
        """Let happen what is due."""
        for key, life in list(self.lives.items()):
            if life.password and now >= life.reset_at:
                self.cloud.data.set_password(life.name, life.master, life.password)
                life.password = ""
            if now >= life.gone_at:
                del self.lives[key]
                self.cloud.register.call(life.region, "DeleteDBCluster", {"DBClusterIdentifier": life.name, "SkipFinalSnapshot": "true"})
                self.cloud.data.destroy(life.name)

    def adopt(self, region: str, name: str, *, retention: int = 7, data: str = "") -> Life:
        """A cluster that has been there for long."""
        life = Life(region, name, self.cloud.time() - 30 * 86400, retention, source=True, data=data, pace=self.cloud.pace)
        self.lives[region, name] = life
        return life

    def elements(self, region: str) -> list[Element]:
        """Every cluster of a region."""
        root = xml_answers.read(self.cloud.register.call(region, "DescribeDBClusters", {}))
        return [each for group in xml_answers.every(root, "DBClusters") for each in group]

    def _life(self, name: str) -> Life:
        there = self.lives.get((self.cloud.region, name))
        return there or Life(self.cloud.region, name, self.cloud.time() - 86400, LEAST_RETENTION, source=True, pace=self.cloud.pace)

    def _describe(self, params: Params, forward: Forward) -> bytes:
        now, name = self.cloud.time(), params.get("DBClusterIdentifier")
        if name and not self._life(name).shown(now):
            raise ApiError("DBClusterNotFoundFault", f"DBCluster {name} not found.", 404)
        root = xml_answers.read(forward())
        for group in xml_answers.every(root, "DBClusters"):
            for each in list(group):
                life = self._life(xml_answers.text(each, "DBClusterIdentifier"))
                if life.shown(now):
                    self._as_it_is(each, life)
                else:
                    group.remove(each)
        return xml_answers.write(root)

    def _as_it_is(self, element: Element, life: Life) -> None:
        now = self.cloud.time()
        values = {
            "Status": life.state(now),
            "BackupRetentionPeriod": life.retention,
            "EarliestRestorableTime": life.earliest(now),
            "LatestRestorableTime": life.latest(now),
            "PendingModifiedValues": {"MasterUserPassword": "****"} if life.password_pending(now) else None,
        }
        xml_answers.put(element, values)
        if not life.source and life.state(now) == "available":
            host, port = self.cloud.data.endpoint(life.name)
            xml_answers.put(element, {"Endpoint": host, "Port": port})
        for change in life.changes:
            name, _, value = change.partition("=")
            xml_answers.put(element, {name: value})

    def _to_time(self, params: Params, forward: Forward) -> bytes:
        if params.get("RestoreType") == "copy-on-write" and params.get("RestoreToTime"):
            raise ApiError("InvalidParameterCombination", "RestoreToTime can't be specified with copy-on-write")
        if bool(params.get("RestoreToTime")) == bool(params.get("UseLatestRestorableTime", False)):
            raise ApiError("InvalidParameterCombination", "Specify either RestoreToTime or UseLatestRestorableTime.")
        if bool(params.get("SourceDBClusterIdentifier")) == bool(params.get("SourceDbClusterResourceId")):
            raise ApiError("InvalidParameterCombination", "Exactly one source must be named.")
        self._refuse_taken(params["DBClusterIdentifier"])
        now, time = self.cloud.time(), params.get("RestoreToTime")
        resource_id = params.get("SourceDbClusterResourceId")
        if resource_id:
            return self._from_kept(resource_id, params)
        source = self._life(params["SourceDBClusterIdentifier"])
        if time:
            refuse_time(time, source.earliest(now), source.latest(now))
        return self._born(params, source.data, time, forward())

    def _from_kept(self, resource_id: str, params: Params) -> bytes:
        """A cluster that is gone, from what it left behind. moto is told of the copy as of a new cluster."""
        here = [each for each in self.kept if each.region == self.cloud.region]
        kept = next((each for each in here if each.resource_id.lower() == resource_id.lower()), None)
        if kept is None:
            raise ApiError("DBClusterAutomatedBackupNotFoundFault", f"Automated backup of {resource_id} not found.", 404)
        time = params.get("RestoreToTime") or kept.latest
        if params.get("RestoreToTime"):
            refuse_time(time, kept.earliest, kept.latest)
        made = xml_answers.read(self.cloud.register.call(self.cloud.region, "CreateDBCluster", kept.as_creation(params)))
        element = next(xml_answers.every(made, "DBCluster"))
        return self._born(params, kept.data, time, xml_answers.write(xml_answers.wrapped("RestoreDBClusterToPointInTime", element)))

    def _backups(self, params: Params, forward: Forward) -> bytes:
        """Those of clusters that are there, and of those that are gone. An identifier is that of a cluster that is there."""
        name, resource_id = params.get("DBClusterIdentifier"), params.get("DbClusterResourceId", "").lower()
        there = [self._active(each) for each in self.elements(self.cloud.region)]
        gone = [each.described() for each in self.kept if each.region == self.cloud.region]
        found = [each for each in there if name in (None, each["DBClusterIdentifier"])] + ([] if name else gone)
        found = [each for each in found if resource_id in ("", each["DbClusterResourceId"].lower())]
        if not found and (name or resource_id):
            raise ApiError("DBClusterAutomatedBackupNotFoundFault", f"Automated backup for {name or resource_id} not found.", 404)
        entries = [("DBClusterAutomatedBackup", each) for each in found]
        return xml_answers.answer("DescribeDBClusterAutomatedBackups", {"DBClusterAutomatedBackups": entries})

    def _active(self, element: Element) -> Params:
        life, now = self._life(xml_answers.text(element, "DBClusterIdentifier")), self.cloud.time()
        return {
            "DBClusterIdentifier": life.name,
            "DbClusterResourceId": xml_answers.text(element, "DbClusterResourceId"),
            "Region": life.region,
            "Status": "active",
            "Engine": xml_answers.text(element, "Engine"),
            "RestoreWindow": {"EarliestTime": life.earliest(now), "LatestTime": life.latest(now) or life.earliest(now)},
        }

    def _from_snapshot(self, params: Params, forward: Forward) -> bytes:
        self._refuse_taken(params["DBClusterIdentifier"])
        found = self.cloud.register.call(
            self.cloud.region, "DescribeDBClusterSnapshots", {"DBClusterSnapshotIdentifier": params["SnapshotIdentifier"]}
        )
        snapshot = next(xml_answers.every(xml_answers.read(found), "DBClusterSnapshot"))
        name = xml_answers.text(snapshot, "DBClusterIdentifier")
        data = self._life(name).data or next(
            (life.data for (_, each), life in self.lives.items() if each == name), ""
        )  # or copied from there
        return self._born(params, data, None, forward())

    def _born(self, params: Params, data: str, time: Any, text: bytes) -> bytes:
        name = params["DBClusterIdentifier"]
        life = Life(
            self.cloud.region, name, self.cloud.time(), params.get("BackupRetentionPeriod", LEAST_RETENTION),
            fate=self.cloud.schedule.born(name), data=data, pace=self.cloud.pace,
        )  # fmt: skip
        self.lives[self.cloud.region, name] = life
        self.cloud.data.restore(name, data, time)
        root = xml_answers.read(text)
        for each in xml_answers.every(root, "DBCluster"):
            life.master = xml_answers.text(each, "MasterUsername")
            self._as_it_is(each, life)
        return xml_answers.write(root)

    def _refuse_taken(self, name: str) -> None:
        if any(xml_answers.text(each, "DBClusterIdentifier") == name for each in self.elements(self.cloud.region)):
            raise ApiError("DBClusterAlreadyExistsFault", "DB Cluster already exists")

    def _there(self, name: str) -> Life:
        life = self._life(name)
        known = {xml_answers.text(each, "DBClusterIdentifier") for each in self.elements(self.cloud.region)}
        if name not in known or not life.shown(self.cloud.time()):
            raise ApiError("DBClusterNotFoundFault", f"DBCluster {name} not found.", 404)
        return self.lives.setdefault((self.cloud.region, name), life)

    def _create_member(self, params: Params, forward: Forward) -> bytes:
        cluster = params.get("DBClusterIdentifier")
        if not cluster:
            return forward()
        life, now = self._there(cluster), self.cloud.time()
        if life.state(now) != "available":
            raise ApiError(STATE, f"The cluster is in state {life.state(now)}.")
        name = params["DBInstanceIdentifier"]
        self.cloud.refuse_taken(name)
        root = xml_answers.read(forward())
        self.cloud.lives[self.cloud.region, name] = Life(
            self.cloud.region, name, now, 0, bool(params.get("PubliclyAccessible", False)), self.cloud.schedule.born(name), cluster=cluster,
            pace=self.cloud.pace,
        )  # fmt: skip
        return xml_answers.write(root)

    def _modify(self, params: Params, forward: Forward) -> bytes:
        life, now = self._there(params["DBClusterIdentifier"]), self.cloud.time()
        if life.state(now) != "available":
            raise ApiError(STATE, f"The cluster is in state {life.state(now)}.")
        text = forward()
        if params.get("MasterUserPassword"):
            life.password, life.password_at = params["MasterUserPassword"], now
        return text

    def _delete(self, params: Params, forward: Forward) -> bytes:
        name = params["DBClusterIdentifier"]
        life, now = self._there(name), self.cloud.time()
        element = next(each for each in self.elements(self.cloud.region) if xml_answers.text(each, "DBClusterIdentifier") == name)
        if xml_answers.text(element, "DeletionProtection") == "true":
            raise ApiError(
                "InvalidParameterCombination", "Cannot delete protected Cluster, please disable deletion protection and try again."
            )
        if not params.get("SkipFinalSnapshot") and not params.get("FinalDBSnapshotIdentifier"):
            raise ApiError("InvalidParameterCombination", "FinalDBSnapshotIdentifier is required unless SkipFinalSnapshot is specified.")
        if life.state(now) in ("creating", "deleting"):
            raise ApiError(STATE, f"The cluster is in state {life.state(now)}.")
        if any(each.cluster == name for (region, _), each in self.cloud.lives.items() if region == self.cloud.region):
            raise ApiError(STATE, "Cluster cannot be deleted, it still contains DB instances in non-deleting state.")
        life.deleted_at = now
        self._as_it_is(element, life)
        root = xml_answers.read(xml_answers.answer("DeleteDBCluster", {}))
        next(xml_answers.every(root, "DeleteDBClusterResult")).append(element)
        return xml_answers.write(root)
