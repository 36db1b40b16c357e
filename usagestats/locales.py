"""Locales: which languages there are, and which of them a locale means.

English is built in. Every other language is a file of words in ``words/``: by message, what it is in that language, or
for a message that follows a number, by the plural categories of the CLDR. The rest is Babel's, which is imported for
any language but English.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final

from usagestats.errors import InvalidLook, MissingPackage, one_of
from usagestats.languages import ENGLISH

if TYPE_CHECKING:
    from collections.abc import Iterator

    from usagestats.languages import Language

TAG: Final = re.compile(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{1,8})*")
"""How a locale is written: ``de``, ``de-AT``, ``de_AT``."""


@cache
def locales() -> tuple[str, ...]:
    """The languages that there are, English first."""
    found = (file.name for file in (files("usagestats") / "words").iterdir())
    return (ENGLISH.code, *sorted(name.removesuffix(".toml") for name in found if name.endswith(".toml")))


@cache
def language(locale: str) -> Language:
    """The language of a locale; its words are those of the nearest file, its numbers and dates its own.

    >>> language("en-GB").code
    'en'

    Raises:
        InvalidLook: No file has words for it.
        MissingPackage: It is not English, and the extra ``locale`` is not installed.
    """
    asked = str(locale).replace("-", "_")
    known = next((name for name in wider(asked) if name in locales()), None) if TAG.fullmatch(asked) else None
    if known is None:
        raise InvalidLook(one_of("locale", locales(), locale))
    if known == ENGLISH.code:
        return ENGLISH
    try:
        from usagestats.cldr import translated
    except ImportError as error:
        message = "a locale other than en needs babel: install agent-usagestats[locale]"
        raise MissingPackage(message) from error
    return translated(known, asked)


def wider(locale: str) -> Iterator[str]:
    """The locale, then without its last parts.

    >>> list(wider("zh_Hant_TW"))
    ['zh_Hant_TW', 'zh_Hant', 'zh']
    """
    parts = locale.split("_")
    return ("_".join([parts[0].lower(), *parts[1:end]]) for end in range(len(parts), 0, -1))
