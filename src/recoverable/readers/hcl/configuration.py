"""What the files of one folder declare, overrides merged: the static half of a module."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from recoverable.model.raw import Problem
from recoverable.model.values import Location
from recoverable.readers.hcl.json_structure import LABELS
from recoverable.readers.hcl.references import local_cycle
from recoverable.readers.hcl.source_files import ConfigFile, FolderFiles
from recoverable.readers.hcl.structure import Argument, Block, Body

ResourceKey = tuple[str, str, str]
"""Mode (``managed``, ``data``, ``ephemeral``), type and name."""

_MODES = {"resource": "managed", "data": "data", "ephemeral": "ephemeral"}


@dataclass(slots=True)
class Configuration:
    """The declarations of a module, by name and in the order of its files."""

    folder: Path
    files: list[ConfigFile] = field(default_factory=list)
    variables: dict[str, Block] = field(default_factory=dict)
    locals: dict[str, Argument] = field(default_factory=dict)
    outputs: dict[str, Block] = field(default_factory=dict)
    modules: dict[str, Block] = field(default_factory=dict)
    resources: dict[ResourceKey, Block] = field(default_factory=dict)
    providers: dict[tuple[str, str], Block] = field(default_factory=dict)
    terraform: list[Block] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    is_partial: bool = False
    """Only one file of the folder was asked for: what is not declared in it may be beside it."""

    def types(self) -> set[str]:
        """The types of all managed resources."""
        return {key[1] for key in self.resources if key[0] == "managed"}


def place(block: Block | Argument) -> Location:
    """Where a block or argument is written."""
    return Location(block.source.file, block.line)


def _merge_bodies(base: Body, over: Body) -> None:
    """Arguments replace arguments; nested blocks of a type replace all base blocks of that type."""
    base.arguments.update(over.arguments)
    replaced = set()
    for block in over.blocks:
        if block.type == "lifecycle":
            present = base.of_type("lifecycle")
            if present:
                present[0].body.arguments.update(block.body.arguments)
                continue
        replaced.add(_block_kind(block))
    base.blocks[:] = [block for block in base.blocks if _block_kind(block) not in replaced] + [
        block for block in over.blocks if block.type != "lifecycle" or _block_kind(block) in replaced
    ]


def _block_kind(block: Block) -> str:
    return block.labels[0] if block.type == "dynamic" and block.labels else block.type


def _merge_terraform(base: list[Block], over: Block) -> None:
    """``terraform`` blocks add up; a backend or cloud block in an override takes the place of both."""
    if over.body.of_type("backend") or over.body.of_type("cloud"):
        for block in base:
            block.body.blocks[:] = [inner for inner in block.body.blocks if inner.type not in ("backend", "cloud")]
    base.append(over)


class _Collector:
    def __init__(self, found: Configuration) -> None:
        self.found = found

    def error(self, message: str, block: Block | Argument) -> None:
        self.found.problems.append(Problem("error", message, place(block)))

    def file(self, file: ConfigFile) -> None:
        for argument in file.body.arguments.values():
            self.error(f'an argument "{argument.name}" is not expected outside of a block', argument)
        for block in file.body.blocks:
            wanted = LABELS.get(block.type)
            if wanted is None:
                self.error(f'blocks of type "{block.type}" are not expected here', block)
            elif wanted != len(block.labels):
                self.error(f'a "{block.type}" block has {wanted} labels, {len(block.labels)} are written', block)
            else:
                self.block(block, file.is_override)

    def block(self, block: Block, is_override: bool) -> None:
        found = self.found
        if block.type == "locals":
            for name, argument in block.body.arguments.items():
                if name in found.locals and not is_override:
                    self._duplicate("local value", name, found.locals[name], argument)
                else:
                    found.locals[name] = argument
        elif block.type == "terraform":
            if is_override:
                _merge_terraform(found.terraform, block)
            else:
                found.terraform.append(block)
        elif block.type in _MODES:
            key = (_MODES[block.type], block.labels[0], block.labels[1])
            self._keep(found.resources, key, block, is_override, ".".join(block.labels))
        elif block.type == "provider":
            alias = block.body.arguments.get("alias")
            text = alias.text.strip('"') if alias and alias.text else _literal(alias)
            self._keep(found.providers, (block.labels[0], text), block, is_override, block.labels[0])
        elif block.type in ("variable", "output", "module"):
            table = {"variable": found.variables, "output": found.outputs, "module": found.modules}[block.type]
            self._keep(table, block.labels[0], block, is_override, block.labels[0])

    def _keep(self, table: dict[Any, Block], key: Any, block: Block, is_override: bool, name: str) -> None:
        present = table.get(key)
        if present is None:
            if is_override and block.type != "provider":
                self.error(f'there is no {block.type} "{name}" to override', block)
            table[key] = block
        elif is_override:
            _merge_bodies(present.body, block.body)
        else:
            self._duplicate(block.type, name, present, block)

    def _duplicate(self, kind: str, name: str, first: Block | Argument, second: Block | Argument) -> None:
        self.error(f'the {kind} "{name}" is already declared at {place(first)}', second)


def _literal(argument: Argument | None) -> str:
    value = getattr(argument.node, "value", "") if argument else ""
    return value if isinstance(value, str) else ""


def collect(folder: Path, files: FolderFiles, is_partial: bool = False) -> Configuration:
    """The declarations of a folder's files. Overrides come last, whatever they are called."""
    found = Configuration(folder, list(files.files), problems=list(files.problems), is_partial=is_partial)
    collector = _Collector(found)
    for file in sorted(files.files, key=lambda file: file.is_override):
        collector.file(file)
    cycle = local_cycle(found.locals)
    if cycle:
        first = found.locals[cycle[0]]
        path = " -> ".join(f"local.{name}" for name in [*cycle, cycle[0]])
        found.problems.append(Problem("error", f"local values refer to each other in a circle: {path}", place(first)))
    return found


def written_blocks(body: Body) -> Iterator[Block]:
    """Nested blocks in order, without those that Terraform keeps for itself."""
    return (block for block in body.blocks if block.type not in ("lifecycle", "provisioner", "connection"))
