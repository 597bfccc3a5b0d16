"""Where a plan's resources are written, if the code lies beside the plan."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from recoverable.model.raw import RawResource, Reading
from recoverable.model.values import Location
from recoverable.readers.plan.plan_config import split_reference

if TYPE_CHECKING:
    from recoverable.readers.hcl.configuration import Configuration
    from recoverable.readers.hcl.session import Library

CODE = ("*.tf", "*.tofu", "*.tf.json", "*.tofu.json")


def is_code_of(reading: Reading, folder: Path, base: Path) -> bool:
    """Whether a folder is the root module of a plan: it declares one of its resources, or calls the module of one.

    A plan without resources is taken for one of the code it lies beside.
    """
    if not _holds_code(folder):
        return False
    from recoverable.readers.hcl.session import Library

    configuration = Library(base).configuration(folder)
    planned = [*reading.resources, *(reading.before or ())]
    return not planned or any(_declares(configuration, raw) for raw in planned)


def _declares(configuration: Configuration, raw: RawResource) -> bool:
    parts = split_reference(raw.address)
    if len(parts) > 2:
        return parts[1][0] in configuration.modules
    return len(parts) == 2 and (raw.mode, parts[0][0], parts[1][0]) in configuration.resources


def _holds_code(folder: Path) -> bool:
    return any(True for pattern in CODE for _ in folder.glob(pattern))


def place_in_code(reading: Reading, folder: Path, base: Path) -> None:
    """Set file and line of every resource of a plan whose block is found in a folder.

    Modules that the code calls by a path are followed; a resource that is not found keeps the
    plan as its place. The files are added to the reading's, so that waivers in them count.
    """
    if not _holds_code(folder):
        return
    from recoverable.readers.hcl.session import Library

    places = _Places(Library(base), folder)
    for raw in [*reading.resources, *(reading.before or ())]:
        places.place(raw)
    reading.files.extend(sorted(places.files - set(reading.files)))


class _Places:
    def __init__(self, library: Library, folder: Path) -> None:
        self.library = library
        self.files: set[str] = set()
        self._modules: dict[tuple[str, ...], Configuration | None] = {(): library.configuration(folder)}

    def place(self, raw: RawResource) -> None:
        """Where a resource is written, if it is."""
        from recoverable.readers.hcl.written_lines import lines_of

        parts = split_reference(raw.address)
        if len(parts) < 2:
            return
        configuration = self._module(tuple(name for index, (name, _) in enumerate(parts[:-2]) if index % 2))
        block = configuration.resources.get((raw.mode, parts[-2][0], parts[-1][0])) if configuration else None
        if block is None:
            return
        raw.where = Location(block.source.file, block.line)
        raw.lines = lines_of(block, raw.attrs, frozenset())
        self.files.add(block.source.file)

    def _module(self, names: tuple[str, ...]) -> Configuration | None:
        """The code of a module by its call names; None where it is not called by a path."""
        if names not in self._modules:
            parent = self._module(names[:-1])
            call = parent.modules.get(names[-1]) if parent else None
            source = _constant(call.body.arguments.get("source")) if call else ""
            local = parent is not None and source.startswith(("./", "../"))
            folder = parent.folder / source if parent and local else None
            self._modules[names] = self.library.configuration(folder) if folder is not None and folder.is_dir() else None
        return self._modules[names]


def _constant(argument: Any) -> str:
    value = getattr(argument.node, "value", "") if argument else ""
    return value if isinstance(value, str) else ""
