"""Official numbers, periods, pauses and roles: pure rules, by table and by property."""

import datetime as dt
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bina.people.rules import (
    FREE_TRIES,
    LONGEST_PAUSE,
    PERMISSION_NAMES,
    PERMISSIONS,
    ROLE_NAMES,
    NumberError,
    Permission,
    Role,
    can_last,
    masked_number,
    may_grant,
    may_use,
    number_conflicts,
    pause_after,
    read_employee_number,
)

TODAY = dt.date(2026, 11, 22)


@pytest.mark.parametrize(
    ("number", "birth", "year", "month", "sex", "is_contract"),
    [
        ("199002152015032001", dt.date(1990, 2, 15), 2015, 3, "F", False),
        ("19900215 201503 2 001", dt.date(1990, 2, 15), 2015, 3, "F", False),
        ("1990.0215-2015032001", dt.date(1990, 2, 15), 2015, 3, "F", False),
        ("198512312010011999", dt.date(1985, 12, 31), 2010, 1, "M", False),
        ("199607082023211004", dt.date(1996, 7, 8), 2023, None, "M", True),
        ("199607082023132004", dt.date(1996, 7, 8), 2023, None, "F", True),
        ("200002292020022001", dt.date(2000, 2, 29), 2020, 2, "F", False),
        # Seventeen in the month of appointment, and sixty.
        ("200901152026011001", dt.date(2009, 1, 15), 2026, 1, "M", False),
        ("196001152020011001", dt.date(1960, 1, 15), 2020, 1, "M", False),
    ],
)  # fmt: skip
def test_a_number_tells_birth_appointment_and_sex(
    number: str, birth: dt.date, year: int, month: int | None, sex: str, is_contract: bool
) -> None:
    facts = read_employee_number(number, today=TODAY)
    assert (facts.birth_date, facts.appointed_year, facts.appointed_month, facts.sex, facts.is_contract) == (
        birth, year, month, sex, is_contract,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("number", "words"),
    [
        ("", "18 angka"),
        ("19900215201503200", "18 angka"),
        ("1990021520150320011", "18 angka"),
        ("19900215201503200A", "18 angka"),
        ("१९९००२१५२०१५०३२००१", "18 angka"),
        ("199002302015032001", "tanggal lahir"),
        ("199013152015032001", "tanggal lahir"),
        ("199002152015002001", "pengangkatan"),
        ("199002152027032001", "pengangkatan"),
        ("192002151949032001", "pengangkatan"),
        ("199002152026122001", "masa depan"),
        ("200002152015032001", "usia"),
        ("194002152015032001", "usia"),
        ("199002152015033001", "ke-15"),
        ("199002152015030001", "ke-15"),
        ("199002152015032000", "000"),
    ],
)
def test_a_wrong_number_is_refused_in_words(number: str, words: str) -> None:
    with pytest.raises(NumberError) as error:
        read_employee_number(number, today=TODAY)
    assert words in str(error.value)


@given(
    birth=st.dates(dt.date(1962, 1, 1), dt.date(2005, 12, 31)),
    age=st.integers(18, 58),
    month=st.integers(1, 12),
    contract=st.one_of(st.none(), st.integers(13, 99)),
    sex=st.sampled_from("12"),
    serial=st.integers(1, 999),
)
def test_every_well_formed_number_is_read_back(
    birth: dt.date, age: int, month: int, contract: int | None, sex: str, serial: int
) -> None:
    year = birth.year + age
    if dt.date(year, month, 1) > TODAY or year > TODAY.year:
        return
    number = f"{birth:%Y%m%d}{year}{contract if contract else month:02d}{sex}{serial:03d}"
    facts = read_employee_number(number, today=TODAY)
    assert facts.birth_date == birth
    assert facts.appointed_year == year
    assert facts.appointed_month == (None if contract else month)
    assert facts.sex == ("M" if sex == "1" else "F")
    assert facts.is_contract == bool(contract)


@given(st.text(max_size=24))
def test_no_text_breaks_the_reader(text: str) -> None:
    with suppress(NumberError):
        facts = read_employee_number(text, today=TODAY)
        assert 17 <= facts.appointed_year - facts.birth_date.year <= 61


def test_number_and_data_must_agree() -> None:
    pns = read_employee_number("199002152015032001", today=TODAY)
    pppk = read_employee_number("199607082023211004", today=TODAY)
    assert number_conflicts(pns, employment_type="PNS", sex="F", birth_date=dt.date(1990, 2, 15)) == []
    assert number_conflicts(pns, employment_type="CPNS") == []
    assert number_conflicts(pppk, employment_type="PPPK_PARUH_WAKTU", sex="M") == []
    assert len(number_conflicts(pns, employment_type="PPPK", sex="M", birth_date=dt.date(1990, 2, 16))) == 3
    assert "NI PPPK" in number_conflicts(pppk, employment_type="PNS")[0]


def test_a_number_is_masked_in_the_middle() -> None:
    assert masked_number("199002152015032001") == "19900215******2001"
    assert masked_number("") == ""


@given(st.integers(0, 200))
def test_pauses_begin_late_and_stay_short(failures: int) -> None:
    pause = pause_after(failures)
    assert dt.timedelta() <= pause <= LONGEST_PAUSE
    assert bool(pause) == (failures >= FREE_TRIES)
    assert pause <= pause_after(failures + 1)


def test_periods_do_not_end_before_they_begin() -> None:
    assert can_last(TODAY, None)
    assert can_last(TODAY, TODAY)
    assert not can_last(TODAY, TODAY - dt.timedelta(days=1))


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("holds_right", [True, False])
@pytest.mark.parametrize("is_platform_admin", [True, False])
def test_who_may_grant_what(role: Role, holds_right: bool, is_platform_admin: bool) -> None:
    verdict = may_grant(role, holds_right=holds_right, is_platform_admin=is_platform_admin, is_own_account=False)
    assert bool(verdict) == (holds_right and (is_platform_admin or role is not Role.PLATFORM_ADMIN))
    assert not may_grant(role, holds_right=True, is_platform_admin=True, is_own_account=True)
    assert verdict or str(verdict.sentence)


def test_a_right_that_is_not_held_is_named() -> None:
    assert may_use(Permission.MANAGE_STAFF, held=True)
    assert "penempatan pegawai" in str(may_use(Permission.MANAGE_STAFF, held=False).sentence)


def test_every_role_and_permission_has_words_and_a_line_in_the_matrix() -> None:
    assert set(PERMISSIONS) == set(Role) == set(ROLE_NAMES)
    assert set(PERMISSION_NAMES) == set(Permission)
    assert {permission for permissions in PERMISSIONS.values() for permission in permissions} <= set(Permission)
    # What people have measured or planned is nobody's business on the platform's floor.
    assert Permission.SEE_LEVELS not in PERMISSIONS[Role.PLATFORM_ADMIN]
