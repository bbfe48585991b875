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
    return timezone.now().astimezone(ZONES.get(zone, ZONES["WIB"])).date()
