"""EFS and FSx file systems with the automatic backups of their service, and EBS volumes, which have none.

Defaults: terraform-provider-aws 6.x documentation of the resource named in each note.
"""

from __future__ import annotations

from recoverable.clouds.aws_databases import restored_from
from recoverable.clouds.common import key_of, lifecycle_meta, region_of, subject_fields
from recoverable.clouds.index import Index
from recoverable.model.estate import Estate, Volume
from recoverable.model.raw import RawResource
from recoverable.model.values import Kind, Unknown, Value, default, unknown

EFS, EFS_BACKUP, EFS_REPLICATION = "aws_efs_file_system", "aws_efs_backup_policy", "aws_efs_replication_configuration"
EBS, EBS_DEFAULT = "aws_ebs_volume", "aws_ebs_encryption_by_default"
LUSTRE, ONTAP = "aws_fsx_lustre_file_system", "aws_fsx_ontap_file_system"
OPENZFS, WINDOWS = "aws_fsx_openzfs_file_system", "aws_fsx_windows_file_system"
LUSTRE_LINK = "aws_fsx_data_repository_association"
FSX = {LUSTRE: "fsx-lustre", ONTAP: "fsx-ontap", OPENZFS: "fsx-openzfs", WINDOWS: "fsx-windows"}
TYPES: frozenset[str] = frozenset({EFS, EFS_BACKUP, EFS_REPLICATION, EBS, EBS_DEFAULT, LUSTRE_LINK, *FSX})
# How long automatic backups are kept, and whether the last one is skipped at a destroy, where nothing is written.
FSX_RETENTION = {LUSTRE: 0, ONTAP: 0, OPENZFS: 0, WINDOWS: 7}
FSX_SKIPS = {LUSTRE: True, OPENZFS: False, WINDOWS: False}
FSX_LIMIT = 90
RETENTION = "automatic_backup_retention_days"
EFS_KEPT = 35
EFS_KEPT_NOTE = "the automatic backups of EFS are kept 35 days"
EFS_OFF = "CreateFileSystem: automatic backups are off unless asked for"
ONE_ZONE = "CreateFileSystem: automatic backups are on for One Zone file systems"
EBS_OFF = "aws_ebs_volume: default false, unless the account encrypts EBS by default"
FSX_ENCRYPTED = "FSx encrypts every file system at rest"


def add_volumes(index: Index, estate: Estate) -> None:
    """Map every file system and disk of the input."""
    targets = _replication_targets(index)
    estate.volumes.extend(_efs(index, raw, targets) for raw in index.of_type(EFS))
    estate.volumes.extend(_ebs(index, raw) for raw in index.of_type(EBS))
    estate.volumes.extend(_fsx(index, raw) for raw in index.of_type(*FSX))


def _efs(index: Index, raw: RawResource, targets: dict[str, str]) -> Volume:
    source = targets.get(raw.address) or targets.get(str(raw.attrs.get("id")), "")
    backups = _efs_backups(index, raw)
    kept: Value[int] = Value(backups.kind, None, backups.path, backups.where, backups.note)
    if backups.known:
        kept = Value(
            backups.kind, EFS_KEPT if backups.data else 0, backups.path, backups.where, EFS_KEPT_NOTE if backups.data else backups.note
        )
    volume = Volume(
        kind="efs-file-system",
        role="replica-target" if source else "primary",
        role_reason=f"{source} replicates into it" if source else "",
        encrypted=raw.boolean("encrypted", False, f"{EFS}: default false"),
        kms_key=key_of(raw, "kms_key_id"),
        own_backups=backups,
        retention_days=kept,
        limit_days=EFS_KEPT,
        limit_note=EFS_KEPT_NOTE,
        prevent_destroy=lifecycle_meta(raw),
        **subject_fields(raw),
    )
    volume.fixes = {
        "plan": f'Add an {EFS_BACKUP} for it with status = "ENABLED", or select it in a backup plan.',
        "encryption": "Set encrypted = true; the file system is made anew, so copy its data first.",
    }
    return volume


def _efs_backups(index: Index, raw: RawResource) -> Value[bool]:
    joined = index.companions(raw, EFS_BACKUP, "file_system_id", ("id",))
    if joined.first is not None:
        return joined.first.text("backup_policy.status").map(lambda word: word == "ENABLED")
    if joined.doubt:
        return unknown(joined.doubt, EFS_BACKUP, raw.where)
    zone = raw.raw("availability_zone_name")
    if isinstance(zone, Unknown) and not zone.not_null:
        return unknown(zone.expression, "availability_zone_name", raw.locate("availability_zone_name"))
    return default(zone not in (None, ""), EFS_BACKUP, raw.where, ONE_ZONE if zone not in (None, "") else EFS_OFF)


