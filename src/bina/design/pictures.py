"""Pictures drawn as HTML and SVG: the level with its interval against what the job asks for, and curves over a scale.

Written in code rather than as macros, because a page shows dozens of them.
"""

from collections.abc import Iterable, Sequence
from functools import cache

from django.utils.translation import gettext as _
from markupsafe import Markup, escape

from bina.design.formats import number


def scale_position(level: float, level_count: int = 4) -> float:
    """Where a level lies on the track, in percent of its width; half a level of room on both sides."""
    return round(min(100.0, max(0.0, (float(level) - 0.5) / level_count * 100)), 2)


@cache
def _ticks(level_count: int) -> str:
    return "".join(f'<i style="left:{scale_position(step, level_count)}%"></i>' for step in range(1, level_count + 1))


def status_word(status: str) -> str:
    """What a status is called, for reading and for listening."""
    if status == "proven":
        return _("terbukti")
    if status == "provisional":
        return _("sementara")
    if status == "unproven":
        return _("belum terbukti")
    return _("terukur, tidak disyaratkan") if status == "measured" else _("belum diukur")


def level_track(
    mean: float | None,
    low: float | None,
    high: float | None,
    required: int | None = None,
    status: str = "",
    level_count: int = 4,
) -> Markup:
    """The track: a dot for the estimate, a bar for the 90 % interval, a mark for the requirement; with words for readers.

    Without a status it is a level that nothing is asked of, such as an average.
    """
    if mean is None or low is None or high is None:
        words, drawn = _("Belum diukur"), ""
    else:
        words = _("Tingkat %(mean)s, rentang %(low)s sampai %(high)s") % {
            "mean": number(mean, 1), "low": number(low, 1), "high": number(high, 1)
        }  # fmt: skip
        left = scale_position(low, level_count)
        drawn = (
            f'<span class="span" style="left:{left}%;width:{round(scale_position(high, level_count) - left, 2)}%"></span>'
            f'<span class="dot" style="left:{scale_position(mean, level_count)}%"></span>'
        )
    if required:
        words += "; " + _("syarat jabatan %(required)s") % {"required": required}
        drawn += f'<span class="need" style="left:{scale_position(required, level_count)}%"></span>'
    if status:
        words += "; " + status_word(status)
    name = escape(status or "measured")
    return Markup(  # noqa: S704  numbers and our own words; the words are escaped
        f'<div class="level level-{name}{"" if mean is not None else " unmeasured"}" role="img" '
        f'aria-label="{escape(words)}">{_ticks(level_count)}{drawn}</div>'
    )


def level_status(status: str) -> Markup:
    """The status in words, with a tick when it is proven."""
    tone, tick = ("text-success font-medium", "✓ ") if status == "proven" else ("muted", "")
    return Markup('<span class="text-sm {}">{}{}</span>').format(tone, tick, status_word(status))


def curve_picture(
    x: Sequence[float],
    y: Sequence[float],
    *,
    label: str,
    ticks: Iterable[float] = (),
    points: Iterable[tuple[float, float]] = (),
    top: float | None = None,
) -> Markup:
    """A line over a scale with its ticks, and points beside it, as SVG; ``label`` says what a listener should know.

    The height runs from 0 to ``top``, or to the highest of line and points.
    """
    left, right = min(x), max(x)
    highest = top or max([*y, *(height for _place, height in points)], default=1.0) or 1.0

    def at(place: float, height: float) -> tuple[float, float]:
        return round(10 + 380 * (place - left) / (right - left), 1), round(130 - 115 * min(height / highest, 1.0), 1)

    line = " ".join("{},{}".format(*at(float(place), float(height))) for place, height in zip(x, y, strict=True))
    marks = "".join(
        f'<line x1="{at(tick, 0)[0]}" y1="130" x2="{at(tick, 0)[0]}" y2="134"/>'
        f'<text x="{at(tick, 0)[0]}" y="147" text-anchor="middle">{number(tick)}</text>'
        for tick in ticks
    )
    dots = "".join('<circle cx="{}" cy="{}" r="4"/>'.format(*at(place, height)) for place, height in points)
    return Markup(  # noqa: S704  numbers and an escaped label
        f'<svg class="curve w-full h-auto" viewBox="0 0 400 152" role="img" aria-label="{escape(label)}">'
        f'<g class="curve-ticks"><line x1="10" y1="130" x2="390" y2="130"/>{marks}</g>'
        f'<polyline points="{line}"/><g class="curve-points">{dots}</g></svg>'
    )
