"""Pictures of levels: drawn to scale, said in words, safe with any text, and calm where nothing is known."""

import datetime as dt
import re

from bina.design.level_pictures import Mark, Moment, range_picture, standard_row, time_picture

FIRST, LAST = dt.date(2026, 1, 1), dt.date(2026, 4, 11)


def test_a_row_shows_level_interval_gap_and_standard() -> None:
    row = standard_row(1.5, 1.0, 2.0, 3, "unproven", above=2)
    assert 'class="dot" d="M25.0 5h0"' in row
    assert 'class="span" d="M12.5 5L37.5 5"' in row
    assert 'class="gap" d="M25.0 5L62.5 5"' in row
    assert 'class="need" d="M37.5 0L62.5 0"' in row
    assert "Tingkat 1,5, rentang 1,0 sampai 2,0; syarat jabatan 3" in row


def test_who_stands_above_the_standard_has_no_gap() -> None:
    assert "gap" not in standard_row(3.5, 3.0, 4.0, 3, "proven")


def test_what_is_not_measured_is_a_dotted_line_and_says_so() -> None:
    row = standard_row(None, None, None, 2, "not_measured")
    assert 'class="unknown"' in row
    assert 'class="dot"' not in row
    assert "Belum diukur" in row


def test_beyond_the_ends_of_the_scale_a_level_stands_at_the_end() -> None:
    places = re.findall(r'"(?:dot|span)" d="M(-?[\d.]+)', standard_row(-1.0, -2.0, 9.0, None, "measured"))
    assert places == ["0.0", "0.0"]


def test_time_runs_to_the_right_and_text_is_escaped() -> None:
    moments = [Moment(FIRST, 1.0, 0.5, 1.5, 2.0), Moment(LAST, 3.0, 2.5, 3.5, 3.0)]
    picture = time_picture(moments, moments, [Mark(FIRST, "●", '<b>"uji"')], label="<i>")
    assert '<span class="sign" style="left:3.0%" title="&lt;b&gt;&#34;uji&#34;">' in picture
    assert 'aria-label="&lt;i&gt;"' in picture
    assert 'class="dot" d="M97.0 37.5h0"' in picture
    # The standard changes at once, not little by little.
    assert 'class="need" d="M3.0 62.5L97.0 62.5L97.0 37.5"' in picture


def test_one_day_stands_in_the_middle_and_nothing_measured_is_no_picture() -> None:
    one = [Moment(FIRST, 2.0, 1.5, 2.5, 2.0)]
    picture = time_picture(one, one, [], label="x")
    assert 'class="dot" d="M50.0 62.5h0"' in picture
    assert 'class="band"' not in picture
    assert time_picture([Moment(FIRST, None, None, None, 2.0)], [], [], label="x") == ""


def test_a_range_shows_what_is_assumed_even_without_an_estimate() -> None:
    empty = range_picture(None, None, None, assumed=0.5, start=-1.0, end=1.0, label="x")
    assert 'class="need" d="M75.0 0L75.0 10"' in empty
    assert 'class="dot"' not in empty
    full = range_picture(0.0, -0.5, 3.0, assumed=0.5, start=-1.0, end=1.0, label="x")
    assert 'class="span" d="M25.0 5L100.0 5"' in full
