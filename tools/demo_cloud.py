"""The second half of ``make demo``: the reference stack on the laptop cloud, by the real Pulumi engine.

Every command is shown as a user would type it, with its exit code. What the stack made is read back with boto3, not from Pulumi.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import demo_readback as readback
from demo_steps import Demo, summary

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # the fakes of the tests

import demo_rds_drill as rds_drill  # noqa: E402 - the path is set above

WORK = ROOT / ".cache" / "demo"
STAY = 60.0  # seconds to wait for the lock of a running update


def projects() -> tuple[Path, Path]:
    """Copies of both projects, so that nothing of a demo lands in the checkout. The reference project, and the state's."""
    for name in ("Pulumi.yaml", "recoverable.toml"):
        shutil.copy(ROOT / name, WORK / name)
    shutil.copytree(ROOT / "infra", WORK / "infra", dirs_exist_ok=True)
    (WORK / ".venv").symlink_to(Path(sys.prefix))
    return WORK, WORK / "infra" / "state"


def state_stack(demo: Demo, folder: Path) -> str:
    """The state backend makes itself on a file backend and moves into its own bucket; its bucket's name."""
    demo.title("The state backend, on a file backend first")
    endpoint = demo.environment["AWS_ENDPOINT_URL"]
    demo.run(folder, "pulumi", "stack", "init", "prod", show="none")
    demo.run(folder, "pulumi", "config", "set", "endpoint", endpoint, show="none")
    demo.run(folder, "pulumi", "up", "--yes", "--skip-preview", show="summary")
    outputs = demo.json(folder, "pulumi", "stack", "output", "--json")
    demo.title("It moves into the bucket that it made")
    exported = folder / "state.json"
    demo.run(folder, "pulumi", "stack", "export", into=exported, show="none")
    demo.environment["PULUMI_BACKEND_URL"] = outputs["loginUrl"]
    print(f"$ export PULUMI_BACKEND_URL='{outputs['loginUrl']}'")
    (folder / "Pulumi.prod.yaml").write_text((ROOT / "infra" / "state" / "Pulumi.prod.yaml").read_text())
    demo.run(folder, "pulumi", "stack", "init", "prod", f"--secrets-provider={outputs['secretsProvider']}", show="none")
    demo.run(folder, "pulumi", "config", "set", "endpoint", endpoint, show="none")
    demo.run(folder, "pulumi", "stack", "import", "--file", exported.name, show="none")
    demo.run(folder, "pulumi", "preview", "--expect-no-changes")
    demo.environment["PULUMI_SECRETS"] = outputs["secretsProvider"]
    return str(outputs["bucket"])


