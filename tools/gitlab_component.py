"""Writes the GitLab component into the folder it is published from: ``python tools/gitlab_component.py FOLDER GIT_URL@TAG``.

It cannot lie in this repository: a component has two YAML documents in one file, and Checkov, when it clones this repository
for ``--external-checks-git``, ends with 2 at such a file (measured with 3.3.30; docs/adr/0010-pull-request-gates.md).
"""

from __future__ import annotations

import sys
from pathlib import Path

from recoverable.init.gitlab_job import component
from recoverable.init.origin import parse_origin
from recoverable.model.errors import InputError

USAGE = "usage: python tools/gitlab_component.py FOLDER GIT_URL@TAG"


def main(arguments: list[str]) -> int:
    """Write ``templates/recoverable.yml`` below a folder."""
    if len(arguments) != 2:
        print(USAGE, file=sys.stderr)
        return 2
    try:
        text = component(parse_origin(arguments[1]).requirement)
    except InputError as error:
        print(f"error: {error}\n{USAGE}", file=sys.stderr)
        return 2
    file = Path(arguments[0], "templates", "recoverable.yml")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    print(file)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
