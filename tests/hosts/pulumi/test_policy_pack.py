"""The pack as a server: which calls of the protocol it answers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import grpc
import pytest
from pulumi.runtime.proto import analyzer_pb2, analyzer_pb2_grpc

from recoverable.hosts.pulumi.policy_pack import server
from tests.support.policy_packs import PROD, database, question


def remediated(settings: dict[str, Any] | None, folder: Path) -> Any:
    """What a served pack makes of a database that may be mended; ``settings`` None: it was never configured."""
    made, port = server([folder])
    made.start()
    try:
        with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
            stub = analyzer_pb2_grpc.AnalyzerStub(channel)
            if settings is not None:
                asked = analyzer_pb2.ConfigureAnalyzerRequest()
                asked.policyConfig["recoverable"].properties.update(settings)
                asked.policyConfig["deletion-protection-off"].enforcementLevel = analyzer_pb2.MANDATORY
                stub.Configure(asked, timeout=30)
            return stub.Remediate(question(database(tags=PROD)), timeout=30)
    finally:
        made.stop(None).wait()


def test_a_pack_that_may_mend_nothing_says_that_it_knows_no_remediation(tmp_path: Path) -> None:
    """The engine takes that for "nothing to change" and asks on; no resource is read twice for nothing."""
    with pytest.raises(grpc.RpcError) as caught:
        remediated({}, tmp_path)

    assert caught.value.code() is grpc.StatusCode.UNIMPLEMENTED


def test_a_pack_that_may_mend_mends(tmp_path: Path) -> None:
    answer = remediated({"remediate": True}, tmp_path)

    assert [item.policyName for item in answer.remediations] == ["deletion-protection-off"]


def test_a_pack_that_was_never_configured_answers_by_itself(tmp_path: Path) -> None:
    """Levels may come from the project's own standard: what is not known yet is asked, not refused."""
    assert list(remediated(None, tmp_path).remediations) == []
