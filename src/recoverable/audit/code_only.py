"""Rules about how a store is written down: an account holds no answer to them, so that they are not asked of one."""

from __future__ import annotations

CODE_ONLY = {
    "backups-deleted-with-database": "whether backups stay is said when a database is deleted",
    "final-snapshot-skipped": "whether a final snapshot is taken is said when a database is deleted",
    "force-destroy": "it is a wish of the code alone",
    "key-deletion-window-too-short": "the window is chosen when a key is deleted",
    "password-in-code": "it is about code",
    "secret-without-recovery-window": "the window is chosen when a secret is deleted",
    "two-owners-of-retention": "where AWS Backup owns the retention of a database, the account shows it as the database's own",
}
"""By the rule's name, why it is left to ``check``."""
