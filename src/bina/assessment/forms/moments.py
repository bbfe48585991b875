"""Days and moments as a browser offers them, and forms that read them in the time of an agency."""

import datetime as dt
from typing import Any

from django import forms

from bina.foundation import clock


def day_in(text: str) -> dt.date | None:
    """A day as browsers send it; None where there is none."""
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None


class Moment(forms.DateTimeField):
    """A moment typed in the time of an agency, with the browser's own calendar and clock."""

    def __init__(self, **options: Any) -> None:
        widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
        super().__init__(widget=widget, input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"], **options)


class InZone(forms.Form):
    """A form whose moments are read and shown in one of the Indonesian zones."""

    def __init__(self, *args: Any, zone: str, initial: dict[str, Any] | None = None, **options: Any) -> None:
        self.zone = zone
        shown = {
            name: value.astimezone(clock.ZONES[zone]).replace(tzinfo=None) if isinstance(value, dt.datetime) else value
            for name, value in (initial or {}).items()
        }
        super().__init__(*args, **{**options, "initial": shown})

    def clean(self) -> dict[str, Any]:
        """What was typed is the clock on the wall of that zone."""
        typed = super().clean() or {}
        for name, value in typed.items():
            if isinstance(value, dt.datetime):
                typed[name] = value.replace(tzinfo=clock.ZONES[self.zone])
        return typed
