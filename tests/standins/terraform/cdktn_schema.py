"""Read a Terraform provider's schema back out of its published CDK (cdktn) bindings.

Why: the real providers cannot be downloaded here, yet `terraform plan` needs their exact schema. The bindings are
generated from it, and each compiled file carries its TypeScript source in an inline source map. There the generator
noted beside every attribute what the Python signatures no longer tell: `computed`, `optional`, `required`.
"""

from __future__ import annotations

import base64
import io
import json
import re
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

Json = dict[str, Any]
Hcl = tuple[bool, str, str]
"""How an argument is written in HCL: as a block, its nesting, its type in the bindings."""

_SOURCE_MAP = re.compile(rb"sourceMappingURL=data:application/json;base64,(\S+)")
_RESOURCE_TYPE = re.compile(r"terraformResourceType: '(\w+)'")
_VERSION = re.compile(r"providerVersion: '([^']+)'")
_CLASS = re.compile(r"^export class (\w+) extends cdktn\.(\w+)", re.M)
_ENTRY = re.compile(r"^ +// (\w+) - computed: (\w+), optional: (\w+), required: (\w+)$", re.M)
_NEW = re.compile(r"= new ([\w.]+)\(this, \"(\w+)\"(?:, (true|false))?\)")
_GETTER = re.compile(r"this\.(get\w+|interpolationForAttribute)\('(\w+)'\)")
_HCL_ENTRY = re.compile(r"^ +(\w+): \{\n +value: .*\n +isBlock: (\w+),\n +type: \"(\w+)\",\n +storageClassType: \"([^\"]+)\"", re.M)
_GETTERS: dict[str, Any] = {
    "getStringAttribute": "string",
    "getNumberAttribute": "number",
    "getBooleanAttribute": "bool",
    "getListAttribute": ["list", "string"],
    "getNumberListAttribute": ["list", "number"],
    "getStringMapAttribute": ["map", "string"],
    "getNumberMapAttribute": ["map", "number"],
    "getBooleanMapAttribute": ["map", "bool"],
    "getAnyMapAttribute": ["map", "string"],
    "interpolationForAttribute": "dynamic",
}
_MAPS: dict[str, Any] = {
    "StringMap": ["map", "string"],
    "NumberMap": ["map", "number"],
    "BooleanMap": ["map", "bool"],
    "StringMapList": ["list", ["map", "string"]],
    "StringListMap": ["map", ["list", "string"]],
    "AnyMap": ["map", "string"],
}


class BindingError(ValueError):
    """The bindings hold a construct this reader has no rule for; guessing would plan wrong values."""


def typescript_sources(wheel: Path) -> Iterator[tuple[str, str]]:
    """Yield (path in the package, TypeScript text) of each compiled file in the wheel's bundled package."""
    with zipfile.ZipFile(wheel) as archive:
        bundle = next(name for name in archive.namelist() if name.endswith(".jsii.tgz"))
        data = archive.read(bundle)
    with tarfile.open(fileobj=io.BytesIO(data), mode="r:gz") as package:
        for member in package:
            if not member.name.endswith(".js"):
                continue
            handle = package.extractfile(member)
            match = _SOURCE_MAP.search(handle.read()) if handle else None
            if match:
                yield member.name, json.loads(base64.b64decode(match[1]))["sourcesContent"][0]


def read_provider(text: str) -> Json | None:
    """The provider's own configuration block, None for other files. Everything in it is optional."""
    name = re.search(r"^export class (\w+) extends cdktn\.TerraformProvider", text, re.M)
    if not name:
        return None
    bindings = _Bindings(text)
    return bindings.config_block(name[1])


def resource_type(text: str) -> str | None:
    """The Terraform type a file describes, without reading the rest."""
    match = _RESOURCE_TYPE.search(text)
    return match[1] if match else None


def read_file(text: str) -> tuple[str, str, Json] | None:
    """Return (terraform type, provider version, block schema) of one resource or data source, None for other files."""
    kind, version = _RESOURCE_TYPE.search(text), _VERSION.search(text)
    if not kind or not version or "extends cdktn.TerraformEphemeralResource" in text:
        return None
    return kind[1], version[1], _Bindings(text).root()


