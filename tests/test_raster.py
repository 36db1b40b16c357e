from __future__ import annotations

import ctypes.util
import hashlib
import io
import shutil
import struct
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.cards.people import ada, made
from usagestats import raster
from usagestats.cards import Look, Svg, card
from usagestats.errors import RasterError

if TYPE_CHECKING:
    from collections.abc import Iterator

WEEK = made([{"gpt-5.1": 1_000_000}] * 7)
FOREIGN = made([{"漢字モデル": 1_000_000, "نموذج": 10}] * 7, name="山田太郎 👩\u200d💻")
ROOT = Path(__file__).parents[1]
FONTS = [
    folder for folder in map(Path, ("/usr/share/fonts", "/usr/local/share/fonts", "/etc/fonts")) if folder.is_dir()
]


def chunks(picture: bytes) -> Iterator[tuple[str, bytes]]:
    """Name and data of each chunk of a PNG."""
    at = 8
    while at < len(picture):
        length, name = struct.unpack(">I4s", picture[at : at + 8])
        yield name.decode("ascii"), picture[at + 8 : at + 8 + length]
        at += 12 + length


def size(picture: bytes) -> tuple[int, int]:
    across, down = struct.unpack(">II", dict(chunks(picture))["IHDR"][:8])
    return across, down


def pixel(picture: bytes, x: int, y: int) -> str:
    """The colour of a pixel, as #rrggbb."""
    from cairocffi import ImageSurface  # type: ignore[import-untyped]

    surface = ImageSurface.create_from_png(io.BytesIO(picture))
    start = y * surface.get_stride() + 4 * x
    blue, green, red = bytes(surface.get_data()[start : start + 3])
    return f"#{red:02x}{green:02x}{blue:02x}"


def svg(body: str) -> Svg:
    return Svg(f'<svg xmlns="http://www.w3.org/2000/svg" width="20" height="10" viewBox="0 0 20 10">{body}</svg>')


