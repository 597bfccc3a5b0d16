"""From an opened document to readings: the one way from a path to resources that every front end takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from recoverable.clouds.build import wanted
from recoverable.model.raw import Reading
from recoverable.readers import collector
from recoverable.readers.documents import Document

if TYPE_CHECKING:
    from recoverable.readers.hcl.hcl_reader import HclOptions


@dataclass(slots=True)
class InputOptions:
    """What is given beside the paths.

    ``base`` is what shown paths are relative to. ``code`` is where a plan's code lies (its own folder by default).
    ``beside`` says whether the folder of a plan's or preview's code is asked what those leave out (see ``code_beside``).
    ``modules`` are folders of remote modules that somebody else has downloaded (see ``HclOptions``).
    """

    base: Path
    variables: dict[str, str] = field(default_factory=dict)
    var_files: list[Path] = field(default_factory=list)
    workspace: str = ""
    backend_config: list[Path] = field(default_factory=list)
    code: Path | None = None
    beside: bool = True
    modules: Mapping[tuple[str, str], Path] = field(default_factory=dict)


def read_document(document: Document, options: InputOptions) -> list[Reading]:
    """Every reading of one document: a reading for each root module of a folder, one for a plan or preview.

    Raises:
        InputError: the document is of a kind or version that cannot be read.
    """
    path, base = document.path, options.base
    if document.kind == "hcl":
        return _read_code(path, options)
    name = display(path)
    if document.kind == "terraform-plan":
        from recoverable.readers.code_beside import read_beside_plan
        from recoverable.readers.plan.plan_places import place_in_code
        from recoverable.readers.plan.plan_reader import read_plan

        reading = read_plan(document.data, name, wanted)
        folder = options.code or path.parent
        place_in_code(reading, folder, base)
        return [reading, *(read_beside_plan(reading, folder, _hcl_options(options)) if options.beside else ())]
    from recoverable.readers.code_beside import read_beside_program
    from recoverable.readers.pulumi.preview_places import place_in_program
    from recoverable.readers.pulumi.preview_reader import read_preview, read_stack, urns_in

    reading = (read_preview if document.kind == "pulumi-preview" else read_stack)(document.data, name, wanted)
    folders = [options.code] if options.code else [path.parent, Path.cwd()]
    place_in_program(reading, folders, base)
    return [reading, *(read_beside_program(urns_in(document.data), folders, base) if options.beside else ())]


def _read_code(path: Path, options: InputOptions) -> list[Reading]:
    from recoverable.readers.hcl.hcl_reader import read_hcl
    from recoverable.readers.pulumi.project_reader import read_projects
    from recoverable.readers.repository_files import read_repository

    with collector.seldom():
        readings = read_hcl(path, options=_hcl_options(options), wanted=wanted)
    if path.is_dir():
        readings.extend(read_projects(path, options.base))
        readings.extend(read_repository(path, options.base))
    return readings


def _hcl_options(options: InputOptions) -> HclOptions:
    from recoverable.readers.hcl.hcl_reader import HclOptions

    return HclOptions(
        variables=options.variables,
        var_files=options.var_files,
        workspace=options.workspace,
        backend_config=options.backend_config,
        base=options.base,
        modules=options.modules,
    )


def display(path: Path) -> str:
    """A path as reports name it: relative to the working folder where it lies below."""
    try:
        return path.resolve().relative_to(Path.cwd()).as_posix()
    except (ValueError, OSError, RuntimeError):
        return path.as_posix()
