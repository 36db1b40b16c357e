"""How often a client may ask, and who a client is.

A client is an address; of IPv6 its first 64 bits, since that much is given to one household. Where the count cannot be
kept, because Redis is away, say, nobody is limited: it is logged, and the numbers stay public.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address, ip_network
from typing import TYPE_CHECKING, Final

from limits import parse
from limits.errors import StorageError
from limits.storage import storage_from_string
from limits.strategies import SlidingWindowCounterRateLimiter

from usagestats.errors import check_type

if TYPE_CHECKING:
    from collections.abc import Sequence
    from ipaddress import IPv4Address, IPv4Network, IPv6Network

    from limits import RateLimitItem
    from limits.strategies import RateLimiter

LOG: Final = logging.getLogger(__name__)
HOUSEHOLD: Final = 64
"""The bits of an IPv6 address that tell one client from another."""


@dataclass(frozen=True, slots=True)
class Budget:
    """What a client may still ask."""

    limit: int
    """Requests in a window."""
    window_seconds: int
    """How long the window is."""
    remaining: int
    """Requests left."""
    reset_seconds: float
    """How long until there are more."""
    spent: bool
    """Whether this request was one too many."""

    @property
    def retry_after(self) -> float | None:
        """Seconds to wait; None where the client may ask."""
        return self.reset_seconds if self.spent else None

    @property
    def headers(self) -> dict[str, str]:
        """The RateLimit fields, as the IETF's draft has them."""
        reset = max(0, round(self.reset_seconds))
        return {
            "RateLimit-Policy": f'"client";q={self.limit};w={self.window_seconds}',
            "RateLimit": f'"client";r={self.remaining};t={reset}',
        }


class Limits:
    """The requests of each client, counted."""

    def __init__(self, rate: RateLimitItem, counter: RateLimiter) -> None:
        self.rate = rate
        self.counter = counter

    @classmethod
    def of(cls, rate: str, storage: str) -> Limits:
        """So many requests in a sliding window, such as ``120/minute``, counted in memory or in Redis.

        Raises:
            ValueError: if the rate or the storage cannot be understood.
        """
        try:
            kept = storage_from_string(storage, wrap_exceptions=True)
        except Exception as error:  # whatever the storage's own library raises
            message = f"the storage of a rate limit must be memory:// or redis://host:port, not {storage!r}: {error}"
            raise ValueError(message) from error
        return cls(parse(rate), SlidingWindowCounterRateLimiter(kept))

    def take(self, client: str) -> Budget | None:
        """Count a request; None where it cannot be counted."""
        try:
            allowed = self.counter.hit(self.rate, client)
            left = self.counter.get_window_stats(self.rate, client)
        except StorageError:
            LOG.exception("requests cannot be counted")
            return None
        seconds = self.rate.get_expiry()
        reset = max(0.0, left.reset_time - time.time())
        return Budget(self.rate.amount, seconds, max(0, left.remaining), reset, spent=not allowed)


def networks(addresses: Iterable[str]) -> tuple[IPv4Network | IPv6Network, ...]:
    """The networks of addresses such as ``10.0.0.0/8`` or ``::1``.

    Raises:
        ValueError: if one is no address.
        TypeError: if one is no text, or they are none that could be gone through.
    """
    check_type("trusted_proxies", Iterable, addresses)
    given = [addresses] if isinstance(addresses, str) else list(addresses)
    for place, address in enumerate(given):
        check_type(f"trusted_proxies[{place}]", str, address)  # a bare number would be an address, too
    return tuple(ip_network(address, strict=False) for address in given)


def client(peer: str, forwarded: Sequence[str], trusted: Sequence[IPv4Network | IPv6Network]) -> str:
    """Who asks: the peer, or whom trusted proxies say they speak for.

    >>> client("10.0.0.1", ["203.0.113.9, 198.51.100.7, 10.0.0.2"], networks(["10.0.0.0/8"]))
    '198.51.100.7'

    Args:
        peer: The address of the connection.
        forwarded: The values of ``X-Forwarded-For``; each proxy has added at the right whom it heard from.
        trusted: The networks of the proxies that are believed.
    """
    found = _address(peer)
    if found is None:
        return peer
    for said in reversed([part for value in forwarded for part in value.split(",")]):
        if not any(found in network for network in trusted):
            break
        heard = _address(said.strip())
        if heard is None:
            break
        found = heard
    if isinstance(found, IPv6Address):
        return str(ip_network((found, HOUSEHOLD), strict=False))
    return str(found)


def _address(text: str) -> IPv4Address | IPv6Address | None:
    """An address, perhaps in brackets, perhaps with a port; IPv4 within IPv6 is IPv4."""
    host = text[1:].partition("]")[0] if text.startswith("[") else text
    host = host.partition(":")[0] if host.count(":") == 1 else host
    try:
        found = ip_address(host.partition("%")[0])
    except ValueError:
        return None
    return (found.ipv4_mapped or found) if isinstance(found, IPv6Address) else found
