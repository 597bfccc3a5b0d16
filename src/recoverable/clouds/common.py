"""What the mappings of all clouds share: tags, regions, schedules' words."""

from __future__ import annotations

from typing import Any

from recoverable.model.raw import RawResource
from recoverable.model.regions import different_regions
from recoverable.model.values import Unknown, Value, absent, stated, unknown

__all__ = ["apart", "different_regions", "key_of", "lifecycle_meta", "region_of", "subject_fields", "tags_of"]


def tags_of(resource: RawResource, *paths: str) -> tuple[dict[str, str], bool]:
    """Known tags (the provider's default tags below the resource's own), and whether some are unknown."""
    tags: dict[str, str] = {}
    doubt = False
    for source in (_default_tags(resource), *(resource.raw(path) for path in paths)):
        if isinstance(source, Unknown):
            doubt = True
            continue
        if not isinstance(source, dict):
            continue
        for name, value in source.items():
            if isinstance(value, Unknown):
                doubt = True
                tags.pop(str(name), None)
            elif value is not None:
                tags[str(name)] = str(value)
    return tags, doubt


def _default_tags(resource: RawResource) -> Any:
    if resource.provider is None:
        return None
    found: Any = resource.provider.attrs.get("default_tags") or resource.provider.attrs.get("default_labels")
    if isinstance(found, list):
        found = found[0] if found else None
    if isinstance(found, dict) and "tags" in found:
        return found["tags"]
    return found


def region_of(resource: RawResource) -> Value[str]:
    """The region a resource is in: its own ``region``, else its provider's."""
    own = resource.value("region")
    if not own.absent:
        return own.map(str)
    if resource.provider is None:
        return absent("region", resource.where)
    found = resource.provider.attrs.get("region")
    if isinstance(found, Unknown):
        return unknown(found.expression, "region", resource.where)
    return stated(str(found), "region", resource.where) if found else absent("region", resource.where)


def apart(one: RawResource, other: RawResource) -> Value[bool]:
    """Whether two resources lie in different regions: not where one provider configuration decides for both, whatever its region is."""
    found = different_regions(region_of(one), region_of(other))
    if found.unknown and _placed_by_one_provider(one, other):
        return stated(False, "region", other.where, "the same provider configuration")
    return found


def _placed_by_one_provider(one: RawResource, other: RawResource) -> bool:
    if not (one.value("region").absent and other.value("region").absent) or one.provider is None or one.engine != other.engine:
        return False
    return one.provider is other.provider or (one.provider == other.provider and one.module == other.module)


def lifecycle_meta(resource: RawResource) -> Value[bool]:
    """``lifecycle { prevent_destroy }``, which only HCL shows."""
    meta = resource.attrs.get("lifecycle_meta")
    if isinstance(meta, dict) and meta.get("prevent_destroy") is True:
        return stated(True, "lifecycle.prevent_destroy", resource.where)
    return absent("lifecycle.prevent_destroy", resource.where)


def key_of(resource: RawResource, path: str) -> Value[str]:
    """The encryption key at ``path``.

    A key made in the same plan has no ARN yet; that there is one is known, and stated so.
    """
    found = resource.raw(path)
    if isinstance(found, Unknown) and found.not_null:
        return stated(f"<{found.expression}>", path, resource.locate(path))
    return resource.text(path)


def subject_fields(resource: RawResource, *tag_paths: str) -> dict[str, Any]:
    """The fields every subject has, from a raw resource."""
    tags, doubt = tags_of(resource, *(tag_paths or ("tags_all", "tags")))
    return {
        "address": resource.address,
        "where": resource.where,
        "tags": tags,
        "tags_unknown": doubt,
        "raw": resource,
        "region": region_of(resource),
    }
