"""Writing files: each appears whole or not at all, and only if its bytes change."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from usagestats.errors import InputError


def differs(path: Path, content: bytes) -> bool:
    """Whether a file has other content than this, or is not there.

    Raises:
        InputError: if it cannot be read.
    """
    try:
        return not path.is_file() or path.read_bytes() != content
    except OSError as error:
        message = f"{path} cannot be read: {error.strerror or error}"
        raise InputError(message) from error


def replaced(path: Path, content: bytes, *, durable: bool = True) -> bool:
    """Give a file this content, whole or not at all; says whether it was written, which it is not if it had it already.

    Args:
        path: The file; its folders are made.
        content: All of it.
        durable: Whether to wait until it is on the disk, so that it outlives a loss of power. Ten thousand files that
            can be made again are five times as quick without.

    Raises:
        InputError: if it cannot be written.
    """
    if not differs(path, content):
        return False
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _swap(path, content, durable=durable)
    except OSError as error:
        message = f"{path} cannot be written: {error.strerror or error}"
        raise InputError(message) from error
    return True


def _swap(path: Path, content: bytes, *, durable: bool) -> None:
    """Write a neighbour and rename it, with the rights that the file had or that a new one gets."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            if durable:
                file.flush()
                os.fsync(file.fileno())
        Path(name).chmod(path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
