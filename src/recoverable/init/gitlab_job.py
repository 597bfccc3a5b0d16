"""The GitLab job: as ``recoverable init --gitlab`` writes it, and as a component with inputs.

A component's file has two YAML documents, and Checkov's git mode ends at the first such file of a repository it clones. So none
lies in this repository: ``tools/gitlab_component.py`` writes it where the component is published from.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from recoverable.init.choices import Choices
from recoverable.init.project import PulumiProject
from recoverable.init.yaml_text import quoted
from recoverable.model.errors import InputError

FILE = ".gitlab/recoverable.gitlab-ci.yml"
MAIN = ".gitlab-ci.yml"
INCLUDE = (f"- local: {FILE}",)
_IMAGE = "python:3.12"
_PULUMI_IMAGE = "pulumi/pulumi-python-3.12"
_HEAD = """\
# The backup gate, written by `recoverable init`. Set-up and variables: docs/hosts/gitlab.md in recoverable's repository.
"""
_RULES = """\
  rules:
    - if: $CI_PIPELINE_SOURCE == "merge_request_event"
    - if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH
"""
_RUN = """\
    - pip install --quiet --disable-pip-version-check "$RECOVERABLE_REQUIREMENT"
    - python -P -m recoverable.ci.gitlab_check
"""
_ARTIFACTS = """\
  artifacts:
    when: always
    expire_in: 1 week
    reports:
      codequality: gl-code-quality-report.json
      junit: recoverable.xml
"""
_EMPTY = """\
    # There was nothing to judge when this was written. Remove the line with the first database or bucket: from then on a run
    # that finds nothing to judge is a failure (exit 3), not a pass.
    RECOVERABLE_ALLOW_EMPTY: "true"
"""
# Name of the input, its default, what it is; "boolean" where it is a switch.
_INPUTS = (
    ("stage", "test", "The stage of the job", ""),
    ("image", _IMAGE, "An image with Python 3.11 or newer, pip and git", ""),
    ("paths", "", 'Folders or files to judge, one a line ("." where no plan and no preview is named)', ""),
    ("plan", "", "Terraform plans as JSON, one a line", ""),
    ("preview", "", "Pulumi previews as JSON, one a line", ""),
    ("standard", "", "The backup standard (default - the nearest recoverable.toml)", ""),
    ("environment", "", "Judge everything for this environment", ""),
    ("var-file", "", "Terraform variable files, one a line", ""),
    ("strict", "false", "What cannot be known before apply fails, too", "boolean"),
    ("fail-on", "", "The least severity that fails", ""),
    ("baseline", "", "Findings in this file are known and do not fail", ""),
    ("changed-only", "true", "In a merge request, report only what it touches", "boolean"),
    ("allow-empty", "false", "Nothing to judge is no failure", "boolean"),
)


def job(choices: Choices, stage: str = "test") -> str:
    """The file with the jobs of one repository.

    Raises:
        InputError: recoverable's origin is not known, or a name in the repository is no text for YAML.
    """
    if choices.origin is None:
        raise InputError("it is not known where CI gets recoverable from", "--source", "Write --source https://HOST/PATH@TAG.")
    parts = [_HEAD]
    projects = choices.project.pulumi
    if choices.project.terraform or not projects:
        parts.append("".join(_code_job(choices, stage)))
    for number, project in enumerate(projects):
        name = "recoverable-preview" if len(projects) == 1 else f"recoverable-preview-{number + 1}"
        parts.append("".join(_preview_job(name, project, choices, stage)))
    return "\n".join(part.rstrip("\n") for part in parts) + "\n"


def component(requirement: str) -> str:
    """The component's file: two YAML documents, the inputs and the job.

    ``requirement`` is what pip installs; it belongs to the component's own version.
    """
    lines = ["spec:", "  inputs:"]
    for name, default, about, kind in _INPUTS:
        lines += [f"    {name}:", f"      description: {quoted(about)}", f"      default: {default if kind else quoted(default)}"]
        lines += [f"      type: {kind}"] if kind else []
    lines += [
        "---",
        "recoverable:",
        '  stage: "$[[ inputs.stage ]]"',
        '  image: "$[[ inputs.image ]]"',
        _RULES.rstrip("\n"),
        "  variables:",
    ]
    lines += ['    GIT_DEPTH: "0"', f"    RECOVERABLE_REQUIREMENT: {quoted(requirement)}"]
    for name, *_ in _INPUTS[2:]:
        lines.append(f'    RECOVERABLE_{name.upper().replace("-", "_")}: "$[[ inputs.{name} ]]"')
    return "\n".join([*lines, "  script:", _RUN.rstrip("\n"), _ARTIFACTS])


def stage_of(pipeline: str) -> str:
    """A stage that an existing pipeline has: ``test`` where it has that or names none, else its first."""
    head = re.search(r"^stages:[ \t]*(\[[^\]]*\])?[ \t]*(?:#.*)?\r?$", pipeline, re.MULTILINE)
    if not head:
        return "test"
    if head[1]:
        names = [name.strip(" '\"\n") for name in head[1].strip("[]").split(",")]
    else:
        rest = pipeline[head.end() :].lstrip("\r\n")
        block = re.match(r"(?:[ \t]*(?:-[ \t]+.*|#.*)?\r?(?:\n|$))*", rest)
        names = [name.strip(" '\"\r") for name in re.findall(r"^[ \t]*-[ \t]+([^#\r\n]+)", block[0] if block else "", re.MULTILINE)]
    names = [name for name in names if name]
    return names[0] if names and "test" not in names else "test"


def _code_job(choices: Choices, stage: str) -> Iterator[str]:
    yield f"recoverable:\n  stage: {quoted(stage)}\n  image: {_IMAGE}\n{_RULES}  variables:\n"
    yield from _variables(choices, choices.project.path)
    if choices.empty:
        yield _EMPTY
    yield f"  script:\n{_RUN}{_ARTIFACTS}"


def _preview_job(name: str, project: PulumiProject, choices: Choices, stage: str) -> Iterator[str]:
    stacks = ", ".join(quoted(stack) for stack in project.stacks or ("dev",))
    preview = "preview.json" if project.folder == "." else f"{project.folder}/preview.json"
    yield f"# The preview needs credentials that may read the stack and its cloud: PULUMI_ACCESS_TOKEN and the cloud's, as masked variables.\n{name}:\n"
    yield f"  stage: {quoted(stage)}\n  image: {_PULUMI_IMAGE}\n{_RULES}  parallel:\n    matrix:\n      - STACK: [{stacks}]\n  variables:\n"
    yield from _variables(choices, project.folder)
    yield f"    PROJECT: {quoted(project.folder)}\n    RECOVERABLE_PREVIEW: {quoted(preview)}\n"
    yield '  script:\n    - (cd "$PROJECT" && pulumi install)\n'
    yield '    - (cd "$PROJECT" && pulumi preview --json --show-sames --stack "$STACK" > preview.json)\n'
    yield f"{_RUN}{_ARTIFACTS}"


def _variables(choices: Choices, path: str) -> Iterator[str]:
    if choices.origin is None:
        raise AssertionError("asked for before")
    yield f'    GIT_DEPTH: "0"\n    RECOVERABLE_REQUIREMENT: {quoted(choices.origin.requirement)}\n    RECOVERABLE_PATHS: {quoted(path)}\n'
    if choices.baseline:
        yield f"    RECOVERABLE_BASELINE: {quoted(choices.baseline)}\n"
