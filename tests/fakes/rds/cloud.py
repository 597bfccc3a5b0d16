"""RDS as it behaves, in front of moto's server as the register of what exists."""

from __future__ import annotations

import datetime
import threading
from collections.abc import Callable
from typing import Any
from xml.etree.ElementTree import Element

from tests.fakes.rds import xml_answers
from tests.fakes.rds.clusters import Clusters
from tests.fakes.rds.data import DataPlane
from tests.fakes.rds.faults import Schedule
from tests.fakes.rds.kept_backups import KeptBackup
from tests.fakes.rds.lives import USUAL, Life, Pace, refuse_password, refuse_time
from tests.fakes.rds.query_protocol import ApiError, parse, scope
from tests.fakes.rds.register import Register

Params = dict[str, Any]
DAY = 86400.0


class RdsCloud:
    """Answers requests. ``time`` gives seconds since 1970, ``data`` the databases; ``pace`` is quicker where somebody really waits."""

    def __init__(
        self, moto: str, time: Callable[[], float], data: DataPlane, schedule: Schedule | None = None, *, pace: Pace = USUAL
    ) -> None:
        self.pace = pace
        self.register = Register(moto)
        self.time = time
        self.data = data
        self.schedule = schedule or Schedule()
        self.lives: dict[tuple[str, str], Life] = {}
        self.kept: list[KeptBackup] = []
        self.quotas = {"DBInstances": 40, "DBClusters": 40, "AllocatedStorage": 100_000}
        self.requests: list[tuple[str, str, Params]] = []
        self.lock = threading.RLock()
        self.region = ""
        self.clusters = Clusters(self)

    def handle(self, body: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
        """One request; an :class:`ApiError` with ``drop`` leaves it without an answer."""
        with self.lock:
            try:
                region, service = scope(headers.get("authorization", ""))
                if service != "rds":
                    raise ApiError("InvalidAction", f"this is RDS, not {service}")
                action, params = parse(body)
                self.requests.append((region, action, params))
                number = len(self.requests)
                self.schedule.before(action, number)
                self.tick()
                answer = self._answer(region, action, params, body)
                self.schedule.after(action, number)
            except ApiError as error:
                if error.drop:
                    raise
                return error.status, error.body()
            return 200, answer

    def tick(self) -> None:
        """Let happen what is due by now."""
        now = self.time()
        self.clusters.tick(now)
        for key, life in list(self.lives.items()):
            if life.password and now >= life.reset_at:
                self.data.set_password(life.name, life.master, life.password)
                life.password = ""
            if now >= life.gone_at:
                del self.lives[key]
                self.register.call(life.region, "DeleteDBInstance", {"DBInstanceIdentifier": life.name, "SkipFinalSnapshot": "true"})
                if not life.cluster:
                    self.data.destroy(life.name)

    def truth(self, region: str) -> set[str]:
        """Everything that exists in a region, shown or not: for tests, no call of RDS."""
        with self.lock:
            self.tick()
            found = {xml_answers.text(each, "DBInstanceIdentifier") for each in self.register.instances(region)}
            return found | {xml_answers.text(each, "DBClusterIdentifier") for each in self.clusters.elements(region)}

    def adopt(self, region: str, name: str, *, retention: int = 7, age_days: float = 30, data: str = "") -> Life:
        """An instance that has been there for long, with automated backups."""
        now = self.time()
        life = Life(region, name, now - age_days * DAY, retention, source=True, data=data, pace=self.pace)
        self.lives[region, name] = life
        return life

    def _answer(self, region: str, action: str, params: Params, body: bytes) -> bytes:
        own = {
            "DescribeDBInstances": self._describe,
            "DescribeDBInstanceAutomatedBackups": self._backups,
            "DescribeAccountAttributes": self._account,
            "DescribeEvents": self._events,
            "RestoreDBInstanceToPointInTime": self._to_time,
            "RestoreDBInstanceFromDBSnapshot": self._from_snapshot,
            "ModifyDBInstance": self._modify,
            "DeleteDBInstance": self._delete,
            **self.clusters.calls(),
        }
        self.region = region
        forward = lambda: self.register.forward(region, body)  # noqa: E731 - one call, handed on
        return own[action](params, forward) if action in own else forward()

    def _describe(self, params: Params, forward: Callable[[], bytes]) -> bytes:
        now, name = self.time(), params.get("DBInstanceIdentifier")
        life = self.lives.get((self.region, name or ""))
        if name and life and not life.shown(now):
            raise ApiError("DBInstanceNotFound", f"DBInstance {name} not found.", 404)
        root = xml_answers.read(forward())
        for group in xml_answers.every(root, "DBInstances"):
            for each in list(group):
                found = self._life(each)
                if found.shown(now):
                    self._as_it_is(each, found)
                else:
                    group.remove(each)
        return xml_answers.write(root)

    def _as_it_is(self, element: Element, life: Life) -> None:
        now = self.time()
        state = life.state(now)
        made = state not in ("creating", *(() if life.fate == "available" else (life.fate,)))
        host, port = self.data.endpoint(life.cluster or life.name) if made and not life.source else ("", 0)
        pending = {"MasterUserPassword": "****"} if life.password_pending(now) else {}
        values = {
            "DBInstanceStatus": state,
            "PubliclyAccessible": life.public,
            "BackupRetentionPeriod": life.retention,
            "LatestRestorableTime": life.latest(now),
            "PendingModifiedValues": pending,
        }
        xml_answers.put(element, values)
        if not life.source:
            xml_answers.put(element, {"Endpoint": {"Address": host, "Port": port, "HostedZoneId": "Z0"} if made else None})
        for change in life.changes:  # what somebody else did to it
            name, _, value = change.partition("=")
            xml_answers.put(element, {name: value})

    def _backups(self, params: Params, forward: Callable[[], bytes]) -> bytes:
        name, arn = params.get("DBInstanceIdentifier"), params.get("DBInstanceAutomatedBackupsArn")
        found = []
        for each in self.register.instances(self.region):
            life = self._life(each)
            if life.retention and life.deleted_at is None:
                found.append(self._active(each, life))
        found += [each.described() for each in self.kept if each.region == self.region]
        wanted = [
            each
            for each in found
            if name in (None, each["DBInstanceIdentifier"]) and arn in (None, each.get("DBInstanceAutomatedBackupsArn"))
        ]
        if not wanted and (name or arn):
            raise ApiError("DBInstanceAutomatedBackupNotFound", f"Automated backup for {name or arn} not found.", 404)
        entries = [("DBInstanceAutomatedBackup", each) for each in wanted]
        return xml_answers.answer("DescribeDBInstanceAutomatedBackups", {"DBInstanceAutomatedBackups": entries})

    def _active(self, element: Element, life: Life) -> Params:
        now = self.time()
        return {
            "DBInstanceIdentifier": life.name,
            "DbiResourceId": xml_answers.text(element, "DbiResourceId"),
            "Region": life.region,
            "Status": "active",
            "Engine": xml_answers.text(element, "Engine"),
            "RestoreWindow": {"EarliestTime": life.earliest(now), "LatestTime": life.latest(now) or life.earliest(now)},
        }

    def _account(self, params: Params, forward: Callable[[], bytes]) -> bytes:
        used = len(self.register.instances(self.region))
        entries = [
            ("AccountQuota", {"AccountQuotaName": name, "Used": used if name == "DBInstances" else 0, "Max": most})
            for name, most in self.quotas.items()
        ]
        return xml_answers.answer("DescribeAccountAttributes", {"AccountQuotas": entries})

    def _events(self, params: Params, forward: Callable[[], bytes]) -> bytes:
        life = self.lives.get((self.region, params.get("SourceIdentifier", "")))
        if life is None or life.fate == "available":
            return forward()
        event = {"SourceIdentifier": life.name, "SourceType": "db-instance", "Message": f"The DB instance went into {life.fate}."}
        return xml_answers.answer("DescribeEvents", {"Events": [("Event", event)]})

    def _to_time(self, params: Params, forward: Callable[[], bytes]) -> bytes:
        named = [
            each
            for each in ("SourceDBInstanceIdentifier", "SourceDbiResourceId", "SourceDBInstanceAutomatedBackupsArn")
            if params.get(each)
        ]
        if len(named) != 1:
            raise ApiError("InvalidParameterCombination", "Exactly one source must be named.")
        latest = params.get("UseLatestRestorableTime", False)
        if bool(params.get("RestoreTime")) == bool(latest):
            raise ApiError("InvalidParameterCombination", "Specify either RestoreTime or UseLatestRestorableTime.")
        target = params["TargetDBInstanceIdentifier"]
        self.refuse_taken(target)
        kept = next((each for each in self.kept if each.region == self.region and params[named[0]] in (each.resource_id, each.arn)), None)
        now = self.time()
        if kept:
            earliest, newest, data = kept.earliest, kept.latest, kept.data
        else:
            source = self._source(named[0], params[named[0]])
            earliest, newest, data = source.earliest(now), source.latest(now), source.data
        wanted = params.get("RestoreTime") or (newest - datetime.timedelta(seconds=1) if newest else None)
        refuse_time(wanted or datetime.datetime.now(datetime.UTC), earliest, newest)
        text = self._entered(kept, params) if kept else forward()
        return self._born(target, params, data, wanted, text)

    def _entered(self, kept: KeptBackup, params: Params) -> bytes:
        """The answer of a restore whose copy moto was told of as a new instance."""
        made = xml_answers.read(self.register.call(self.region, "CreateDBInstance", kept.as_creation(params)))
        return xml_answers.write(xml_answers.wrapped("RestoreDBInstanceToPointInTime", next(xml_answers.every(made, "DBInstance"))))

    def _from_snapshot(self, params: Params, forward: Callable[[], bytes]) -> bytes:
        self.refuse_taken(params["DBInstanceIdentifier"])
        found = self.register.call(self.region, "DescribeDBSnapshots", {"DBSnapshotIdentifier": params.get("DBSnapshotIdentifier", "")})
        snapshot = next(xml_answers.every(xml_answers.read(found), "DBSnapshot"))
        source = self.lives.get((self.region, xml_answers.text(snapshot, "DBInstanceIdentifier"))) or next(
            (life for (_, name), life in self.lives.items() if name == xml_answers.text(snapshot, "DBInstanceIdentifier")), None
        )  # one that was copied is of an instance in another region
        return self._born(params["DBInstanceIdentifier"], params, source.data if source else "", None, forward())

    def _born(self, name: str, params: Params, data: str, time: datetime.datetime | None, text: bytes) -> bytes:
        now = self.time()
        retention = params.get("BackupRetentionPeriod", 7)
        public, fate = bool(params.get("PubliclyAccessible", False)), self.schedule.born(name)
        life = Life(self.region, name, now, retention, public, fate, data=data, pace=self.pace)
        life.stays = name in self.schedule.stays
        self.lives[self.region, name] = life
        if params.get("MultiAZ") is False:  # moto keeps the source's standby whatever is ordered
            self.register.call(
                self.region, "ModifyDBInstance", {"DBInstanceIdentifier": name, "MultiAZ": "false", "ApplyImmediately": "true"}
            )
        self.data.restore(name, data, time)
        root = xml_answers.read(text)
        for each in xml_answers.every(root, "DBInstance"):
            life.master = xml_answers.text(each, "MasterUsername")
            self._as_it_is(each, life)
        return xml_answers.write(root)

    def _modify(self, params: Params, forward: Callable[[], bytes]) -> bytes:
        name = params["DBInstanceIdentifier"]
        life, now = self._there(name), self.time()
        if life.state(now) != "available":
            raise ApiError("InvalidDBInstanceState", f"Instance {name} is in state {life.state(now)}.")
        password = params.get("MasterUserPassword")
        refuse_password(password)
        root = xml_answers.read(forward())
        if password is not None:
            life.password, life.password_at = password, now
        life.retention = params.get("BackupRetentionPeriod", life.retention)
        life.public = params.get("PubliclyAccessible", life.public)
        for each in xml_answers.every(root, "DBInstance"):
            self._as_it_is(each, life)
        return xml_answers.write(root)

    def _delete(self, params: Params, forward: Callable[[], bytes]) -> bytes:
        name = params["DBInstanceIdentifier"]
        life, now = self._there(name), self.time()
        element = next(each for each in self.register.instances(self.region) if xml_answers.text(each, "DBInstanceIdentifier") == name)
        life.refuse_delete(
            now,
            skip=params.get("SkipFinalSnapshot", False),
            final=params.get("FinalDBSnapshotIdentifier", ""),
            protected=xml_answers.text(element, "DeletionProtection") == "true",
        )
        life.deleted_at, life.stays = now, life.stays or name in self.schedule.stays
        self._as_it_is(element, life)
        return xml_answers.write(xml_answers.wrapped("DeleteDBInstance", element))

    def _life(self, element: Element) -> Life:
        name = xml_answers.text(element, "DBInstanceIdentifier")
        retention = int(xml_answers.text(element, "BackupRetentionPeriod") or 0)
        there = self.lives.get((self.region, name))
        return there or Life(self.region, name, self.time() - DAY, retention, source=True, pace=self.pace)

    def _there(self, name: str) -> Life:
        life = self.lives.get((self.region, name))
        if life and life.shown(self.time()):
            return life
        for each in self.register.instances(self.region):
            if life is None and xml_answers.text(each, "DBInstanceIdentifier") == name:
                return self.lives.setdefault((self.region, name), self._life(each))
        raise ApiError("DBInstanceNotFound", f"DBInstance {name} not found.", 404)

    def _source(self, by: str, value: str) -> Life:
        for each in self.register.instances(self.region):
            if value in (xml_answers.text(each, "DBInstanceIdentifier"), xml_answers.text(each, "DbiResourceId")):
                return self._life(each)
        code = "DBInstanceAutomatedBackupNotFound" if by.endswith("Arn") else "DBInstanceNotFound"
        raise ApiError(code, f"{value} not found.", 404)

    def refuse_taken(self, name: str) -> None:
        """What RDS answers where an instance has this name already."""
        if any(xml_answers.text(each, "DBInstanceIdentifier") == name for each in self.register.instances(self.region)):
            raise ApiError("DBInstanceAlreadyExists", "DB Instance already exists")
