"""Pictures of levels against the standard: many competencies on one scale, one level over time, a number in its range.

Shapes are SVG stretched to whatever width there is; strokes keep their thickness and dots stay round, because a dot is a
line of no length with round ends. Words stand beside them as HTML, so that they stay readable on a phone.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from markupsafe import Markup, escape

from bina.design.formats import number, short_date
from bina.design.pictures import scale_position, status_word


def _line(kind: str, *points: tuple[float, float]) -> str:
    return f'<path class="{kind}" d="M{"L".join(f"{round(x, 2)} {round(y, 2)}" for x, y in points)}"/>'


def _dot(kind: str, x: float, y: float) -> str:
    return f'<path class="{kind}" d="M{round(x, 2)} {round(y, 2)}h0"/>'


def standard_row(
    mean: float | None,
    low: float | None,
    high: float | None,
    required: int | None,
    status: str,
    *,
    above: int | None = None,
    level_count: int = 4,
) -> Markup:
    """One row of the picture of a profile: dot, 90 % interval, the gap to the standard, and the standard as a line.

    Rows stand below each other without a space, so that the standard runs through them as one stepped line; ``above`` is
    what the row above asks for.
    """
    parts = [
        _line("grid", (x, 0), (x, 10)) for x in (scale_position(n, level_count) for n in range(1, level_count + 1))
    ]
    need = scale_position(required, level_count) if required else None
    if mean is None or low is None or high is None:
        words = _("Belum diukur")
        parts.append(_line("unknown", (1, 5), (99, 5)))
    else:
        words = _("Tingkat %(mean)s, rentang %(low)s sampai %(high)s") % {
            "mean": number(mean, 1), "low": number(low, 1), "high": number(high, 1)
        }  # fmt: skip
        x = scale_position(mean, level_count)
        if need is not None and x < need:
            parts.append(_line("gap", (x, 5), (need, 5)))
        parts.append(_line("span", (scale_position(low, level_count), 5), (scale_position(high, level_count), 5)))
    if need is not None:
        parts.append(_line("need", (need, 0), (need, 10)))
        if above:
            parts.append(_line("need", (scale_position(above, level_count), 0), (need, 0)))
        words += "; " + _("syarat jabatan %(required)s") % {"required": required}
    if mean is not None:
        parts += [_dot("halo", x, 5), _dot("dot", x, 5)]
    words += "; " + status_word(status)
    return Markup(  # noqa: S704  numbers and our own words; the words are escaped
        f'<svg class="standing level-{escape(status)}" viewBox="0 0 100 10" preserveAspectRatio="none" role="img" '
        f'aria-label="{escape(words)}">{"".join(parts)}</svg>'
    )


@dataclass(frozen=True, slots=True)
class Moment:
    """A level on a day, for a picture over time; no numbers where nothing was measured yet."""

    on: dt.date
    mean: float | None
    low: float | None
    high: float | None
    required: float | None


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that happened on a day: a sign, and what it was in words."""

    on: dt.date
    sign: str
    words: str


def time_picture(
    band: Sequence[Moment], points: Sequence[Moment], marks: Sequence[Mark], *, label: str, level_count: int = 4
) -> Markup:
    """A level over time: line and 90 % band from ``band``, a dot on each day of ``points``, the standard as a stepped line,
    and a sign below for everything that happened. ``label`` says what a listener should know; the table beside it says
    the rest. Empty without a measured day."""
    measured = [row for row in band if row.mean is not None]
    if not measured:
        return Markup("")
    start, end = band[0].on, band[-1].on
    length = max(1, (end - start).days)

    def across(on: dt.date) -> float:
        return round(50.0 if start == end else 3 + 94 * (on - start).days / length, 2)

    def up(level: float) -> float:
        return 100 - scale_position(level, level_count)

    steps = range(1, level_count + 1)
    parts = [_line("grid", (0, up(step)), (100, up(step))) for step in steps]
    if len(measured) > 1:
        rim = [(across(row.on), up(row.high or 0.0)) for row in measured]
        rim += [(across(row.on), up(row.low or 0.0)) for row in reversed(measured)]
        parts.append(_line("band", *rim) + _line("mean", *((across(row.on), up(row.mean or 0.0)) for row in measured)))
    asked = [row for row in band if row.required is not None]
    if asked:
        parts.append(_line("need", *_stairs([(across(row.on), up(row.required or 0.0)) for row in asked])))
    for row in points:
        if row.mean is not None and row.low is not None and row.high is not None:
            x = across(row.on)
            parts.append(_line("span", (x, up(row.low)), (x, up(row.high))))
            parts += [_dot("halo", x, up(row.mean)), _dot("dot", x, up(row.mean))]
    levels = "".join(f'<span class="tick" style="top:{up(step)}%">{step}</span>' for step in steps)
    signs = "".join(
        f'<span class="sign" style="left:{across(mark.on)}%" title="{escape(mark.words)}">{escape(mark.sign)}</span>'
        for mark in marks
    )
    ends = [(start, "first"), (end, "last")] if start != end else [(start, "only")]
    days = "".join(f'<span class="day {place}">{short_date(on)}</span>' for on, place in ends)
    return Markup(  # noqa: S704  numbers, dates and escaped words
        f'<div class="over-time" role="img" aria-label="{escape(label)}"><div class="plot">{levels}'
        f'<svg viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true">{"".join(parts)}</svg></div>'
        f'<div class="signs" aria-hidden="true">{signs}</div><div class="days" aria-hidden="true">{days}</div></div>'
    )


def _stairs(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """A line that changes its height at once, not little by little."""
    found = [points[0]]
    for x, y in points[1:]:
        if y != found[-1][1]:
            found.append((x, found[-1][1]))
        found.append((x, y))
    if len(points) == 1:
        x, y = points[0]
        found = [(max(0.0, x - 20), y), (min(100.0, x + 20), y)]
    return found


def range_picture(
    value: float | None, low: float | None, high: float | None, *, assumed: float, start: float, end: float, label: str
) -> Markup:
    """A number with its interval on a scale from ``start`` to ``end``, beside what was assumed of it (the flag)."""

    def at(place: float) -> float:
        return round(100 * (min(max(place, start), end) - start) / (end - start), 2)

    parts = [_line("scale", (0, 5), (100, 5))]
    if start < 0 < end:
        parts.append(_line("grid", (at(0.0), 0), (at(0.0), 10)))
    if value is not None and low is not None and high is not None:
        parts.append(_line("span", (at(low), 5), (at(high), 5)))
    parts.append(_line("need", (at(assumed), 0), (at(assumed), 10)))
    if value is not None:
        parts += [_dot("halo", at(value), 5), _dot("dot", at(value), 5)]
    return Markup(  # noqa: S704  numbers and an escaped label
        f'<svg class="standing standing-flat" viewBox="0 0 100 10" preserveAspectRatio="none" role="img" '
        f'aria-label="{escape(label)}">{"".join(parts)}</svg>'
    )
