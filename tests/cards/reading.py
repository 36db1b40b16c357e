"""What a card says, read from its SVG."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from tests.cards.geometry import SVG

if TYPE_CHECKING:
    from usagestats.cards import Svg


def texts(svg: Svg) -> list[str]:
    """Every line of text on the card."""
    return ["".join(text.itertext()) for text in ET.fromstring(svg).iter(f"{SVG}text")]


def said(svg: Svg, element: str) -> str:
    """Its title or its description."""
    return ET.fromstring(svg).findtext(f"{SVG}{element}") or ""


def classes(svg: Svg, element: str) -> list[str]:
    """The class of every such element, in the order of drawing."""
    return [one.get("class", "") for one in ET.fromstring(svg).iter(f"{SVG}{element}")]