class _Bindings:
    """The classes of one generated file, and the block they describe."""

    def __init__(self, text: str) -> None:
        """Cut the file into classes and into the functions that name each struct's blocks."""
        marks = [*_CLASS.finditer(text)]
        ends = [mark.start() for mark in marks[1:]] + [len(text)]
        self.classes = {mark[1]: text[mark.start() : end] for mark, end in zip(marks, ends, strict=True)}
        tops = ("TerraformResource", "TerraformDataSource", "TerraformProvider")
        self.main = next(mark[1] for mark in marks if mark[2] in tops)
        self.hcl: dict[str, dict[str, Hcl]] = {}
        pattern = re.compile(r"^export function \w+ToHclTerraform\(struct\?: (.*?)\): any", re.M)
        functions = [*pattern.finditer(text)]
        for function in functions:
            end = text.find("\n}\n", function.start())
            name = function[1].split("|")[0].strip().split(".")[-1]
            name = name.removesuffix("OutputReference")
            self.hcl[name] = self._hcl_entries(text[function.start() : end])
        start = self.classes[self.main].find("synthesizeHclAttributes")
        end = self.classes[self.main].find("remove undefined attributes", start)
        self.hcl[self.main] = self._hcl_entries(self.classes[self.main][start:end])

    @staticmethod
    def _hcl_entries(text: str) -> dict[str, Hcl]:
        return {m[1]: (m[2] == "true", m[3], m[4]) for m in _HCL_ENTRY.finditer(text)}

    def root(self) -> Json:
        return self._block(self.main, self.main)

    def config_block(self, struct: str) -> Json:
        """A provider's arguments; these classes have no computed values, so the HCL notes alone tell all."""
        block: Json = {"attributes": {}, "block_types": {}}
        for name, (is_block, nesting, stored) in self.hcl[struct].items():
            if is_block:
                inner = self.config_block(stored.split(".")[-1].removesuffix("List"))
                block["block_types"][name] = {"nesting_mode": nesting, "block": inner}
            elif name != "alias":
                simple = {"boolean": "bool"}.get(stored.removesuffix("List").removesuffix("Map"))
                simple = simple or stored.removesuffix("List").removesuffix("Map")
                kind = simple if nesting == "simple" else [nesting, simple]
                block["attributes"][name] = {"type": kind, "optional": True}
        return {key: value for key, value in block.items() if value}

    def _block(self, class_name: str, struct: str) -> Json:
        """One class as a block: plain attributes and nested blocks."""
        body = self.classes[class_name]
        marks = [*_ENTRY.finditer(body)]
        ends = [mark.start() for mark in marks[1:]] + [len(body)][: len(marks)]
        block: Json = {"attributes": {}, "block_types": {}}
        for mark, end in zip(marks, ends, strict=True):
            name = mark[1]
            flags = {
                flag: True for flag, word in zip(("computed", "optional", "required"), mark.groups()[1:], strict=True) if word == "true"
            }
            if class_name == self.main and name in ("count", "for_each", "provider"):
                raise BindingError(f"{class_name}: attribute {name} collides with a meta-argument")
            self._entry(block, name, flags, body[mark.end() : end], self.hcl.get(struct, {}))
        return {key: value for key, value in block.items() if value}

    def _entry(self, block: Json, name: str, flags: Json, text: str, hcl: dict[str, Hcl]) -> None:
        """Add one attribute or nested block."""
        new = _NEW.search(text)
        if new is None:
            block["attributes"][name] = {"type": _simple_type(name, text), **flags}
            return
        made = new[1].split(".")
        if made[0] == "cdktn":
            block["attributes"][name] = {"type": _MAPS[made[-1]], **flags}
            return
        single = made[-1].endswith("OutputReference")
        struct = made[-1].removesuffix("OutputReference").removesuffix("List")
        inner = self._block(struct + "OutputReference", struct)
        nesting = hcl.get(name, (False, "set" if new[3] == "true" else "list", ""))[1]
        if "computed" in flags:
            kind = "single" if nesting == "struct" else nesting
            inner_type = ["object", object_type(inner)]
            block["attributes"][name] = {"type": inner_type if kind == "single" else [kind, inner_type], **flags}
            return
        nested: Json = {"nesting_mode": "single" if nesting == "struct" else nesting, "block": inner}
        if nested["nesting_mode"] != "single":
            nested |= {"min_items": 1} if "required" in flags else {}
            nested |= {"max_items": 1} if single else {}
        block["block_types"][name] = nested


def _simple_type(name: str, text: str) -> Any:
    getter = _GETTER.search(text)
    if getter is None or getter[1] not in _GETTERS:
        raise BindingError(f"attribute {name}: no known accessor in {text[:300]!r}")
    kind = _GETTERS[getter[1]]
    if isinstance(kind, list) and kind[0] == "list" and "Fn.tolist(" in text:
        return ["set", kind[1]]
    return kind


def object_type(block: Json) -> Json:
    """The attributes of a block as the fields of an object type (blocks written as attributes, computed lists)."""
    fields = {name: attribute["type"] for name, attribute in block.get("attributes", {}).items()}
    for name, nested in block.get("block_types", {}).items():
        fields[name] = [nested["nesting_mode"], ["object", object_type(nested["block"])]]
    return dict(sorted(fields.items()))
