"""How the language host starts a component package or a policy pack, and what of it reaches the engine."""

from __future__ import annotations

import queue
import subprocess
import threading
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from pulumi.runtime.proto import language_pb2

from recoverable.sandbox.host_programs import interpreter

CHUNK = 65536
OURS = ("PATH", "VIRTUAL_ENV")
"""What the interpreter's own environment says better than the engine."""


def component_command(request: Any) -> tuple[list[str], dict[str, str]]:
    """The command line and environment of a component package: its ``__main__.py``, else the package that pyproject.toml names."""
    info = request.info
    python, environment = interpreter(info, usual="venv")
    environment.update(_stated(request))
    root = Path(info.root_directory)
    if (root / "__main__.py").exists():
        return [python, "-u", info.program_directory, *request.args], environment
    return [python, "-u", "-m", "pulumi.run.plugin", _project_name(root / "pyproject.toml"), *request.args], environment


def pack_command(request: Any) -> tuple[list[str], dict[str, str]]:
    """The command line and environment of a policy pack."""
    python, environment = interpreter(request.info)
    environment.update(_stated(request))
    return [python, "-u", "-m", "pulumi.policy", *request.args, request.info.program_directory], environment


def is_told_by_the_protocol(request: Any) -> bool:
    """Whether a pack states ``runtime.options.configuration: protocol`` in its PulumiPolicy.yaml: it does not look into its environment."""
    info = request.info
    return bool(info.HasField("options") and dict(info.options).get("configuration") == "protocol")


def streamed(child: subprocess.Popen[bytes]) -> Iterator[Any]:
    """What a process prints, as it prints it, and its exit code last."""
    messages: queue.Queue[Any] = queue.Queue()

    def pump(stream: IO[bytes], name: str) -> None:
        while chunk := stream.read1(CHUNK):  # type: ignore[attr-defined] # a pipe is buffered, and has it
            messages.put(language_pb2.RunPluginResponse(**{name: chunk}))
        messages.put(None)

    streams = {"stdout": child.stdout, "stderr": child.stderr}
    for name, stream in streams.items():
        threading.Thread(target=pump, args=(stream, name), daemon=True).start()
    for _ in streams:
        yield from iter(messages.get, None)
    yield language_pb2.RunPluginResponse(exitcode=child.wait())


def _stated(request: Any) -> dict[str, str]:
    pairs = (entry.partition("=") for entry in request.env)
    return {name: value for name, _, value in pairs if name not in OURS}


def _project_name(file: Path) -> str:
    """The name in a pyproject.toml. Raises FileNotFoundError where there is none to run."""
    try:
        return str(tomllib.loads(file.read_text(encoding="utf-8"))["project"]["name"])
    except (FileNotFoundError, KeyError) as error:
        raise FileNotFoundError(f"{file.parent} has neither a __main__.py nor a pyproject.toml with a project name") from error
