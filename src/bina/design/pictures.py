"""The signature picture of the house: a level with its interval against what the job asks for.

Written in code rather than as a macro, because a page shows dozens of them.
"""

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
