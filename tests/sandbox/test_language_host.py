"""Our language host, spoken to as the engine does, and by the engine itself."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from recoverable.sandbox import engine
from recoverable.sandbox.laptop import Laptop
from tests.support.stacks import Stack

pytestmark = pytest.mark.engine
HERE = Path(__file__).resolve().parent
RUNTIME = {"name": "python", "options": {"virtualenv": str(Path(sys.executable).parent.parent)}}

COMPONENT = """
from typing import Optional
import pulumi
from pulumi.provider.experimental import component_provider_host


class SafeArgs:
    days: pulumi.Input[int]


class Safe(pulumi.ComponentResource):
    place: pulumi.Output[str]

    def __init__(self, name: str, args: SafeArgs, opts: Optional[pulumi.ResourceOptions] = None):
        super().__init__("house:index:Safe", name, {}, opts)
        self.place = pulumi.Output.from_input(f"kept {int(args['days'])} days")
        self.register_outputs({"place": self.place})


if __name__ == "__main__":
    component_provider_host(name="house", components=[Safe], version="0.1.0")
"""
USER = """
import pulumi


class Safe(pulumi.ComponentResource):
    place: pulumi.Output[str]

    def __init__(self, name, days):
        super().__init__("house:index:Safe", name, {"days": days, "place": None}, remote=True)


pulumi.export("place", Safe("one", 30).place)
"""
# The protocol itself: the SDK for policies is no dependency of ours.
PACK = """
from concurrent import futures

import grpc
import pulumi
from google.protobuf import empty_pb2
from pulumi.runtime.proto import analyzer_pb2, analyzer_pb2_grpc, plugin_pb2

MESSAGE = f"{pulumi.get_project()}/{pulumi.get_stack()} says {pulumi.Config('shop').get('word')}"


class Pack(analyzer_pb2_grpc.AnalyzerServicer):
    def GetAnalyzerInfo(self, request, context):
        policy = analyzer_pb2.PolicyInfo(name="told", enforcementLevel="MANDATORY", policy_type="POLICY_TYPE_STACK")
        return analyzer_pb2.AnalyzerInfo(name="rules", version="0.1.0", policies=[policy])

    def GetPluginInfo(self, request, context):
        return plugin_pb2.PluginInfo(version="0.1.0")

    def ConfigureStack(self, request, context):
        return analyzer_pb2.AnalyzerStackConfigureResponse()

    def Configure(self, request, context):
        return empty_pb2.Empty()

    def Analyze(self, request, context):
        return analyzer_pb2.AnalyzeResponse()

    def Remediate(self, request, context):
        return analyzer_pb2.RemediateResponse()

    def AnalyzeStack(self, request, context):
        return analyzer_pb2.AnalyzeResponse(diagnostics=[analyzer_pb2.AnalyzeDiagnostic(
            policyName="told", policyPackName="rules", policyPackVersion="0.1.0", message=MESSAGE, enforcementLevel="MANDATORY")])


server = grpc.server(futures.ThreadPoolExecutor(max_workers=4))
analyzer_pb2_grpc.add_AnalyzerServicer_to_server(Pack(), server)
print("a word before the port")
print(server.add_insecure_port("127.0.0.1:0"), flush=True)
server.start()
server.wait_for_termination()
"""


@pytest.fixture(scope="module")
def built() -> engine.Engine:
    """The engine with our host beside it."""
    found = engine.ready()
    if found.origin != "built":
        pytest.skip("this machine has Pulumi's own language host")
    return found


def test_it_speaks_the_protocol(built: engine.Engine, tmp_path: Path) -> None:
    host = built.pulumi.with_name(engine.HOST_SCRIPT)
    command = [str(built.python), str(HERE / "host_client.py"), str(host), str(tmp_path)]
    told = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)

    assert {"pulumi", "pulumi_aws", "pulumi_gcp"} <= set(told.pop("dependencies"))
    assert told.pop("no virtualenv").startswith("virtualenv 'nowhere' of Pulumi.yaml has no interpreter at ")
    assert told == {
        "handshake": 0,
        "packages": 0,
        "about": True,
        "failing": "program exited with non-zero exit code: 1",
        "converter": ["UNIMPLEMENTED", "the sandbox's language host runs no converter plugins"],
        "SDK": ["UNIMPLEMENTED", "the sandbox's language host generates no SDKs: use the official Pulumi CLI for that"],
        "nothing to run": ["FAILED_PRECONDITION", f"{tmp_path} has neither a __main__.py nor a pyproject.toml with a project name"],
        "package": {"stdout": "a port\n", "stderr": "heard\n", "exit": 4},
        "cancelled": True,
        "exit": 0,
        "traceback after stop": False,
    }


def package(folder: Path) -> Path:
    folder.mkdir()
    (folder / "PulumiPlugin.yaml").write_text(json.dumps({"runtime": RUNTIME}))
    (folder / "__main__.py").write_text(COMPONENT)
    return folder


def test_the_schema_of_a_component_package_can_be_shown(laptop: Laptop, tmp_path: Path) -> None:
    folder = package(tmp_path / "house")
    done = subprocess.run(["pulumi", "package", "get-schema", str(folder)], env=laptop.environment(), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["resources"]["house:index:Safe"]["inputProperties"] == {"days": {"type": "integer"}}


def test_a_component_package_works_in_a_program(laptop: Laptop, tmp_path: Path) -> None:
    package(tmp_path / "house")
    project = {"name": "visitor", "runtime": RUNTIME, "plugins": {"providers": [{"name": "house", "path": "../house"}]}}
    (tmp_path / "visitor").mkdir()
    (tmp_path / "visitor" / "Pulumi.yaml").write_text(json.dumps(project))
    stack = Stack(laptop, tmp_path / "visitor", USER)
    stack.up()
    assert stack.outputs() == {"place": "kept 30 days"}


def test_a_policy_pack_is_told_the_stack_and_its_configuration(laptop: Laptop, tmp_path: Path) -> None:
    pack = tmp_path / "pack"
    pack.mkdir()
    (pack / "PulumiPolicy.yaml").write_text(json.dumps({"runtime": RUNTIME, "version": "0.1.0"}))
    (pack / "__main__.py").write_text(PACK)
    stack = Stack(laptop, tmp_path / "shop", "", stack="told", config={"word": "hello"})

    done = stack.run("preview", "--policy-pack", str(pack), check=False)

    assert done.returncode != 0
    assert "shop/told says hello" in done.stdout


def test_a_policy_pack_that_does_not_start_fails_the_preview(laptop: Laptop, tmp_path: Path) -> None:
    pack = tmp_path / "pack"
    pack.mkdir()
    (pack / "PulumiPolicy.yaml").write_text(json.dumps({"runtime": RUNTIME, "version": "0.1.0"}))
    (pack / "__main__.py").write_text("raise SystemExit('this pack is broken')\n")
    stack = Stack(laptop, tmp_path / "shop", "", stack="broken-pack")

    done = stack.run("preview", "--policy-pack", str(pack), check=False)

    assert done.returncode != 0
    assert "this pack is broken" in done.stdout + done.stderr
