"""What a plan or preview leaves out and the folder of its code tells: where state is kept, and files that belong nowhere near it.

Only the folder itself is looked into, and only where it is the one that the plan or preview was made from.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING

from recoverable.model.raw import Problem, RawBackend, Reading
from recoverable.model.values import Location
from recoverable.readers.plan.plan_places import is_code_of
from recoverable.readers.pulumi.project_reader import project_above, read_project
from recoverable.readers.repository_files import read_repository

if TYPE_CHECKING:
    from recoverable.readers.hcl.hcl_reader import HclOptions

CODE = ("terraform-hcl", "pulumi-project")
"""The kinds of readings that state backends are written in."""


def read_beside_plan(reading: Reading, folder: Path, options: HclOptions) -> list[Reading]:
    """Add the backends of a plan's root module to its reading; what else lies in the folder is returned.

    ``options`` are those the code itself would be read with. Nothing where the folder holds the code of something else.
    """
    from recoverable.readers.hcl.hcl_reader import backends_in  # a policy pack never reads HCL, and each preview waits for its imports

    base = options.base or Path.cwd()
    if not is_code_of(reading, folder, base):
        return []
    backends, problems = backends_in(folder, options)
    broken = [problem for problem in problems if problem.kind == "error"]
    if broken:
        # The backend block may be in what cannot be read: an implicit local one would be a guess.
        where = broken[0].where or Location(reading.path)
        problems = [Problem("note", f"where the plan's state is kept is not judged: {broken[0].message}", where)]
    else:
        reading.backends.extend(backends)
        reading.files.extend(sorted({item.where.file for item in backends if item.where} - set(reading.files)))
    reading.problems.extend(problem for problem in problems if problem.kind == "note")
    file = project_above(folder, depth=0)
    project = read_project(file, base) if file else None
    return [*([project] if project else []), *read_repository(folder, base, below=False)]


def read_beside_program(urns: Collection[str], folders: Collection[Path], base: Path) -> list[Reading]:
    """The project of a Pulumi stack, with the settings of this stack alone, and the files beside it.

    ``urns`` are any resources of the stack: a ``Pulumi.yaml`` of another name is not its project's.
    """
    file = project_of(urns, folders)
    if file is None:
        return []
    project = read_project(file, base, _names(urns)[0])
    return [*([project] if project else []), *read_repository(file.parent, base, below=False)]


def project_of(urns: Collection[str], folders: Collection[Path]) -> Path | None:
    """The project file that a stack with these URNs was made from, in one of the folders or right above it."""
    name = _names(urns)[1]
    return next((found for folder in folders if (found := project_above(folder, name)) is not None), None) if name else None


def _names(urns: Collection[str]) -> tuple[str, str]:
    """Stack and project, as the URNs say."""
    return next(((parts[2], parts[4]) for urn in urns if len(parts := urn.split(":")) > 4 and parts[1] == "pulumi"), ("", ""))


def told_once(readings: list[Reading]) -> list[Reading]:
    """The readings of a run without what two of them tell: code speaks for itself, a plan or preview of it does not repeat it."""
    told = {_place(item) for reading in readings if reading.kind in CODE for item in reading.backends}
    files: set[str] = set()
    projects: set[tuple[str, ...]] = set()
    kept = []
    for reading in readings:
        if reading.kind == "repository":
            reading.resources = [raw for raw in reading.resources if raw.address not in files]
            files.update(raw.address for raw in reading.resources)
            if not reading.resources:
                continue
        elif reading.kind == "pulumi-project":
            # Previews of two stacks have one project with two kinds of settings.
            project = (reading.path, *sorted(str(item.attrs) for item in reading.backends))
            if project in projects:
                continue
            projects.add(project)
        elif reading.kind not in CODE:
            reading.backends = [item for item in reading.backends if _place(item) not in told]
            told.update(_place(item) for item in reading.backends)
        kept.append(reading)
    return kept


def _place(backend: RawBackend) -> tuple[str, Location | None]:
    # A module without a backend block is placed at its first file, in code and beside a plan alike.
    return backend.type, backend.where
