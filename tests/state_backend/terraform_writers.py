"""The real Terraform on shared state: programs that wait, holding the lock, until a test lets them go."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

needs_terraform = pytest.mark.skipif(shutil.which("terraform") is None, reason="there is no terraform on this machine")
PATIENCE = 120
LOCKED = "Error acquiring the state lock"
# Each round adds a resource, whose provisioner waits: the lock is held meanwhile.
GROWING = """
variable "round" {
  type = number
}
resource "terraform_data" "round" {
  for_each = toset([for number in range(var.round + 1) : tostring(number)])
  input    = each.key
  provisioner "local-exec" {
    command = "touch $MEETING/running-$WHO; while [ ! -e $MEETING/go ]; do sleep 0.02; done"
  }
}
output "round" {
  value = var.round
}
"""


def environment(**more: str) -> dict[str, str]:
    """A user's own, with the cloud's credentials and nothing that asks the network."""
    quiet = {"CHECKPOINT_DISABLE": "1", "TF_IN_AUTOMATION": "1", "AWS_EC2_METADATA_DISABLED": "true"}
    own = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "TF_", "PULUMI_"))}
    return {**own, **quiet, "AWS_ACCESS_KEY_ID": "sandbox", "AWS_SECRET_ACCESS_KEY": "sandbox", **more}


class TerraformWriter:
    """One person's checkout of the root module, initialised from the printed block."""

    def __init__(self, folder: Path, who: str, block: str, meeting: Path, program: str = GROWING) -> None:
        meeting.mkdir(exist_ok=True)
        self.folder, self.who, self.meeting = folder / who, who, meeting
        self.environment = environment(MEETING=str(meeting), WHO=who)
        self.folder.mkdir(parents=True)
        (self.folder / "backend.tf").write_text(block)
        (self.folder / "main.tf").write_text(program)
        self.run("init", "-input=false", "-no-color")

    def run(self, *words: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """A command of Terraform. Raises AssertionError where it fails, unless ``check`` is off."""
        done = subprocess.run(
            ["terraform", *words], cwd=self.folder, env=self.environment, capture_output=True, text=True, timeout=PATIENCE, check=False
        )
        assert not check or done.returncode == 0, done.stdout + done.stderr
        return done

    def apply(self, number: int) -> list[str]:
        """The words of an apply of this round."""
        return ["terraform", "apply", "-auto-approve", "-input=false", "-no-color", "-lock-timeout=0s", f"-var=round={number}"]

    def start(self, number: int) -> subprocess.Popen[str]:
        """An apply that is not waited for; standard error goes with standard output."""
        return subprocess.Popen(
            self.apply(number), cwd=self.folder, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )

    def resources(self) -> list[str]:
        """What the shared state holds."""
        return sorted(self.run("state", "list").stdout.split())
