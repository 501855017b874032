"""The files of models: written whole or not at all, read only if their digest is the known one."""

import hashlib
import logging
import os
from pathlib import Path
from uuid import uuid4

from city.textai.linear import BadModel, Linear, read_linear

log = logging.getLogger("city.textai")

FITTED = "category-fitted.npz"
"""The file that `suggest fit` writes, to be taken on by a city when it next starts."""


def folder_of(data: Path) -> Path:
    """Return the folder of the models of a city, made if it is not there."""
    folder = data / "textai"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def write_file(file: Path, content: bytes) -> str:
    """Write a file so that a reader finds the old one or the new one; return its digest."""
    file.parent.mkdir(parents=True, exist_ok=True)
    aside = file.with_name(f".{file.name}-{uuid4().hex}")
    try:
        with aside.open("xb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        aside.replace(file)
    finally:
        aside.unlink(missing_ok=True)
    return digest_of(content)


def digest_of(content: bytes) -> str:
    """Return the SHA-256 of a file's content, in hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def read_if_there(file: Path) -> bytes | None:
    """Return the content of a file, or None."""
    return file.read_bytes() if file.is_file() else None


def remove(*files: Path) -> None:
    """Remove files that may be there."""
    for file in files:
        file.unlink(missing_ok=True)


def read_model(file: Path, digest: str) -> Linear | None:
    """Return the model in a file; None, with a word in the log, if it is missing or another."""
    try:
        content = file.read_bytes()
        if digest_of(content) != digest:
            raise BadModel("Its digest is not the one that was written down.")
        return read_linear(content)
    except (OSError, BadModel) as error:
        log.warning(
            "no model, names are used instead", extra={"file": file.name, "why": str(error)}
        )
        return None