@pytest.fixture
def without_cairo(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A system on which CairoSVG cannot be imported."""
    monkeypatch.setitem(sys.modules, "cairosvg.surface", None)
    raster.cairo.cache_clear()
    yield
    raster.cairo.cache_clear()


# --------------------------------------------------------------------------------------------------------- the picture


@pytest.mark.parametrize(("scale", "wanted"), [(1, (840, 400)), (2, (1680, 800)), (0.5, (420, 200))])
def test_a_picture_has_so_many_pixels_to_a_css_pixel(scale: float, wanted: tuple[int, int]) -> None:
    assert size(raster.png(card(WEEK), scale=scale)) == wanted


def test_a_picture_holds_no_words() -> None:
    for summary in (WEEK, FOREIGN):
        assert {name for name, _ in chunks(raster.png(card(summary)))} <= {
            "IHDR",
            "sRGB",
            "pHYs",
            "bKGD",
            "IDAT",
            "IEND",
        }


def test_the_same_card_is_the_same_picture() -> None:
    assert raster.png(card(WEEK)) == raster.png(card(WEEK))


def test_a_card_that_follows_its_reader_is_drawn_light() -> None:
    auto, dark = raster.png(card(WEEK)), raster.png(card(WEEK, theme="dark"))
    assert auto == raster.png(card(WEEK, theme="light"))
    assert (pixel(auto, 800, 20), pixel(dark, 800, 20)) == ("#ffffff", "#0d1117")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_bars_are_drawn_in_their_final_state_in_the_colour_of_the_theme(theme: str) -> None:
    from usagestats.themes import palettes

    picture = raster.png(card(WEEK, theme=theme))
    assert pixel(picture, 2 * 790, 2 * 200) == palettes(theme)[0].series[0]
    assert pixel(picture, 2 * 400, 2 * 343) == palettes(theme)[0].series[0]


@pytest.mark.usefixtures("without_cairo")
def test_resvg_draws_where_cairo_is_missing() -> None:
    picture = raster.png(card(WEEK))
    assert size(picture) == (1680, 800)
    assert pixel(picture, 2 * 790, 2 * 200) == "#4c63d9"


@pytest.mark.usefixtures("without_cairo")
def test_without_any_rasteriser_it_says_what_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "resvg_py", None)
    with pytest.raises(RasterError, match="needs libcairo or the package resvg-py"):
        raster.png(card(WEEK))


def test_the_png_of_a_poster_is_a_share_image_and_of_other_cards_sharp() -> None:
    assert size(raster.scaled((card(WEEK, "poster"), raster.scale_of("poster")))) == (1200, 630)
    assert size(raster.scaled((card(WEEK, "trend"), raster.scale_of("trend")))) == (824, 440)


@pytest.mark.parametrize("scale", [10_000, 7, 0, 0.001, -1, float("nan"), float("inf")])
def test_a_picture_of_more_than_sixteen_megapixels_or_none_is_refused(scale: float) -> None:
    with pytest.raises(RasterError, match="1 to 16,000,000 pixels"):
        raster.png(card(WEEK), scale=scale)


# ------------------------------------------------------------------------------------------------ only our own pictures


@pytest.mark.parametrize(
    "body",
    [
        '<image href="file:///etc/passwd"/>',
        '<image href="http://127.0.0.1/"/>',
        '<use href="file:///etc/passwd#a"/>',
        '<rect fill="url(http://127.0.0.1/#a)"/>',
        "<style>@import 'http://127.0.0.1/';</style>",
        "<style>.a{fill:url( http://127.0.0.1/)}</style>",
        "<script>1</script>",
        '<rect onload="1"/>',
        "<foreignObject/>",
        "<title><rect/></title>",
        "<text>a<image/></text>",
        '<g xmlns:x="http://www.w3.org/1999/xlink"><use x:href="http://127.0.0.1/#a"/></g>',
    ],
)
def test_what_no_template_writes_is_refused(body: str) -> None:
    with pytest.raises(TypeError, match=r"^svg must be a picture drawn by usagestats, not "):
        raster.png(svg(body))


def test_only_our_own_pictures_are_taken() -> None:
    bomb = '<!DOCTYPE a [<!ENTITY b "bbbb">]>'
    for given_picture in (
        str(card(WEEK)),
        b"<svg/>",
        Svg(bomb + card(WEEK)),
        Svg('<?xml-stylesheet href="a"?>' + card(WEEK)),
    ):
        with pytest.raises(TypeError, match=r"^svg must be a picture drawn by usagestats, not "):
            raster.png(given_picture)  # type: ignore[arg-type]


def test_nothing_is_ever_fetched() -> None:
    with pytest.raises(RasterError, match="refers to nothing outside itself"):
        raster.refuse("http://127.0.0.1/", "image/*")


def test_references_within_the_picture_are_fine() -> None:
    body = '<defs><circle id="a" r="2"/></defs><use href="#a" x="5" y="5"/>'
    assert size(raster.png(svg(body), scale=1)) == (20, 10)


# ---------------------------------------------------------------------------------------------------------------- text


def test_text_becomes_outlines_and_words_and_media_rules_go() -> None:
    drawing = raster.outlined(card(ada("30d")))
    assert not [word for word in ("<text", "<title", "<desc", "@media", "@keyframes") if word in drawing]
    assert "<path transform=" in drawing


def test_what_the_face_lacks_stays_text_where_it_stood() -> None:
    root = ET.fromstring(raster.outlined(card(FOREIGN)))
    left = {text.text: text for text in root.iter("{http://www.w3.org/2000/svg}text")}
    assert set(left) == {"山田太郎", "👩\u200d💻", "漢字モデル", "نموذج"}
    assert left["漢字モデル"].get("x") == "42.000"
    assert root.get("font-family") == "sans-serif"


def test_a_card_with_foreign_letters_is_drawn_too() -> None:
    assert size(raster.png(card(FOREIGN))) == (1680, 800)


def test_an_outline_begins_where_the_anchor_says() -> None:
    drawing = raster.outlined(svg('<text x="20" y="8" font-size="2048" text-anchor="end">00</text>'))
    assert "translate(-2564.000 8) scale(1.000000)" in drawing
    assert "M0 0m" in drawing
    assert "M1292 0m" in drawing


def test_spans_follow_each_other_with_their_gaps() -> None:
    body = '<text x="1" y="8" font-size="2048">0<tspan dx="3" font-weight="600">0</tspan></text>'
    drawing = raster.outlined(svg(body))
    assert "translate(1.000 8)" in drawing
    assert "translate(1296.000 8)" in drawing


@settings(deadline=None, max_examples=30)
@given(st.text(st.characters(), max_size=40))
def test_every_name_can_be_drawn(name: str) -> None:
    assert size(raster.png(card(made([{name or "x": 5}] * 7, name=name)), scale=0.1)) == (84, 40)


def test_letters_are_spread_over_the_length_that_a_text_asks_for() -> None:
    body = '<text x="20" y="8" font-size="2048" text-anchor="middle" textLength="3000">00</text>'
    drawing = raster.outlined(svg(body))
    assert "textLength" not in drawing
    assert "translate(-1480.000 8)" in drawing
    assert "M0 0m" in drawing
    assert "M1708 0m" in drawing  # 1292 is the letter's own width, 416 the one gap


def test_what_stays_text_in_the_middle_begins_where_it_would() -> None:
    body = '<g text-anchor="middle"><text x="50" y="8" font-size="10" textLength="40">漢字</text></g>'
    root = ET.fromstring(raster.outlined(svg(body)))
    (left,) = root.iter("{http://www.w3.org/2000/svg}text")
    assert (left.get("x"), left.get("text-anchor")) == ("30.000", "start")


def test_runs_keep_foreign_words_together() -> None:
    assert [run.text for run in raster.runs("سلام دنیا, Ada (漢) 漢")] == ["سلام دنیا", ", Ada (", "漢) 漢"]
    assert [run.text for run in raster.runs("漢 🚀 שלום सत्य")] == ["漢", " ", "🚀", " ", "שלום", " ", "सत्य"]
    assert raster.runs("") == []


# ------------------------------------------------------------------------------------------------------ other machines


def hidden(*mounts: str) -> list[str]:
    """A command prefix that runs in a mount name space of its own, with some things hidden."""
    unshare = shutil.which("unshare")
    if unshare is None or subprocess.run([unshare, "-m", "true"], capture_output=True, check=False).returncode:
        pytest.skip("unshare -m is not permitted here")
    return [unshare, "-m", "sh", "-ec", "; ".join([*mounts, 'exec "$@"']), "sh"]


def drawn_elsewhere(prefix: list[str], extra: str = "") -> str:
    """The digest of the week's card, drawn by another process; whatever ``extra`` prints comes after it."""
    program = f"""
        import hashlib, sys
        from tests.test_raster import WEEK, ada
        from usagestats.cards import card
        from usagestats.raster import cairo, png
        pictures = [png(card(WEEK)), png(card(ada("90d"), theme="dark", compact=True))]
        print(hashlib.sha256(b"".join(pictures)).hexdigest(), {extra or "''"})
    """
    command = [*prefix, sys.executable, "-c", textwrap.dedent(program)]
    told = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    assert told.returncode == 0, told.stderr
    return told.stdout.strip()


def test_without_any_font_a_picture_is_the_same_bytes() -> None:
    pictures = [raster.png(card(WEEK)), raster.png(card(ada("90d"), theme="dark", compact=True))]
    prefix = hidden(*(f"mount -t tmpfs none {folder}" for folder in FONTS), "export HOME=/nonexistent")
    fonts = "len([*__import__('pathlib').Path('/usr/share/fonts').rglob('*.?tf')])"
    assert drawn_elsewhere(prefix, fonts) == f"{hashlib.sha256(b''.join(pictures)).hexdigest()} 0"


def test_without_libcairo_resvg_draws_and_needs_no_font_either() -> None:
    name = ctypes.util.find_library("cairo")
    folders = {Path(folder).resolve() for folder in ("/lib", "/usr/lib")}
    libraries = sorted({path.resolve() for folder in folders for path in folder.rglob(f"{name}*")}) if name else []
    if not libraries:
        pytest.skip("no libcairo is found here")
    hide = [f"mount --bind /dev/null {path}" for path in libraries]
    fonts = [f"mount -t tmpfs none {folder}" for folder in FONTS]
    without = drawn_elsewhere(hidden(*hide), "cairo()")
    assert without.endswith(" None")
    assert drawn_elsewhere(hidden(*hide, *fonts), "cairo()") == without


def test_a_line_from_right_to_left_is_one_text_that_ends_where_it_begins() -> None:
    drawing = raster.outlined(card(ada("7d"), look=Look(locale="ar")))
    assert 'text-anchor="end" font-family="Noto Sans Arabic,' in drawing
    assert "<tspan>\u202bالرموز في اليوم\u202c</tspan>" in drawing
    assert raster.png(card(ada("7d"), look=Look(locale="ar")))[:4] == b"\x89PNG"


def test_what_needs_no_shaper_is_outlined_in_its_visual_order() -> None:
    assert raster.turned("▲ \u206618.4%\u2069") == "18.4% ▲"
    assert raster.turned("\u2068gpt-5.1\u2069") == "gpt-5.1"
    assert raster.turned("412") == "412"


def test_japanese_has_the_letters_of_japan() -> None:
    assert "Noto Sans CJK JP" in raster.outlined(card(ada("7d"), look=Look(locale="ja")))
    assert "Noto Sans CJK SC" in raster.outlined(card(ada("7d", name="漢字")))
