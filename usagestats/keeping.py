"""Keeping: a night without activity moves the window and changes nothing else, so what was written stays as it is.

An older document stays true as of its own ``generated_at`` while the numbers of the period are the same.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from usagestats.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

    from usagestats.summary import Summary


def says_the_same(document: object, summary: Summary) -> bool:
    """Whether a document has this summary's name and, but for its days, its numbers."""
    return isinstance(document, dict) and _undated(document) == _undated(json.loads(summary.to_json()))


def document_at(path: Path) -> Any:  # noqa: ANN401 - any JSON at all
    """The JSON of a file; None where there is no such file, or no JSON in it.

    Raises:
        InputError: if the file cannot be read.
    """
    try:
        return json.loads(path.read_bytes())
    except (FileNotFoundError, ValueError):
        return None
    except OSError as error:
        message = f"{path} cannot be read: {error.strerror or error}"
        raise InputError(message) from error


def _undated(document: dict[str, Any]) -> tuple[object, object]:
    stats = document.get("stats")
    numbers = {key: value for key, value in stats.items() if key != "time_series"} if isinstance(stats, dict) else None
    return document.get("name"), numbers
