"""The zone of the machine."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo


class LocalZone(tzinfo):
    """The machine's own zone, with all its changes, as the system's C library knows it."""

    def fromutc(self, moment: datetime) -> datetime:
        """The local time of an instant, with its offset."""
        return moment.replace(tzinfo=UTC).astimezone()

    def utcoffset(self, moment: datetime | None) -> timedelta | None:
        """The offset of a local time."""
        return None if moment is None else moment.replace(tzinfo=None).astimezone().utcoffset()

    def tzname(self, moment: datetime | None) -> str | None:
        """The name of the zone then."""
        return None if moment is None else moment.replace(tzinfo=None).astimezone().tzname()

    def dst(self, _: datetime | None) -> None:
        """Not known."""
