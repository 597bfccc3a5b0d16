"""Files of a repository as subjects."""

from __future__ import annotations

from recoverable.clouds.index import Index
from recoverable.model.estate import Estate, RepositoryFile


def add_files(index: Index, estate: Estate) -> None:
    """Map every troublesome file of a repository."""
    for raw in index.all:
        if raw.type.startswith("file_"):
            estate.files.append(
                RepositoryFile(
                    address=raw.address,
                    kind="file",
                    where=raw.where,
                    raw=raw,
                    trouble=str(raw.attrs["trouble"]),
                    detail=str(raw.attrs["detail"]),
                )
            )
