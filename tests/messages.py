"""What cards say, read from their modules."""

from __future__ import annotations

import ast
import importlib
from pathlib import Path
from typing import TYPE_CHECKING

import usagestats.cards

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDER = Path(usagestats.cards.__file__).parent


def messages() -> tuple[set[str], set[str]]:
    """Every message, and every one that follows a number, in its words for many.

    A message is written where it is said, or is a constant of its module: else this fails, so that none is overlooked.
    """
    plain: set[str] = set()
    counted: set[str] = set()
    for path in FOLDER.glob("*.py"):
        module = importlib.import_module(f"usagestats.cards.{path.stem}")
        for call in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(call, ast.Call):
                continue
            name = getattr(call.func, "attr", getattr(call.func, "id", ""))
            if name == "counted":
                counted.add(ast.literal_eval(call.args[1]))
            elif name == "say":
                plain.update(written(call.args[0], vars(module)))
    return plain, counted


def written(argument: ast.expr, constants: dict[str, object]) -> Iterator[str]:
    yield str(constants[argument.id] if isinstance(argument, ast.Name) else ast.literal_eval(argument))
