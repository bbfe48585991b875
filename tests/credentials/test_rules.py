"""How forms become hours, what codes and numbers look like: pure rules."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bina.credentials.rules import (
    CODE_LETTERS,
    NEXT_STATES,
    CertificateState,
    Conversion,
    Period,
    Reach,
    RuleKind,
    calculation,
    can_be_pattern,
    can_count,
    can_revoke,
    can_void,
    cap_window,
    cap_words,
    certificate_number,
    counted_hours,
    new_code,
    program_code,
    read_code,
)

TODAY = dt.date(2026, 11, 22)
SEMINAR = Conversion(RuleKind.PER_DAY, Decimal(4), Decimal(6))
TECHNICAL = Conversion(RuleKind.PROGRAM_JP, Decimal(1), Decimal("1.2"))
COACHING = Conversion(RuleKind.PER_SESSION, Decimal(2), None, Decimal(2), Period.MONTH)
INTERNSHIP = Conversion(RuleKind.PER_ASSIGNMENT, Decimal(20), None, longest_months=12)


@pytest.mark.parametrize(
    ("conversion", "reach", "quantity", "hours"),
    [
        (SEMINAR, Reach.NATIONAL, 3, "12.00"),
        (SEMINAR, Reach.INTERNATIONAL, 3, "18.00"),
        (TECHNICAL, Reach.NATIONAL, 30, "30.00"),
        (TECHNICAL, Reach.INTERNATIONAL, 30, "36.00"),
        (TECHNICAL, Reach.INTERNATIONAL, "2.5", "3.00"),
        (INTERNSHIP, Reach.NATIONAL, 1, "20.00"),
        (INTERNSHIP, Reach.INTERNATIONAL, 1, "20.00"),  # without an own value the national one holds
        (COACHING, Reach.NATIONAL, 1, "2.00"),
        (COACHING, Reach.NATIONAL, 5, "4.00"),
    ],
)
def test_hours_by_form_and_reach(conversion: Conversion, reach: Reach, quantity: object, hours: str) -> None:
    assert counted_hours(conversion, reach, Decimal(str(quantity))) == Decimal(hours)


@pytest.mark.parametrize(("already", "hours"), [(0, 4), (1, 2), (2, 0), (7, 0)])
def test_a_cap_counts_what_is_there_already(already: int, hours: int) -> None:
    assert counted_hours(COACHING, Reach.NATIONAL, Decimal(2), already=Decimal(already)) == hours


def test_a_cap_counts_in_its_month_or_year() -> None:
    assert cap_window(Period.MONTH, dt.date(2026, 2, 28)) == (dt.date(2026, 2, 1), dt.date(2026, 2, 28))
    assert cap_window(Period.MONTH, dt.date(2026, 12, 31)) == (dt.date(2026, 12, 1), dt.date(2026, 12, 31))
    assert cap_window(Period.YEAR, dt.date(2026, 5, 5)) == (dt.date(2026, 1, 1), dt.date(2026, 12, 31))
    assert cap_window(Period.NONE, TODAY) is None


@pytest.mark.parametrize(
    ("conversion", "quantity", "started_on", "completed_on", "word"),
    [
        (Conversion(RuleKind.PER_DAY, None, None), 1, None, TODAY, "belum menetapkan"),
        (SEMINAR, 0, None, TODAY, "lebih dari nol"),
        (SEMINAR, -3, None, TODAY, "lebih dari nol"),
        (SEMINAR, 2001, None, TODAY, "paling banyak"),
        (SEMINAR, 1, None, TODAY + dt.timedelta(days=1), "masa depan"),
        (SEMINAR, 1, TODAY, TODAY - dt.timedelta(days=1), "mulai"),
        (INTERNSHIP, 1, dt.date(2025, 11, 21), TODAY, "12 bulan"),
    ],
)
def test_what_cannot_become_hours(
    conversion: Conversion, quantity: int, started_on: dt.date | None, completed_on: dt.date, word: str
) -> None:
    verdict = can_count(
        conversion, Reach.NATIONAL, Decimal(quantity), started_on=started_on, completed_on=completed_on, today=TODAY
    )
    assert not verdict
    assert word in str(verdict.sentence)


def test_an_assignment_of_exactly_a_year_counts() -> None:
    for started_on in (dt.date(2025, 11, 22), dt.date(2026, 1, 31), dt.date(2024, 2, 29)):
        ended = started_on.replace(year=started_on.year + 1, day=min(started_on.day, 28))
        assert (
            can_count(INTERNSHIP, Reach.NATIONAL, Decimal(1), started_on=started_on, completed_on=ended, today=TODAY)
            or ended > TODAY
        )


def test_a_figure_explains_itself() -> None:
    assert calculation(SEMINAR, Reach.NATIONAL, Decimal(3), Decimal(12)) == "3 hari × 4 JP"
    assert (
        calculation(TECHNICAL, Reach.INTERNATIONAL, Decimal(10), Decimal(12)) == "10 JP program × 1,2 (internasional)"
    )
    assert calculation(TECHNICAL, Reach.NATIONAL, Decimal(4), Decimal(4)) == "4 JP program"
    assert "2 sesi per bulan" in calculation(COACHING, Reach.NATIONAL, Decimal(5), Decimal(4))
    assert calculation(Conversion(RuleKind.PER_DAY, None, None), Reach.NATIONAL, Decimal(1), Decimal(0)) == ""
    assert cap_words(INTERNSHIP) == "paling lama 12 bulan"
    assert cap_words(SEMINAR) == ""


@given(
    st.sampled_from(RuleKind), st.decimals(0, 50, places=2), st.decimals(0, 50, places=2) | st.none(),
    st.decimals(0, 30, places=2) | st.none(), st.sampled_from(Period), st.integers(1, 24) | st.none(),
)  # fmt: skip
def test_a_kept_rule_is_the_same_rule(
    kind: RuleKind,
    national: Decimal,
    international: Decimal | None,
    cap: Decimal | None,
    period: Period,
    months: int | None,
) -> None:
    conversion = Conversion(kind, national, international, cap, period, months)
    assert Conversion.from_snapshot(conversion.as_snapshot()) == conversion


@given(st.lists(st.integers(1, 6), max_size=12))
def test_rows_together_never_pass_the_cap(quantities: list[int]) -> None:
    total, already = Decimal(0), Decimal(0)
    for quantity in quantities:
        total += counted_hours(COACHING, Reach.NATIONAL, Decimal(quantity), already=already)
        already += quantity
    assert total == min(Decimal(4), 2 * already)


def test_codes_are_long_grouped_and_never_alike() -> None:
    codes = {new_code() for _count in range(2000)}
    assert len(codes) == 2000
    for code in codes:
        groups = code.split("-")
        assert [len(group) for group in groups] == [4, 4, 4]
        assert set("".join(groups)) <= set(CODE_LETTERS)
        assert not set("".join(groups)) & set("ILOU01")


@pytest.mark.parametrize(
    "typed", ["K7QF-M2XR-9TDP", "k7qfm2xr9tdp", " K7QF M2XR 9TDP ", "K7QF–M2XR—9TDP", "K7QF.M2XR_9TDP"]
)
def test_a_code_is_read_as_people_type_it(typed: str) -> None:
    assert read_code(typed) == "K7QF-M2XR-9TDP"


@pytest.mark.parametrize(
    "typed",
    ["", "-", "K7QF", "K7QF-M2XR-9TDPP", "K7QF-M2XR-9TD0", "' OR 1=1 --", "<script>alert(1)</script>", "../../etc/passwd",
     "K7QF-M2XR-9TDP" * 40, "\x00" * 12, "Ｋ7QF-M2XR-9TDP", "ßßßßßßßßßßßß", "%00%00%00%00"],
)  # fmt: skip
def test_what_is_no_code(typed: str) -> None:
    assert read_code(typed) is None


@given(st.text(max_size=80))
def test_any_text_is_a_code_in_its_form_or_nothing(text: str) -> None:
    found = read_code(text)
    assert found is None or (len(found) == 14 and read_code(found) == found)


def test_a_number_follows_its_pattern() -> None:
    number = certificate_number("{seq:06d}/{program}/{agency}/{year}", seq=12, program="KDA", agency="6671", year=2026)
    assert number == "000012/KDA/6671/2026"
    assert certificate_number("{year}-{seq}", seq=7, program="", agency="", year=2027) == "2027-7"


@pytest.mark.parametrize(
    "pattern",
    ["{seq:06d}", "{year}", "{seq:06d}/{year}/{secret}", "{seq.__class__}/{year}", "{0}/{seq:06d}/{year}", "{seq:06d}{year}" * 9,
     "{seq:99999999d}/{year}", "{{seq:06d}/{year}"],
)  # fmt: skip
def test_patterns_that_would_repeat_or_reveal_are_refused(pattern: str) -> None:
    assert not can_be_pattern(pattern)


def test_good_patterns_are_taken() -> None:
    assert can_be_pattern("{seq:06d}/{program}/{agency}/{year}")
    assert can_be_pattern("ST-{seq:04d}/{year}")


def test_programme_codes() -> None:
    assert program_code("keamanan-digital-asn") == "KDA"
    assert program_code("phishing") == "PHISHI"
    assert program_code("---") == "P"


def test_every_state_of_a_certificate_has_its_way_out() -> None:
    assert set(NEXT_STATES) == set(CertificateState)
    assert can_revoke(CertificateState.VALID, "Nama peserta keliru.")
    assert not can_revoke(CertificateState.VALID, "   salah  ")
    assert not can_revoke(CertificateState.REVOKED, "Nama peserta keliru.")
    assert can_void(False, "Daftar hadir keliru.")
    assert not can_void(True, "Daftar hadir keliru.")
    assert not can_void(False, "salah")
