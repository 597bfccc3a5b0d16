"""An account of any size for the bench of the audit: pages of the shape that AWS answers with, made as they are asked for.

``audit_stub.py BUCKETS DATABASES`` prints its port and serves until it is ended; ``GET /-/calls`` tells how many calls came. Moto would
be the bottleneck: it holds every bucket and takes milliseconds for each call. One bucket and one database in ten has a defect.
"""

from __future__ import annotations

import datetime
import sys
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

PAGE, REGION, ACCOUNT = 100, "eu-west-1", "123456789012"
BAD = 10
"""Every so many-th store has a defect."""
SHUT = "".join(f"<{name}>true</{name}>" for name in ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"))


def _ago(minutes: int) -> str:
    return (datetime.datetime.now(datetime.UTC) - datetime.timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ")


class Account:
    """How much there is."""

    def __init__(self, buckets: int, databases: int) -> None:
        self.buckets, self.databases = buckets, databases

    def list_buckets(self, query: dict[str, list[str]]) -> str:
        """One page of 1,000 names."""
        start = int(query.get("continuation-token", ["0"])[0])
        stop = min(self.buckets, start + 1000)
        rows = "".join(
            f"<Bucket><Name>acme-{number:06}</Name><CreationDate>{_ago(99999)}</CreationDate><BucketRegion>{REGION}</BucketRegion></Bucket>"
            for number in range(start, stop)
        )
        more = f"<ContinuationToken>{stop}</ContinuationToken>" if stop < self.buckets else ""
        return f"<ListAllMyBucketsResult><Owner><ID>o</ID></Owner><Buckets>{rows}</Buckets>{more}</ListAllMyBucketsResult>"

    def bucket(self, name: str, query: dict[str, list[str]]) -> tuple[int, str]:
        """One setting of a bucket."""
        bad = int(name.rsplit("-", 1)[1]) % BAD == 0
        if "versioning" in query:
            return 200, f"<VersioningConfiguration><Status>{'Suspended' if bad else 'Enabled'}</Status></VersioningConfiguration>"
        if "publicAccessBlock" in query:
            return 200, f"<PublicAccessBlockConfiguration>{SHUT}</PublicAccessBlockConfiguration>"
        if "tagging" in query:
            return 200, "<Tagging><TagSet><Tag><Key>environment</Key><Value>prod</Value></Tag></TagSet></Tagging>"
        if "lifecycle" in query:
            kept = "<NoncurrentVersionExpiration><NoncurrentDays>30</NoncurrentDays></NoncurrentVersionExpiration>"
            return 200, (
                "<LifecycleConfiguration><Rule><ID>old</ID><Status>Enabled</Status><Filter><Prefix></Prefix></Filter>"
                f"{kept}</Rule></LifecycleConfiguration>"
            )
        if "encryption" in query:
            way = "<ApplyServerSideEncryptionByDefault><SSEAlgorithm>AES256</SSEAlgorithm></ApplyServerSideEncryptionByDefault>"
            return 200, f"<ServerSideEncryptionConfiguration><Rule>{way}</Rule></ServerSideEncryptionConfiguration>"
        if "logging" in query:
            return 200, "<BucketLoggingStatus/>"
        codes = {
            "policy": "NoSuchBucketPolicy",
            "replication": "ReplicationConfigurationNotFoundError",
            "object-lock": "ObjectLockConfigurationNotFoundError",
        }
        code = next((word for key, word in codes.items() if key in query), "NotImplemented")
        return 404, f"<Error><Code>{code}</Code><Message>none</Message></Error>"

    def instances(self, query: dict[str, list[str]]) -> str:
        """One page of instances."""
        start = int(query.get("Marker", ["0"])[0])
        stop = min(self.databases, start + PAGE)
        rows = "".join(self._instance(number) for number in range(start, stop))
        more = f"<Marker>{stop}</Marker>" if stop < self.databases else ""
        return f"<DBInstances>{rows}</DBInstances>{more}"

    def _instance(self, number: int) -> str:
        days = 7 if number % BAD == 0 else 30
        name = f"orders-{number:05}"
        return (
            f"<DBInstance><DBInstanceIdentifier>{name}</DBInstanceIdentifier><DBInstanceArn>arn:aws:rds:{REGION}:{ACCOUNT}:db:{name}</DBInstanceArn>"
            f"<Engine>postgres</Engine><BackupRetentionPeriod>{days}</BackupRetentionPeriod><StorageEncrypted>true</StorageEncrypted>"
            f"<MultiAZ>true</MultiAZ><DeletionProtection>true</DeletionProtection><CopyTagsToSnapshot>true</CopyTagsToSnapshot>"
            f"<InstanceCreateTime>{_ago(99999)}</InstanceCreateTime><LatestRestorableTime>{_ago(4)}</LatestRestorableTime>"
            "<TagList><Tag><Key>environment</Key><Value>prod</Value></Tag></TagList></DBInstance>"
        )

    def snapshots(self, query: dict[str, list[str]]) -> str:
        """One automated snapshot for each instance."""
        if query.get("SnapshotType") != ["automated"]:
            return "<DBSnapshots/>"
        start = int(query.get("Marker", ["0"])[0])
        stop = min(self.databases, start + PAGE)
        rows = "".join(
            f"<DBSnapshot><DBInstanceIdentifier>orders-{number:05}</DBInstanceIdentifier><Status>available</Status>"
            f"<SnapshotCreateTime>{_ago(600)}</SnapshotCreateTime></DBSnapshot>"
            for number in range(start, stop)
        )
        more = f"<Marker>{stop}</Marker>" if stop < self.databases else ""
        return f"<DBSnapshots>{rows}</DBSnapshots>{more}"

    def query(self, words: dict[str, list[str]]) -> str:
        """A call of a service that speaks XML and puts its operation into the body."""
        name = words["Action"][0]
        if name == "DescribeSnapshots":
            return "<DescribeSnapshotsResponse><snapshotSet/></DescribeSnapshotsResponse>"
        own: dict[str, Callable[[dict[str, list[str]]], str]] = {
            "DescribeDBInstances": self.instances,
            "DescribeDBSnapshots": self.snapshots,
            "GetCallerIdentity": lambda _: f"<Account>{ACCOUNT}</Account><Arn>arn:aws:iam::{ACCOUNT}:user/a</Arn><UserId>u</UserId>",
        }
        said = own[name](words) if name in own else ""
        return f"<{name}Response><{name}Result>{said}</{name}Result><ResponseMetadata/></{name}Response>"


def handler(account: Account) -> type[BaseHTTPRequestHandler]:
    """Answers for an account, and counts."""
    count, lock = [0], threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        """Keeps its connections, as AWS does."""

        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            """Look, or tell the count."""
            self._serve(b"")

        def do_POST(self) -> None:
            """An operation with a body."""
            self._serve(self.rfile.read(int(self.headers.get("Content-Length", 0))))

        def _serve(self, body: bytes) -> None:
            parts = urlsplit(self.path)
            if parts.path == "/-/calls":
                self._say(200, str(count[0]), "text/plain")
                return
            with lock:
                count[0] += 1
            query = parse_qs(parts.query, keep_blank_values=True)
            service = self.headers.get("Authorization", "").split("/aws4_request")[0].rsplit("/", 1)[-1]
            if service == "s3" and parts.path == "/":
                self._say(200, account.list_buckets(query))
            elif service == "s3":
                self._say(*account.bucket(parts.path.strip("/"), query))
            elif service in ("rds", "sts", "ec2", "redshift", "elasticache", "elasticloadbalancing"):
                self._say(200, account.query(parse_qs(body.decode())))
            else:
                self._say(200, "{}", "application/json")

        def _say(self, status: int, text: str, kind: str = "text/xml") -> None:
            data = text.encode()
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *args: Any) -> None:
            """Quiet."""

    return Handler


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler(Account(int(sys.argv[1]), int(sys.argv[2]))))
    print(server.server_port, flush=True)
    server.serve_forever()
