"""The one place that reads the clock, and the three Indonesian time zones."""

import datetime as dt
from zoneinfo import ZoneInfo

from django.utils import timezone

ZONES = {"WIB": ZoneInfo("Asia/Jakarta"), "WITA": ZoneInfo("Asia/Makassar"), "WIT": ZoneInfo("Asia/Jayapura")}


def now() -> dt.datetime:
    """The present moment, aware, in UTC."""
    return timezone.now()


def today(zone: str = "WIB") -> dt.date:
    """The present date in a zone (WIB, WITA or WIT)."""
    return day_of(now(), zone)


def day_of(moment: dt.datetime, zone: str = "WIB") -> dt.date:
    """The date on which an aware moment falls in a zone: before seven in the morning, Jakarta is a day ahead of UTC."""
    return moment.astimezone(ZONES.get(zone, ZONES["WIB"])).date()