def _replication_targets(index: Index) -> dict[str, str]:
    """File systems that another one replicates into, by address or id, with who does."""
    targets: dict[str, str] = {}
    for raw in index.of_type(EFS_REPLICATION):
        found = raw.raw("destination.file_system_id")
        if isinstance(found, str) and found:
            targets.setdefault(found, raw.address)
        elif isinstance(found, Unknown):
            hits, exact = index.reach(found, EFS)
            targets.update({hit.address: raw.address for hit in hits if exact})
    return targets


def _ebs(index: Index, raw: RawResource) -> Volume:
    restored = restored_from(raw, "snapshot_id")
    encrypted = raw.boolean("encrypted", False, EBS_OFF)
    if encrypted.kind is Kind.DEFAULT:
        encrypted = _by_account(index, raw, encrypted)
        if restored and not encrypted.is_true:
            encrypted = unknown(f"encryption is taken over from the snapshot ({restored})", "encrypted", raw.where)
    # Only a running account says it: a group makes its instances anew, with fresh volumes for those that go with them.
    scaled = raw.text("scaled_by")
    group = f"it goes with its instance, which Auto Scaling group {scaled.data} makes anew" if scaled.known else ""
    return Volume(
        kind="ebs-volume",
        role="cache" if group else ("clone" if restored else "primary"),
        role_reason=group or (f"{restored} is set" if restored else ""),
        encrypted=encrypted,
        kms_key=key_of(raw, "kms_key_id"),
        plans_unknown=f"its instance may be one that a group makes anew: {scaled.note}" if scaled.unknown else "",
        prevent_destroy=lifecycle_meta(raw),
        **subject_fields(raw),
    )


def _by_account(index: Index, raw: RawResource, off: Value[bool]) -> Value[bool]:
    """The account's own default for new volumes, where the input declares it for the volume's region."""
    home = region_of(raw)
    for setting in index.of_type(EBS_DEFAULT):
        if region_of(setting).data == home.data:
            on = setting.boolean("enabled", True, f"{EBS_DEFAULT}: default true")
            return default(bool(on.data), "encrypted", raw.where, setting.address) if on.known else unknown(on.note, "encrypted", raw.where)
    return off


def _fsx(index: Index, raw: RawResource) -> Volume:
    why = _temporary(index, raw) if raw.type == LUSTRE else ""
    restored = restored_from(raw, "backup_id")
    days = FSX_RETENTION[raw.type]
    kept = raw.number(RETENTION, days, f"{raw.type}: default {days}{'' if days else ', no automatic backups'}")
    volume = Volume(
        kind=FSX[raw.type],
        role="cache" if why else ("clone" if restored else "primary"),
        role_reason=why or (f"{restored} is set" if restored else ""),
        encrypted=default(True, "kms_key_id", raw.where, FSX_ENCRYPTED),
        kms_key=key_of(raw, "kms_key_id"),
        own_backups=kept.map(lambda count: count > 0),
        retention_days=kept,
        limit_days=FSX_LIMIT,
        limit_note="FSx keeps automatic backups 90 days at most",
        prevent_destroy=lifecycle_meta(raw),
        **subject_fields(raw),
    )
    volume.fixes = {
        "plan": f"Set {RETENTION}, or select it in a backup plan.",
        "retention": f"Set {RETENTION} = {{need}}.",
        "final-snapshot": "Set skip_final_backup = false.",
    }
    if raw.type == ONTAP:
        volume.fixes["plan"] = f"Set {RETENTION}: AWS Backup selects the volumes of ONTAP, not the file system."
    else:
        skips = FSX_SKIPS[raw.type]
        volume.features = frozenset({"final-snapshot"})
        volume.final_snapshot = raw.boolean("skip_final_backup", skips, f"{raw.type}: default {str(skips).lower()}").map(
            lambda skip: not skip
        )
    return volume


def _temporary(index: Index, raw: RawResource) -> str:
    """Why a Lustre file system holds nothing of its own: FSx takes no backups of it."""
    deployment = raw.text("deployment_type", "SCRATCH_1", f"{LUSTRE}: default SCRATCH_1")
    if deployment.known and str(deployment.data).startswith("SCRATCH"):
        return f"its deployment type is {deployment.data}: temporary storage without backups"
    if restored_from(raw, "import_path") or index.companions(raw, LUSTRE_LINK, "file_system_id", ("id",)).found:
        return "it is linked to an S3 bucket, which keeps the data: FSx takes no backups of it"
    return ""
