"""Names that are recognised but not told: an archive and a state of reading know ids and paths by these only."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import blake2b

HASH_BYTES = 16


def hashed(name: str) -> str:
    """128 bits of BLAKE2b as hexadecimal text, the same on every machine, so that archives fall together.

    >>> hashed("claude-code:req_011")
    '7c13816b2023d61fb5186879e2c2b3ee'
    """
    return blake2b(name.encode("utf-8", "surrogatepass"), digest_size=HASH_BYTES).hexdigest()


@dataclass(slots=True)
class Hashes:
    """Names that are recognised again, known by their hashes only, so that they may be written down.

    >>> names = Hashes()
    >>> names.add("toolu_1")
    >>> "toolu_1" in names, "toolu_2" in names, "toolu_1" in names.known
    (True, False, False)
    """

    known: set[str] = field(default_factory=set)

    def add(self, name: str) -> None:
        """Adds a name."""
        self.known.add(hashed(name))

    def discard(self, name: str) -> None:
        """Takes a name out, if it is there."""
        self.known.discard(hashed(name))

    def __contains__(self, name: str) -> bool:
        return hashed(name) in self.known
