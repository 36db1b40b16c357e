"""`Told`: a summary with the language in which a card tells it."""

from __future__ import annotations

from dataclasses import dataclass, fields

from usagestats.languages import ENGLISH, Language
from usagestats.summary import Summary


@dataclass(frozen=True, slots=True, repr=False)
class Told(Summary):
    """What every card is drawn from."""

    say: Language = ENGLISH
    """The words, numbers and dates of the card."""

    @classmethod
    def of(cls, summary: Summary, say: Language = ENGLISH) -> Told:
        """The summary in a language."""
        return cls(**{one.name: getattr(summary, one.name) for one in fields(Summary)}, say=say)
