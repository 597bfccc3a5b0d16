"""Names that S3 and Cloud Storage take, refused here because the cloud would refuse them halfway through an update.

S3: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
Cloud Storage: https://cloud.google.com/storage/docs/buckets#naming
"""

import re

from recoverable.components.base import Component

LONGEST = 63
RANDOM = 8
"""What Pulumi puts behind a name that it makes itself: a dash and seven characters."""
_ADDRESS = re.compile(r"\d{1,3}(\.\d{1,3}){3}")
_S3 = re.compile(r"[a-z0-9][a-z0-9.-]*[a-z0-9]")
_GCS = re.compile(r"[a-z0-9][a-z0-9._-]*[a-z0-9]")
S3_PREFIXES = ("xn--", "sthree-", "amzn-s3-demo-")
S3_SUFFIXES = ("-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3")


def check_name(component: Component, given: str | None, import_id: str | None, longest_suffix: str) -> None:
    """Refuse a name, given or to be made of the component's own, that the cloud does not take.

    ``longest_suffix`` is what the longest name of a child adds to it.
    """
    if import_id is not None and given is not None and given != import_id:
        component.refuse("bucket_name", given, f"import_id is {import_id}", "A bucket is adopted under the name that it has.")
    name = given if import_id is None else import_id
    if name is not None:
        field, added = "bucket_name" if import_id is None else "import_id", "-replica" if "replica" in longest_suffix else ""
        _refuse_bad(component, field, name, name + added)
    else:
        if not component.on_aws and "." in component.short:
            why = "Cloud Storage takes a name with dots for a domain, whose owner has to be verified."
            component.refuse("name", component.short, "a name without dots", why)
        made = f"{component.short.lower()}{longest_suffix}"
        _refuse_bad(component, "name", component.short, made + "-" + "0" * (RANDOM - 1))


def _refuse_bad(component: Component, field: str, shown: str, name: str) -> None:
    """The first reason why the cloud refuses a name."""
    store, pattern, letters = (
        ("S3", _S3, " and dashes or dots") if component.on_aws else ("Cloud Storage", _GCS, ", dashes, dots or underscores")
    )
    if not 3 <= len(name) <= LONGEST:
        component.refuse(
            field, shown, f"3 to {LONGEST} characters, with what is added to it ({len(name)} here)", f"{store} takes no other."
        )
    if not pattern.fullmatch(name) or ".." in name or _ADDRESS.fullmatch(name):
        component.refuse(field, shown, f"lower case letters, digits{letters}, ends with a letter or digit", f"{store} takes no other.")
    reserved = [part for part in S3_PREFIXES if name.startswith(part)] + [part for part in S3_SUFFIXES if name.endswith(part)]
    if component.on_aws and reserved:
        component.refuse(field, shown, f'a name without "{reserved[0]}"', "S3 keeps it for itself.")
    if not component.on_aws and (name.startswith("goog") or "google" in name):
        component.refuse(field, shown, 'a name that does not begin with "goog" or hold "google"', "Cloud Storage keeps it for itself.")
