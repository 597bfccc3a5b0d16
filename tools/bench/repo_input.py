"""Writes a generated repository of Terraform code: ``repo_input.py FILES FOLDER``; the same files on every run.

As in the largest public ones (modernisation-platform-environments): a root module per application and environment
with about twenty files, shared local modules, settings that for_each goes through, and about five instances for each file.
The code itself lies in ``repository/``; here it is spread out, with names and settings of its own for each root.
"""

from __future__ import annotations

import json
import random
import sys
from pathlib import Path

SEED = 20261102
CODE = Path(__file__).resolve().parent / "repository"
ENVIRONMENTS = ("dev", "test", "staging", "prod")
# Written for as many root modules as it takes to come to the number of files that was asked for.
EXTRA = ("batch.tf", "batch.tftpl")


def write_repository(files: int, folder: Path) -> None:
    """Write as many ``.tf`` files below a folder."""
    rng = random.Random(SEED)  # noqa: S311 - the same files on every run
    shared = _texts(CODE / "modules")
    code = _texts(CODE / "root")
    each = sum(name.endswith(".tf") and name not in EXTRA for name in code)
    roots, more = divmod(files - len(shared), each)
    if more > roots:
        raise SystemExit(f"{files} files cannot be spread over {roots} root modules")
    _write(folder / "modules", shared)
    for number in range(roots):
        app, environment = f"app-{number // len(ENVIRONMENTS):03}", ENVIRONMENTS[number % len(ENVIRONMENTS)]
        words = {"@app@": app, "@env@": environment, '"@settings@"': _hcl(_settings(app, rng), "  ")}
        named = {name: _filled(text, words) for name, text in code.items() if number < more or name not in EXTRA}
        named["terraform.tfvars"] = f'environment = "{environment}"\nimage_tags = {{\n  api = "{rng.getrandbits(40):x}"\n}}\n'
        named["about.json"] = json.dumps({"owner": f"team-{app}", "cost_centre": rng.randrange(10_000)}, indent=2) + "\n"
        _write(folder / "environments" / app / environment, named)


def _filled(text: str, words: dict[str, str]) -> str:
    for mark, word in words.items():
        text = text.replace(mark, word)
    return text


def _hcl(value: object, margin: str) -> str:
    """A value as Terraform code."""
    if isinstance(value, dict):
        lines = "".join(f"{margin}  {name} = {_hcl(item, margin + '  ')}\n" for name, item in value.items())
        return f"{{\n{lines}{margin}}}"
    if isinstance(value, list):
        return f"[{', '.join(_hcl(item, margin) for item in value)}]"
    return json.dumps(value)


def _texts(folder: Path) -> dict[str, str]:
    return {path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8") for path in sorted(folder.rglob("*")) if path.is_file()}


def _write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")


def _settings(app: str, rng: random.Random) -> dict[str, object]:
    services = {
        name: {"port": port, "settings": {f"setting-{number}": f"{rng.getrandbits(48):x}" for number in range(6)} | {"unused": None}}
        for name, port in (("api", 8080), ("worker", 9090), ("web", 3000))
    }
    databases: list[dict[str, object]] = [{"name": app, "storage": 100, "class": "db.r6g.large"}, {"name": "reports"}]
    if rng.random() < 0.2:
        databases[1]["retention"] = 3
    buckets = [{"name": name, "versioning": rng.random() < 0.9} for name in ("uploads", "exports", "assets")]
    return {
        "clients": ["10.0.0.0/8", "172.16.0.0/12"],
        "services": services,
        "databases": databases,
        "buckets": buckets,
        "tables": ["sessions", "locks"],
        "secrets": ["api-key", "webhook", "signing"],
        "batch": ["nightly", "hourly"],
    }


if __name__ == "__main__":
    write_repository(int(sys.argv[1]), Path(sys.argv[2]))