def reference_stack(demo: Demo, folder: Path, name: str, bucket: str) -> None:
    """Preview, gate, up; the state's encryption and its lock."""
    demo.title(f"The reference stack for {name}: the gate judges the preview, then it is made")
    demo.run(folder, "pulumi", "stack", "init", name, f"--secrets-provider={demo.environment['PULUMI_SECRETS']}", show="none")
    demo.run(folder, "pulumi", "config", "set", "databaseVersion", str(rds_drill.MAJOR), show="none")
    preview = folder / f"preview-{name}.json"
    demo.run(folder, "pulumi", "preview", "--json", into=preview, show="none")
    demo.run(folder, "recoverable", "check", "--strict", preview.name, show="tail")
    first = subprocess.Popen(
        demo.resolved(("pulumi", "up", "--yes", "--skip-preview")),
        cwd=folder,
        env=demo.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    print("$ pulumi up --yes --skip-preview &")
    try:
        if readback.wait_for_lock(demo.environment, bucket, STAY):
            print("… and while it runs, somebody else's:")
            demo.run(folder, "pulumi", "up", "--yes", "--skip-preview", expected=1, show="errors")
        else:
            demo.claim("the update was locked", False)
        told, _ = first.communicate()
    except BaseException:  # Ctrl-C too: the update ends before its cloud does
        first.terminate()
        first.communicate()
        raise
    print("… and the first one ends:\n" + "\n".join(f"  {each}" for each in summary([each for each in told.splitlines() if each.strip()])))
    demo.expect(first.returncode, 0)
    demo.run(folder, "pulumi", "preview", "--expect-no-changes", show="none")
    demo.title(f"{name}, read back with boto3")
    for text, holds in readback.state_facts(demo.environment, bucket, name):
        demo.claim(text, holds)
    for text, holds in readback.store_facts(demo.environment, name):
        demo.claim(text, holds)


def breach(demo: Demo, folder: Path) -> None:
    """A breach is refused before anything happens."""
    demo.title("A breach: no backups in production")
    demo.run(folder, "pulumi", "config", "set", "databaseRetentionDays", "0", show="none")
    demo.run(folder, "pulumi", "up", "--yes", expected=1, show="errors")
    demo.run(folder, "pulumi", "config", "rm", "databaseRetentionDays", show="none")


def destroy(demo: Demo, folder: Path) -> None:
    """Production resists; what is not protected can go; dev goes wholly, in two steps."""
    demo.title("pulumi destroy in production: refused, with the protected stores by name")
    demo.run(folder, "pulumi", "stack", "select", "prod", show="none")
    demo.run(folder, "pulumi", "destroy", "--yes", expected=1, show="errors")
    demo.title("pulumi destroy --exclude-protected removes the rest")
    demo.run(folder, "pulumi", "destroy", "--yes", "--exclude-protected", show="summary")
    for text, holds in readback.survivors(demo.environment):
        demo.claim(text, holds)
    demo.title("dev may go, in two steps: RDS itself refuses until its deletion protection is off")
    demo.run(folder, "pulumi", "stack", "select", "dev", show="none")
    demo.run(folder, "pulumi", "config", "set", "databaseDeletionProtection", "false", show="none")
    demo.run(folder, "pulumi", "up", "--yes", "--skip-preview", show="summary")
    demo.run(folder, "pulumi", "destroy", "--yes", "--skip-preview", show="summary")


def laptop(demo: Demo, cloud: Path, database: rds_drill.Data) -> None:
    """Everything that happens while the laptop cloud is up."""
    demo.title("The laptop cloud: the real Pulumi engine, moto's AWS, no account")
    demo.run(WORK, "recoverable", "sandbox", "up", "--folder", str(cloud), show="all")
    try:
        shell = demo.json(WORK, "recoverable", "sandbox", "env", "--folder", str(cloud), "--format", "json")
        demo.environment = {name: value for name, value in demo.environment.items() if name not in shell["unset"]} | shell["set"]
        reference, state = projects()
        bucket = state_stack(demo, state)
        for name in ("dev", "prod"):
            reference_stack(demo, reference, name, bucket)
        rds_drill.drill(demo, reference, database)
        breach(demo, reference)
        destroy(demo, reference)
    finally:
        demo.title("The laptop cloud goes away")
        demo.run(WORK, "recoverable", "sandbox", "down", "--folder", str(cloud), show="all")


def main() -> int:
    """Run the whole demo; 0 when every command and every claim was as it should be."""
    demo = Demo()
    cloud = WORK / "cloud"
    if cloud.exists():  # of a demo that was killed: its server would have no folder, and nobody to stop it
        subprocess.run([sys.executable, "-m", "recoverable", "sandbox", "down", "--folder", str(cloud)], capture_output=True, check=False)
    shutil.rmtree(WORK, ignore_errors=True)
    WORK.mkdir(parents=True)
    demo.environment = dict(os.environ)
    demo.title("Load, heartbeats and a backup for production's database, by a real PostgreSQL")
    with rds_drill.data() as database:
        laptop(demo, cloud, database)
    print(f"\n{'everything was as it should be' if not demo.wrong else f'{demo.wrong} things were not as they should be'}")
    return int(demo.wrong > 0)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        sys.exit(130)
