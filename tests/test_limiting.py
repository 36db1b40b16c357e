from __future__ import annotations

import pytest

from usagestats.limiting import Budget, Limits, client, networks

PROXIES = networks(["10.0.0.0/8", "::1", "192.0.2.7"])


@pytest.mark.parametrize(
    ("peer", "forwarded", "found"),
    [
        ("203.0.113.9", [], "203.0.113.9"),
        ("203.0.113.9", ["198.51.100.1"], "203.0.113.9"),
        ("10.0.0.1", ["198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", ["198.51.100.9, 198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", ["198.51.100.9", "198.51.100.1, 10.9.9.9"], "198.51.100.1"),
        ("10.0.0.1", ["198.51.100.1:4711"], "198.51.100.1"),
        ("10.0.0.1", ["[2001:db8:1:2:3:4:5:6]:443"], "2001:db8:1:2::/64"),
        ("10.0.0.1", ["198.51.100.1, unknown"], "10.0.0.1"),
        ("10.0.0.1", ["198.51.100.1,,"], "10.0.0.1"),
        ("10.0.0.1", ["10.0.0.2"], "10.0.0.2"),
        ("192.0.2.7", ["198.51.100.1"], "198.51.100.1"),
        ("192.0.2.8", ["198.51.100.1"], "192.0.2.8"),
        ("::1", ["::ffff:198.51.100.1"], "198.51.100.1"),
        ("::ffff:10.0.0.1", ["198.51.100.1"], "198.51.100.1"),
        ("2001:db8::5", [], "2001:db8::/64"),
        ("2001:db8::6", [], "2001:db8::/64"),
        ("fe80::1%eth0", [], "fe80::/64"),
        ("", ["198.51.100.1"], ""),
        ("testclient", [], "testclient"),
    ],
)
def test_the_client_is_whom_the_last_trusted_proxy_heard(peer: str, forwarded: list[str], found: str) -> None:
    assert client(peer, forwarded, PROXIES) == found


def test_a_budget_is_spent_by_one_client_alone() -> None:
    limits = Limits.of("2/minute", "memory://")
    taken = [limits.take("a") for _ in range(3)]
    assert [one and (one.remaining, one.spent) for one in taken] == [(1, False), (0, False), (0, True)]
    last = taken[-1]
    assert last is not None
    assert last.retry_after is not None
    assert 0 < last.retry_after <= 60
    other = limits.take("b")
    assert other
    assert (other.remaining, other.retry_after) == (1, None)


def test_the_headers_tell_the_rate_and_what_is_left() -> None:
    found = Budget(limit=120, window_seconds=60, remaining=7, reset_seconds=12.4, spent=False).headers
    assert found == {"RateLimit-Policy": '"client";q=120;w=60', "RateLimit": '"client";r=7;t=12'}


@pytest.mark.parametrize(("rate", "storage"), [("often", "memory://"), ("2/minute", "nothing://"), ("2/minute", "")])
def test_a_rate_or_storage_that_means_nothing_is_refused(rate: str, storage: str) -> None:
    with pytest.raises(ValueError, match=r"parse|must be memory:// or redis"):
        Limits.of(rate, storage)


def test_a_network_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="everybody"):
        networks(["everybody"])


def test_a_single_network_needs_no_list() -> None:
    assert networks("10.0.0.0/8") == networks(["10.0.0.0/8"])
