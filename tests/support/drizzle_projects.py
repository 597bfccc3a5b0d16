"""Drizzle projects with the real drizzle-kit, which npm brings once into the user's cache."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from filelock import FileLock
from platformdirs import user_cache_path

from recoverable.drill.connection import Connection
from tests.support.node_programs import node_and_npm

OLD, NEW = "0.31.11", "1.0.0-rc.5-ab785fc"
ORM = {OLD: "0.45.4", NEW: NEW}
PG = "8.22.0"
CUSTOMERS = 'CREATE TABLE "customers" (\n\t"id" serial PRIMARY KEY NOT NULL,\n\t"name" text NOT NULL\n);\n'
ORDERS = (
    'CREATE TABLE "orders" (\n\t"id" serial PRIMARY KEY NOT NULL,\n\t"customer" integer,\n\t"total" integer NOT NULL\n);\n'
    "--> statement-breakpoint\n"
    'ALTER TABLE "orders" ADD CONSTRAINT "orders_customer_fk" FOREIGN KEY ("customer") REFERENCES "public"."customers"("id");\n'
)
PAID = 'ALTER TABLE "orders" ADD COLUMN "paid" boolean DEFAULT false NOT NULL;\n'
TIMES = {"0000_customers": 1_796_000_000_000, "0001_orders": 1_796_000_100_000, "0002_paid": 1_796_000_200_000}
TEXTS = {"0000_customers": CUSTOMERS, "0001_orders": ORDERS, "0002_paid": PAID}
CONFIG = """\
import { defineConfig } from "drizzle-kit";
console.log("a configuration may print", process.env.DATABASE_URL);
export default defineConfig({
  dialect: "postgresql",
  schema: "./schema.ts",
  out: "./migrations",
  migrations: { table: "history", schema: "bookkeeping" },
  dbCredentials: { url: "postgresql://prod:hunter2-of-production@db.prod.example/app" },
});
"""


def node_modules(version: str) -> Path:
    """The installed packages; skips where npm cannot install them."""
    _, npm = node_and_npm()
    folder = user_cache_path("recoverable") / "npm" / f"drizzle-kit-{version}"
    folder.mkdir(parents=True, exist_ok=True)
    done = folder / ".complete"
    with FileLock(f"{folder}.lock"):
        if not done.exists():
            print(f"installing drizzle-kit {version} from npm (about a minute, once) …", file=sys.__stderr__, flush=True)
            (folder / "package.json").write_text(json.dumps({"name": "x", "private": True}), encoding="utf-8")
            packages = [f"drizzle-kit@{version}", f"drizzle-orm@{ORM[version]}", f"pg@{PG}"]
            made = subprocess.run(
                [npm, "install", "--no-audit", "--no-fund", "--save-exact", *packages], cwd=folder, capture_output=True, text=True
            )
            if made.returncode:
                pytest.skip(f"npm cannot install drizzle-kit: {made.stderr[-300:]}")
            done.touch()
    return folder / "node_modules"


@dataclass
class DrizzleProject:
    """An application's folder; migrations can be declared in both layouts."""

    folder: Path
    version: str = OLD
    out: str = "drizzle"

    @classmethod
    def create(cls, folder: Path, version: str = OLD, out: str = "drizzle") -> DrizzleProject:
        """A project with drizzle-kit installed and no migration."""
        folder.mkdir()
        (folder / "node_modules").symlink_to(node_modules(version))
        return cls(folder, version, out)

    def declare(self, *names: str, times: dict[str, int] | None = None, texts: dict[str, str] | None = None) -> DrizzleProject:
        """State these migrations and no others."""
        out = self.folder / self.out
        shutil.rmtree(out, ignore_errors=True)
        when, said = {**TIMES, **(times or {})}, {**TEXTS, **(texts or {})}
        if self.version == NEW:
            for name in names:
                path = out / name / "migration.sql"
                path.parent.mkdir(parents=True)
                path.write_text(said[name], encoding="utf-8")
            return self
        (out / "meta").mkdir(parents=True)
        for name in names:
            (out / f"{name}.sql").write_text(said[name], encoding="utf-8")
        entries = [{"idx": at, "version": "7", "when": when[name], "tag": name, "breakpoints": True} for at, name in enumerate(names)]
        (out / "meta" / "_journal.json").write_text(
            json.dumps({"version": "7", "dialect": "postgresql", "entries": entries}), encoding="utf-8"
        )
        return self

    def migrate(self, database: Connection) -> None:
        """Apply what is declared with the real drizzle-kit."""
        settings = json.dumps(
            {"dialect": "postgresql", "out": str(self.folder / self.out), "dbCredentials": {"url": database.url().reveal()}}
        )
        (self.folder / "made.config.cjs").write_text(f"module.exports = {settings};", encoding="utf-8")
        order = [node_and_npm()[0], "node_modules/drizzle-kit/bin.cjs", "migrate", "--config", "made.config.cjs"]
        subprocess.run(order, cwd=self.folder, check=True, capture_output=True)
        (self.folder / "made.config.cjs").unlink()
