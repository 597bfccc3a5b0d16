"""Policy documents that a plan reads only during apply: their blocks are in the plan, their text is not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from recoverable.model.sketches import sketched
from recoverable.model.values import Unknown
from recoverable.readers.google_iam_policy import google_policy_sketch
from recoverable.readers.iam_policy import policy_sketch
from recoverable.readers.plan.plan_config import Leaf, PlanConfig, Scope, all_references, leading, module_path
from recoverable.readers.plan.plan_json import as_dict, text_list

_KINDS: dict[str, tuple[Callable[[dict[str, Any]], str], tuple[str, ...]]] = {
    "aws_iam_policy_document": (policy_sketch, ("", "json", "minified_json")),  # "" is what a plan shows of data.…[*].json
    "google_iam_policy": (google_policy_sketch, ("", "policy_data")),
}
_LATER = Unknown("a part of the document", "known after apply")


class Documents:
    """Sketches of the documents that data sources of a plan's changes make."""

    def __init__(self, changes: dict[str, dict[str, Any]], config: PlanConfig) -> None:
        self.changes = changes
        self.config = config
        self._sketches: dict[str, str] = {}

    def sketch(self, leaf: Leaf) -> str:
        """What is known of the document's text; "" for anything else."""
        item = as_dict(self.changes.get(leaf.address))
        kind = _KINDS.get(str(item.get("type")))
        if leaf.kind != "data" or not leaf.exact or kind is None or leaf.attribute not in kind[1] or item.get("mode") != "data":
            return ""
        if leaf.address not in self._sketches:
            self._sketches[leaf.address] = ""  # no document is made of itself
            self._sketches[leaf.address] = self._make(leaf.address, item, kind[0])
        return self._sketches[leaf.address]

    def _make(self, address: str, item: dict[str, Any], make: Callable[[dict[str, Any]], str]) -> str:
        change = as_dict(item.get("change"))
        attrs = as_dict(_laid(as_dict(change.get("after")), as_dict(change.get("after_unknown"))))
        module = module_path(address)
        config = as_dict(self.config.resource(module, f"data.{item.get('type')}.{item.get('name')}"))
        scope = Scope(module, item.get("index"), tuple(text_list(as_dict(config.get("for_each_expression")).get("references"))))
        for name in ("source_policy_documents", "override_policy_documents"):
            sources = attrs.get(name)
            if isinstance(sources, list):
                references = leading(list(all_references(as_dict(config.get("expressions")).get(name))))
                attrs[name] = self._filled(sources, references, scope) if len(references) == len(sources) else sources
        return sketched(_LATER, make(attrs)).sketch

    def _filled(self, sources: list[Any], references: list[str], scope: Scope) -> list[Any]:
        """The list with the sketches of other documents: it has one reference for each item, in their order."""
        out = []
        for source, reference in zip(sources, references, strict=True):
            leaves = list(self.config.trace([reference], scope)) if isinstance(source, Unknown) else []
            out.append(sketched(_LATER, self.sketch(leaves[0])) if len(leaves) == 1 else source)
        return out


def _laid(value: Any, unknown: Any) -> Any:
    """What is unknown laid over the planned values; a data source has no provider's defaults among them."""
    if unknown is True:
        return _LATER
    if isinstance(value, dict) or (value is None and isinstance(unknown, dict)):
        marks, known = as_dict(unknown), as_dict(value)
        found = {name: _laid(known.get(name), marks.get(name)) for name in {**known, **marks}}
        return {name: item for name, item in found.items() if item is not None}
    if isinstance(value, list) or (value is None and isinstance(unknown, list)):
        items, flags = value or [], unknown if isinstance(unknown, list) else []
        count = max(len(items), len(flags))
        laid = [_laid(items[i] if i < len(items) else None, flags[i] if i < len(flags) else None) for i in range(count)]
        return [item for item in laid if item is not None]
    return value
