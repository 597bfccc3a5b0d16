"""The components as a Pulumi package, for programs in every language.

``python -m recoverable.components.package_host`` prints the folder for ``pulumi package get-schema`` and ``pulumi package add``;
``--schema`` prints the schema itself, which needs no engine.
"""

import inspect
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pulumi
from pulumi import provider
from pulumi.provider.experimental.component import ComponentProvider
from pulumi.provider.experimental.util import camel_case
from pulumi.provider.provider import ConstructResult
from pulumi.provider.server import ComponentInitError

from recoverable import __version__
from recoverable.components.backup_alerts import BackupAlerts
from recoverable.components.backup_vault import BackupVault
from recoverable.components.base import PACKAGE
from recoverable.components.bucket import Bucket
from recoverable.components.neon_project import NeonProject
from recoverable.components.postgres import Postgres
from recoverable.components.refusal import RefusedError
from recoverable.components.restore_test import RestoreTest
from recoverable.components.secrets_store import Secrets
from recoverable.components.state_backend import StateBackend

COMPONENTS: tuple[type[pulumi.ComponentResource], ...] = (
    StateBackend,
    Bucket,
    Postgres,
    NeonProject,
    BackupVault,
    RestoreTest,
    BackupAlerts,
    Secrets,
)
"""Every component, in the order of the documentation."""


class Package(ComponentProvider):
    """The provider that constructs our components when another language asks for one."""

    def __init__(self) -> None:
        super().__init__(list(COMPONENTS), PACKAGE, None, __version__)
        self.schema = json.dumps(_tidied(json.loads(str(self.schema))))

    def construct(
        self, name: str, resource_type: str, inputs: pulumi.Inputs, options: pulumi.ResourceOptions | None = None
    ) -> ConstructResult:
        """Construct one component.

        Raises InputPropertyError where the component refuses: the engine shows the message under the property, without a traceback.
        """
        try:
            return super().construct(name, resource_type, inputs, options)
        except ComponentInitError as error:
            if isinstance(error.inner, RefusedError):
                raise pulumi.InputPropertyError(camel_case(error.inner.field), str(error.inner)) from error
            raise


def _tidied(value: Any) -> Any:
    """The schema with descriptions as prose: a docstring's indentation is Python's, and other languages would show it."""
    if isinstance(value, dict):
        prose = {key: inspect.cleandoc(each) for key, each in value.items() if key == "description" and isinstance(each, str)}
        return {key: prose.get(key, _tidied(each)) for key, each in value.items() if each is not None}
    return [_tidied(each) for each in value] if isinstance(value, list) else value


def folder() -> Path:
    """The folder that holds PulumiPlugin.yaml, in a checkout as in an installed wheel."""
    return Path(__file__).resolve().parent / "package"


def schema() -> dict[str, Any]:
    """The package's schema, as `pulumi package get-schema` prints it."""
    made: dict[str, Any] = json.loads(str(Package().schema))
    return made


def serve() -> None:
    """Serve the engine until it ends the process; its arguments are the process's own."""
    provider.main(Package(), sys.argv[1:])


def main(arguments: Sequence[str]) -> int:
    """Print the folder, or the schema; the exit status."""
    if list(arguments) not in ([], ["--schema"]):
        print("usage: python -m recoverable.components.package_host [--schema]", file=sys.stderr)
        return 2
    print(json.dumps(schema(), indent=2) if arguments else folder())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
