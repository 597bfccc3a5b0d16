"""Translate Terraform resources, as the real Terraform planned them, into a Pulumi program.

Only what the code states is translated: an attribute that stands in the plan because the provider fills it in stays out of
the program, so that Pulumi's own preview has to deal with its absence. A value that Terraform knows becomes a literal (or
the same reference, when it equals what is referred to); one that it does not know becomes the output that the code
refers to, and where no single output is meant, one that nobody can know before apply.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.standins.pulumi import sdk
from tests.standins.pulumi.plan_reading import Instance, Untranslatable, examples
from tests.standins.pulumi.trees import Code, agreement, coerce, is_leaf, leaves, part, references, render

REFERENCE = re.compile(r"(?P<address>[a-z][a-z0-9_-]*\.[A-Za-z_][\w-]*)(?P<key>\[[^\]]*\])?(?:\.(?P<attribute>\w+)(?P<rest>.*))?$")
HARMLESS = ("each.key", "count.index", "path.", "terraform.")
SKIPPED = frozenset({"id", "timeouts", "tags_all"})
UNSEEN = ("terraform_data", "null_resource", "time_", "random_")  # no store; what they produce is unknown in a preview
GENERATED: dict[str, Any] = {"references": []}  # the code of a dynamic block: a plan does not show it
MISSING = object()


@dataclass(frozen=True)
class Target:
    """What a reference means: an instance of this example, and the attribute that is read."""

    instance: Instance
    attribute: str | None
    whole: bool


@dataclass
class Translation:
    """One example on its way; `notes` are things a reader of the recording should know."""

    case: str
    instances: Sequence[Instance]
    notes: list[str] = field(default_factory=list)
    raw: bool = False  # whether the resource at hand has no SDK class, so that names go as they are on the wire

    def source(self) -> str:
        """The module that builds this example."""
        lines = [f'"""Example {self.case}, translated from the plan that Terraform made of it."""', ""]
        lines += ["import pulumi", "import pulumi_aws as aws", "import pulumi_gcp as gcp", "import standin", ""]
        lines += ["", "def build() -> None:", f"    case = standin.Case({self.case!r})", "    made = {}"]
        for instance in self.ordered():
            lines += ["    " + line for line in self.statement(instance).splitlines()]
        return "\n".join(lines) + "\n"

    def ordered(self) -> list[Instance]:
        """The translatable instances, each after those it refers to."""
        waiting = {each.address: each for each in self.instances if not each.terraform.startswith(UNSEEN)}
        done: list[Instance] = []
        while waiting:
            free = [each for each in waiting.values() if not self.sources(each) & waiting.keys() - {each.address}]
            if not free:
                raise Untranslatable(f"{self.case}: resources refer to each other in a circle: {', '.join(waiting)}")
            done += free
            waiting = {address: each for address, each in waiting.items() if each not in free}
        return done

    def sources(self, instance: Instance) -> set[str]:
        """The addresses that an instance refers to."""
        texts = [*references(instance.expressions), *instance.after, *instance.for_each]
        return {target.instance.address for text in texts for target in self.targets(instance, text)}

    def statement(self, instance: Instance) -> str:
        """The registration of one resource."""
        kind = sdk.kind(instance.terraform)
        if kind is None:
            raise Untranslatable(f"{self.case}: resources.json has no counterpart of {instance.terraform}")
        self.raw = not kind.expression
        stated = self.block(instance, kind.inputs, kind.row, instance.values, instance.unknown, instance.sensitive,
                            instance.expressions, instance.terraform)  # fmt: skip
        name = f"{self.case}.{instance.name}"
        options = self.options(instance)
        if kind.expression:
            arguments = [repr(name), *(f"{key}={render(value, 1)}" for key, value in stated.items())]
            call = kind.expression
        else:
            arguments = [repr(kind.token), repr(name), render(stated, 1), repr(sorted(kind.computed))]
            call = "standin.Raw"
        body = "".join(f"    {argument},\n" for argument in [*arguments, f"opts={options}"])
        return f"made[{instance.address!r}] = {call}(\n{body})"

    def options(self, instance: Instance) -> str:
        """Parent, explicit provider and explicit dependencies."""
        parts = []
        if instance.provider:
            family, settings = instance.provider
            parts.append(f"provider=standin.provider({family!r}, {json.dumps(settings, sort_keys=True)!r})")
        targets = [target.instance.address for text in instance.after for target in self.targets(instance, text)]
        if targets:
            parts.append(f"after=[{', '.join(f'made[{address!r}]' for address in sorted(set(targets)))}]")
        return f"case.child({', '.join(parts)})"

    def block(
        self, owner: Instance, names: Mapping[str, sdk.Shape], row: Mapping[str, Any], values: Mapping[str, Any],
        unknown: Any, sensitive: Any, expressions: Any, where: str,
    ) -> dict[str, Any]:  # fmt: skip
        """The stated arguments of a resource or of a nested block."""
        found: dict[str, Any] = {}
        leaf = is_leaf(expressions)
        hidden = SKIPPED if where == owner.terraform else frozenset()
        for key in sorted({*values, *(unknown if isinstance(unknown, Mapping) else ())} - hidden):
            value, later, expression = values.get(key), part(unknown, key), expressions if leaf else expressions.get(key)
            if expression is None and later is not True and isinstance(value, list) and value and isinstance(value[0], Mapping):
                expression = GENERATED
            if expression is None or (leaf and value is None and not (later and leaves(expression))):
                continue
            name = sdk.argument(names, key, row.get("names", {}))
            if name is None or name not in names:
                if value is not None or later is True:
                    raise Untranslatable(f"{self.case}: {where}.{key} has no counterpart in the Pulumi SDK")
                continue
            if key.endswith("_wo") and value is None:
                value = "write-only"  # a plan never shows what was written
            there = f"{where}.{key}"
            converted = self.value(owner, names[name], value, later, part(sensitive, key), expression, there)
            if converted is not MISSING:
                found[sdk.camel(name) if self.raw else name] = converted
        return found

    def value(self, owner: Instance, shape: sdk.Shape, value: Any, unknown: Any, sensitive: Any, expression: Any, where: str) -> Any:
        """One argument: a literal, a reference, or nested blocks."""
        if unknown is True:
            return self.unknown(owner, shape, expression, where)
        if value is None:
            return MISSING
        if shape.kind == "block":
            single = value if isinstance(value, list) else [value]
            if len(single) > 1:
                raise Untranslatable(f"{self.case}: {where} has {len(single)} blocks, the Pulumi SDK takes one")
            blocks = self.blocks(owner, shape, single, unknown, sensitive, expression, where)
            return blocks[0] if blocks else MISSING
        if shape.kind == "list" and shape.element and shape.element.kind == "block":
            many = value if isinstance(value, list) else [value]
            return self.blocks(owner, shape.element, many, unknown, sensitive, expression, where)
        if shape.kind == "map" and isinstance(value, Mapping):
            inner = shape.element or sdk.Shape("any")
            keys = sorted({*value, *(unknown if isinstance(unknown, Mapping) else ())})
            pairs = {key: self.value(owner, inner, value.get(key), part(unknown, key), part(sensitive, key), expression,
                                     where) for key in keys}  # fmt: skip
            return {key: each for key, each in pairs.items() if each is not MISSING}
        if isinstance(value, list):
            inner = shape.element if shape.kind == "list" and shape.element else shape
            items = [self.value(owner, inner, each, part(unknown, index), part(sensitive, index), expression, where)
                     for index, each in enumerate(value)]  # fmt: skip
            return items if shape.kind == "list" else (items[0] if items else MISSING)
        literal = coerce(shape, value, f"{self.case}: {where}")
        if shape.kind == "list":
            literal = [literal]
        same = self.same(owner, expression, value)
        if same:
            return same
        return Code(f"pulumi.Output.secret({literal!r})") if sensitive is True else literal

    def blocks(
        self, owner: Instance, shape: sdk.Shape, values: Sequence[Any], unknown: Any, sensitive: Any, expression: Any,
        where: str,
    ) -> list[Any]:  # fmt: skip
        """Nested blocks. A plan sorts the blocks of a set, so each is paired with the code that fits it best."""
        written = list(expression) if isinstance(expression, list) else []
        found = []
        for index, value in enumerate(values):
            if value is None:
                continue
            if not isinstance(value, Mapping):
                raise Untranslatable(f"{self.case}: {where} is {value!r}, the Pulumi SDK wants a block")
            code = max(written, key=lambda each: agreement(each, value), default=None)
            if code is None:
                code = GENERATED if isinstance(expression, list) else expression or GENERATED
            else:
                written.remove(code)
            found.append(self.block(owner, shape.fields, {}, value, part(unknown, index), part(sensitive, index), code, where))
        return found

    def same(self, owner: Instance, expression: Any, value: Any) -> Code | None:
        """The reference itself, when a known value is exactly what the code refers to."""
        texts = leaves(expression)
        targets = [target for text in texts for target in self.targets(owner, text)]
        if len(texts) != 1 or len(targets) != 1 or not targets[0].whole or not targets[0].attribute:
            return None
        target = targets[0]
        planned = target.instance.values.get(target.attribute or "")
        return self.read(target) if planned == value and not target.instance.terraform.startswith(UNSEEN) else None

    def unknown(self, owner: Instance, shape: sdk.Shape, expression: Any, where: str) -> Any:
        """What the code refers to, or a value that cannot be known, with whatever it depends on.

        Code that refers to known things only has a known value: where the plan says unknown all the same, the code
        said null and the provider decides.
        """
        texts = [text for text in leaves(expression) if not text.startswith(HARMLESS) and text not in owner.settled]
        if not texts:
            return MISSING
        targets = [target for text in texts for target in self.targets(owner, text)]
        seen = [target for target in targets if not target.instance.terraform.startswith(UNSEEN)]
        if len(texts) == len(targets) == len(seen) == 1 and seen[0].whole:
            return self.read(seen[0], where)
        if any(text.startswith(("local.", "each.value", "module.")) for text in texts) and not seen:
            self.notes.append(f"{self.case}: {where} is unknown through {', '.join(texts)}; recorded as plainly unknown")
        kind = shape.kind if shape.kind in ("number", "flag") else "text"
        later = Code(f"case.later({', '.join([repr(kind), *sorted({self.read(each, where) for each in seen})])})")
        return Code(f"[{later}]") if shape.kind == "list" else later

    def read(self, target: Target, where: str = "") -> Code:
        """The Python expression of an output. Without an attribute (a key hides it) the argument's name says which."""
        kind = sdk.kind(target.instance.terraform)
        if kind is None:
            raise Untranslatable(f"{self.case}: resources.json has no counterpart of {target.instance.terraform}")
        attribute = target.attribute or ("arn" if where.endswith("arn") and "arn" in kind.outputs else "id")
        name = "id" if attribute == "id" else sdk.argument(kind.outputs, attribute, kind.row.get("names", {}))
        if name is None:
            raise Untranslatable(f"{self.case}: {target.instance.terraform}.{attribute} is no output in the Pulumi SDK")
        shown = name if kind.expression or name == "id" else kind.wire[name]
        return Code(f"made[{target.instance.address!r}].{shown}")

    def targets(self, owner: Instance, text: str) -> list[Target]:
        """The instances that a reference may mean, in the module of the one that refers."""
        if text.startswith("each.value") and len(owner.for_each) == 1:
            text = owner.for_each[0] + text.removeprefix("each.value")
        match = REFERENCE.match(text)
        if match is None:
            return []
        near = [each for each in self.instances if each.module == owner.module
                and re.sub(r"\[[^\]]*\]$", "", each.address) == owner.module + match["address"]]  # fmt: skip
        if match["key"]:
            near = [each for each in near if each.address.endswith(match["key"])]
        elif len(near) > 1:
            near = [each for each in near if each.key == owner.key] or near
        return [Target(each, match["attribute"], not match["rest"]) for each in near]


def main() -> int:
    """Translate the plans named on the command line; print programs, notes and problems as one JSON document."""
    programs: dict[str, str] = {}
    notes: list[str] = []
    problems: list[str] = []
    for name in sys.argv[1:]:
        try:
            found = examples(json.loads(Path(name).read_text()))
        except Untranslatable as problem:
            problems.append(str(problem))
            continue
        for case, instances in found.items():
            translation = Translation(case, instances)
            try:
                programs[case] = translation.source()
            except Untranslatable as problem:
                problems.append(str(problem))
            notes += translation.notes
    print(json.dumps({"programs": programs, "notes": notes, "problems": problems}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
