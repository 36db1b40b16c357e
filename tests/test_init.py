from __future__ import annotations

import subprocess
import sys

import pytest

import usagestats

PUBLIC = [
    "CARDS",
    "THEMES",
    "DamagedArchive",
    "Day",
    "Event",
    "InputError",
    "InvalidBadge",
    "InvalidEvent",
    "InvalidEvents",
    "InvalidLook",
    "InvalidPeriod",
    "InvalidTheme",
    "InvalidTime",
    "Look",
    "MethodNotAllowed",
    "NotFound",
    "NumberTooBig",
    "RasterError",
    "RateLimited",
    "Reject",
    "ServerError",
    "Stats",
    "Summary",
    "Svg",
    "UnknownCard",
    "UnknownStat",
    "UnknownTheme",
    "UsageStatsError",
    "badge",
    "badge_endpoint",
    "card",
    "png",
    "summarize",
    "summarize_many",
]


def loaded_by(code: str) -> set[str]:
    program = f"{code}\nimport sys\nprint(*sys.modules)"
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return set(ran.stdout.split())


def test_the_public_names_are_pinned_and_sorted() -> None:
    assert usagestats.__all__ == PUBLIC
    assert sorted(PUBLIC, key=lambda name: (name.upper() != name, name[0].islower(), name)) == PUBLIC


def test_every_public_name_is_there() -> None:
    assert all(getattr(usagestats, name) is not None for name in usagestats.__all__)
    assert set(usagestats.__all__) <= set(dir(usagestats))


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="module 'usagestats' has no attribute 'summarise'"):
        _ = usagestats.summarise


def test_importing_loads_nothing_heavy() -> None:
    assert not loaded_by("import usagestats") & {"polars", "msgspec", "jinja2", "cairosvg", "click", "datetime"}


def test_the_version_needs_neither_polars_nor_jinja_nor_cairo() -> None:
    code = "import usagestats.cli as c, contextlib\nwith contextlib.suppress(SystemExit): c.main(['--version'])"
    assert not loaded_by(code) & {"polars", "msgspec", "jinja2", "cairosvg"}


def test_drawing_no_picture_loads_no_rasteriser() -> None:
    code = "import usagestats\nusagestats.card(usagestats.summarize([]))"
    assert not loaded_by(code) & {"cairosvg", "cairocffi", "resvg_py"}
