"""Pictures drawn as HTML and SVG: the level with its interval against what the job asks for, and curves over a scale.

Written in code rather than as macros, because a page shows dozens of them.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from math import ceil, floor

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
    marks: Iterable[float] = (),
    top: float | None = None,
    heights: Iterable[tuple[float, str]] = (),
) -> Markup:
    """A line over a scale with its ticks, and points beside it, as SVG; ``label`` says what a listener should know.

    The height runs from 0 to ``top``, or to the highest of line and points. ``marks`` are places on the scale that a
    broken upright line shows, ``heights`` level lines with their words.
    """
    left, right = min(x), max(x)
    highest = top or max([*y, *(height for _place, height in points)], default=1.0) or 1.0

    def at(place: float, height: float) -> tuple[float, float]:
        return round(10 + 380 * (place - left) / (right - left), 1), round(130 - 115 * min(height / highest, 1.0), 1)

    line = " ".join("{},{}".format(*at(float(place), float(height))) for place, height in zip(x, y, strict=True))
    scale = "".join(
        f'<line x1="{at(tick, 0)[0]}" y1="130" x2="{at(tick, 0)[0]}" y2="134"/>'
        f'<text x="{at(tick, 0)[0]}" y="147" text-anchor="middle">{number(tick)}</text>'
        for tick in ticks
    )
    upright = "".join(
        f'<line class="curve-mark" x1="{at(mark, 0)[0]}" y1="12" x2="{at(mark, 0)[0]}" y2="130"/>' for mark in marks
    )
    level = "".join(
        f'<line class="curve-mark" x1="10" y1="{at(left, height)[1]}" x2="390" y2="{at(left, height)[1]}"/>'
        f'<text x="10" y="{at(left, height)[1] - 4}">{escape(words)}</text>'
        for height, words in heights
    )
    dots = "".join('<circle cx="{}" cy="{}" r="4"/>'.format(*at(place, height)) for place, height in points)
    return Markup(  # noqa: S704  numbers and an escaped label
        f'<svg class="curve w-full h-auto" viewBox="0 0 400 152" role="img" aria-label="{escape(label)}">'
        f'<g class="curve-ticks"><line x1="10" y1="130" x2="390" y2="130"/>{scale}{level}</g>{upright}'
        f'<polyline points="{line}"/><g class="curve-points">{dots}</g></svg>'
    )


def two_places(value: float) -> str:
    """A number with two decimals, as people here write it."""
    return number(value, 2)


def curve_points(x: Sequence[float], y: Sequence[float], step: float = 0.5) -> list[tuple[float, float]]:
    """A curve at every ``step`` of x, read along the straight line between its points: what its table tells."""
    first, last = ceil(min(x) / step), floor(max(x) / step)
    return [(place * step, _height_at(x, y, place * step)) for place in range(first, last + 1)]


def curve_table(
    x: Sequence[float],
    y: Sequence[float],
    *,
    column: str,
    written: Callable[[float], str] = two_places,
    step: float = 0.5,
) -> Markup:
    """A curve as numbers, folded away below its picture: its height (``column``, as ``written`` says) at every ``step`` of x."""
    rows = "".join(
        f'<tr><td>{number(place, 1)}</td><td class="text-end">{escape(written(height))}</td></tr>'
        for place, height in curve_points(x, y, step)
    )
    return Markup(  # noqa: S704  numbers and escaped words
        '<details class="mt-2 no-print"><summary class="link text-sm min-h-11 inline-flex items-center">'
        f'{escape(_("Baca kurva sebagai tabel"))}</summary><table class="table text-sm"><thead><tr><th scope="col">'
        f'{escape(_("Tingkat"))}</th><th scope="col" class="text-end">{escape(column)}</th></tr></thead>'
        f"<tbody>{rows}</tbody></table></details>"
    )


def _height_at(x: Sequence[float], y: Sequence[float], place: float) -> float:
    right = min(max(bisect_left(x, place), 1), len(x) - 1)
    share = (place - x[right - 1]) / (x[right] - x[right - 1])
    return y[right - 1] + share * (y[right] - y[right - 1])


def agreement_picture(
    pairs: Sequence[tuple[float, float, float, float, bool]], *, label: str, across: str, upward: str
) -> Markup:
    """Two measurements of the same things against each other, as SVG: on the diagonal nothing has changed.

    A pair is (first, half its interval, second, half its interval, whether it stands out). ``across`` and ``upward`` name
    the axes, ``label`` says what a listener should know.
    """
    ends = [first - half for first, half, *_rest in pairs] + [first + half for first, half, *_rest in pairs]
    ends += [pair[2] - pair[3] for pair in pairs] + [pair[2] + pair[3] for pair in pairs]
    low, high = min(ends, default=0.0), max(ends, default=1.0)
    reach = max(high - low, 1e-6)

    def x(value: float) -> float:
        return round(40 + 310 * (value - low) / reach, 1)

    def y(value: float) -> float:
        return round(325 - 310 * (value - low) / reach, 1)

    step = 1 if reach < 12 else 5
    ticks = [tick for tick in range(int(low) - 1, int(high) + 2) if low <= tick <= high and tick % step == 0]
    scale = "".join(
        f'<text x="{x(tick)}" y="342" text-anchor="middle">{number(tick)}</text>'
        f'<text x="33" y="{y(tick) + 4}" text-anchor="end">{number(tick)}</text>'
        for tick in ticks
    )
    odd_class = ' class="stands-out"'
    drawn = "".join(
        f"<g{odd_class if odd else ''}>"
        f'<line x1="{x(first - half)}" x2="{x(first + half)}" y1="{y(second)}" y2="{y(second)}"/>'
        f'<line x1="{x(first)}" x2="{x(first)}" y1="{y(second - other)}" y2="{y(second + other)}"/>'
        f'<circle cx="{x(first)}" cy="{y(second)}" r="{5 if odd else 3.5}"/></g>'
        for first, half, second, other, odd in sorted(pairs, key=lambda pair: pair[4])
    )
    return Markup(  # noqa: S704  numbers and escaped words
        f'<svg class="curve agreement w-full h-auto max-w-lg" viewBox="0 0 370 372" role="img" aria-label="{escape(label)}">'
        f'<g class="curve-ticks"><line x1="40" y1="325" x2="350" y2="325"/><line x1="40" y1="15" x2="40" y2="325"/>{scale}'
        f'<text x="195" y="364" text-anchor="middle">{escape(across)}</text>'
        f'<text x="12" y="170" text-anchor="middle" transform="rotate(-90 12 170)">{escape(upward)}</text></g>'
        f'<line class="curve-mark" x1="{x(low)}" y1="{y(low)}" x2="{x(high)}" y2="{y(high)}"/>{drawn}</svg>'
    )


def dots_picture(
    values: Sequence[float],
    *,
    low: float,
    high: float,
    label: str,
    ticks: Iterable[float] = (),
    mark: float | None = None,
) -> Markup:
    """How values lie along a scale, one dot each, dots at one place on top of each other; ``mark`` is drawn upright."""
    step, heaps, dots = (high - low) / 48, dict[int, int](), []
    for value in sorted(values):
        place = round((min(max(value, low), high) - low) / step)
        heaps[place] = heaps.get(place, 0) + 1
        dots.append(f'<circle cx="{round(10 + 380 * place / 48, 1)}" cy="{64 - 9 * heaps[place]}" r="4"/>')
    rise = max(0, 9 * max(heaps.values(), default=0) - 54)

    def at(value: float) -> float:
        return round(10 + 380 * (value - low) / (high - low), 1)

    scale = "".join(
        f'<line x1="{at(tick)}" y1="62" x2="{at(tick)}" y2="66"/>'
        f'<text x="{at(tick)}" y="80" text-anchor="middle">{number(tick)}</text>'
        for tick in ticks
    )
    upright = "" if mark is None else f'<line class="curve-mark" x1="{at(mark)}" y1="2" x2="{at(mark)}" y2="62"/>'
    return Markup(  # noqa: S704  numbers and an escaped label
        f'<svg class="curve w-full h-auto max-w-xl" viewBox="0 {-rise} 400 {84 + rise}" role="img" aria-label="{escape(label)}">'
        f'<g class="curve-ticks"><line x1="10" y1="62" x2="390" y2="62"/>{scale}</g>{upright}'
        f'<g class="curve-points">{"".join(dots)}</g></svg>'
    )
