"""A curve as numbers: what its picture shows, for those who read or listen."""

import re

import pytest

from bina.design.pictures import curve_table


def rows_of(html: str) -> list[tuple[str, str]]:
    return re.findall(r"<tr><td>([^<]*)</td><td[^>]*>([^<]*)</td></tr>", html)


def test_the_curve_is_read_at_every_half_level_along_straight_lines() -> None:
    table = curve_table([-0.2, 0.3, 1.3], [0.0, 1.0, 3.0], column="Informasi")
    assert rows_of(table) == [("0,0", "0,40"), ("0,5", "1,40"), ("1,0", "2,40")]
    assert "Informasi" in table


@pytest.mark.parametrize(("step", "places"), [(1.0, ["0,0", "1,0", "2,0"]), (0.5, ["0,0", "0,5", "1,0", "1,5", "2,0"])])
def test_both_ends_are_told_when_they_fall_on_a_step(step: float, places: list[str]) -> None:
    table = curve_table([0.0, 2.0], [1.0, 5.0], column="Peluang", written=lambda value: f"<{value:.0f}>", step=step)
    assert [place for place, _height in re.findall(r"<tr><td>([^<]*)</td><td[^>]*>(.*?)</td></tr>", table)] == places
    assert "&lt;1&gt;" in table
    assert "&lt;5&gt;" in table
