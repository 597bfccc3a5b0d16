"""The workflow that ``recoverable init --github`` writes."""

from __future__ import annotations

from collections.abc import Iterator

from recoverable.init.choices import Choices
from recoverable.init.project import PulumiProject
from recoverable.init.yaml_text import quoted
from recoverable.model.errors import InputError

FILE = ".github/workflows/recoverable.yml"
_HEAD = """\
# The backup gate, written by `recoverable init`. Set-up and inputs: docs/hosts/github.md in recoverable's repository.
name: recoverable

on:
  pull_request:
  push:
    branches: [{branch}]

permissions:
  contents: read
  # One comment on the pull request, which every run updates.
  pull-requests: write
  # For code scanning: add "security-events: write" here and "sarif: true" below.

concurrency:
  group: recoverable-${{{{ github.ref }}}}
  cancel-in-progress: ${{{{ github.event_name == 'pull_request' }}}}

jobs:
"""
_CHECKOUT = """\
    steps:
      # Two commits: the merge of the pull request, and the base that it is compared with.
      - uses: actions/checkout@v6
        with:
          fetch-depth: 2
          persist-credentials: false
"""
_PREVIEW = """\
      # The preview needs credentials that may read the stack and its cloud. A short-lived role is better than keys:
      # https://docs.github.com/en/actions/concepts/security/openid-connect
      - uses: pulumi/actions@v6
      - name: Install what the program imports
        working-directory: {folder}
        run: pulumi install
      - name: Preview
        working-directory: {folder}
        env:
          STACK: ${{{{ matrix.stack }}}}
          PULUMI_ACCESS_TOKEN: ${{{{ secrets.PULUMI_ACCESS_TOKEN }}}}
        run: pulumi preview --json --show-sames --stack "$STACK" > preview.json
"""
_EMPTY = """\
          # There was nothing to judge when this was written. Remove the line with the first database or bucket: from then on a
          # run that finds nothing to judge is a failure (exit 3), not a pass.
          allow-empty: true
"""


def workflow(choices: Choices) -> str:
    """The whole file.

    Raises:
        InputError: recoverable's origin is not on GitHub, or a name in the repository is no text for YAML.
    """
    origin = choices.origin
    if origin is None or not origin.on_github:
        raise InputError("a GitHub workflow takes an action from GitHub alone", "--source", "Write --source OWNER/NAME@TAG.")
    uses = f"{origin.on_github}@{origin.revision}"
    parts = [_HEAD.format(branch=quoted(choices.project.branch))]
    projects = choices.project.pulumi
    if choices.project.terraform or not projects:
        parts.append("".join(_code_job(choices, uses)))
    for number, project in enumerate(projects):
        name = "preview" if len(projects) == 1 else f"preview-{number + 1}"
        parts.append("".join(_preview_job(name, project, choices, uses)))
    return "\n".join(part.rstrip("\n") for part in parts) + "\n"


def _code_job(choices: Choices, uses: str) -> Iterator[str]:
    yield "  recoverable:\n    runs-on: ubuntu-latest\n    timeout-minutes: 15\n"
    yield _CHECKOUT
    yield f"      - uses: {uses}\n        with:\n          paths: {quoted(choices.project.path)}\n"
    yield from _common(choices)
    if choices.empty:
        yield _EMPTY


def _preview_job(name: str, project: PulumiProject, choices: Choices, uses: str) -> Iterator[str]:
    stacks = ", ".join(quoted(stack) for stack in project.stacks or ("dev",))
    preview = "preview.json" if project.folder == "." else f"{project.folder}/preview.json"
    yield f"  {name}:\n    runs-on: ubuntu-latest\n    timeout-minutes: 30\n"
    yield f"    strategy:\n      fail-fast: false\n      matrix:\n        stack: [{stacks}]\n"
    yield _CHECKOUT
    yield _PREVIEW.format(folder=quoted(project.folder))
    yield f"      - uses: {uses}\n        with:\n          paths: {quoted(project.folder)}\n          preview: {quoted(preview)}\n"
    yield (
        "          comment-key: ${{ matrix.stack }}\n" if name == "preview" else f"          comment-key: {name} ${{{{ matrix.stack }}}}\n"
    )
    yield from _common(choices)


def _common(choices: Choices) -> Iterator[str]:
    if choices.baseline:
        yield f"          baseline: {quoted(choices.baseline)}\n"
