"""A plain file's bytes, or the fault of whatever else stands under its name."""

from __future__ import annotations

import stat
from pathlib import Path

from model.faults import BadInput, Fault


def read_bytes(path: Path, what: str, limit: int, file: str = "") -> bytes:
    """The bytes of a plain file, which is not opened if it is none: a pipe would never end.

    Raises
    ------
    BadInput
        If there is no such file, it is a folder, a pipe or a device, cannot be read, or is larger
        than `limit` bytes (it is then not read). `what` was needed; faults name `file`.
    """
    file = file or str(path)
    try:
        kind = path.stat().st_mode
        if not stat.S_ISREG(kind):
            found = "is a folder" if stat.S_ISDIR(kind) else "is no plain file"
            raise BadInput(Fault(found, what, file))
        if (size := path.stat().st_size) > limit:
            allowed = f"at most {limit / 1e6:,.0f} MB"
            raise BadInput(Fault(f"{size / 1e6:,.1f} MB, not read", allowed, file))
        return path.read_bytes()
    except FileNotFoundError:
        raise BadInput(Fault("no such file", what, file)) from None
    except BadInput:
        raise
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise BadInput(Fault(f"cannot be read: {reason.lower()}", what, file)) from None
