"""Formal assessments: the life of a window and of a person's part in it, and what must hold before somebody begins."""

import datetime as dt
import secrets
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from bina.design.formats import date, moment, number
from bina.foundation.verdict import ALLOWED, Verdict, first_refusal, refused

# Letters and digits that nobody confuses when they are read aloud or written on a board.
CODE_SIGNS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
CODE_LENGTH = 6
# What one attempt may write in its log; a browser gone wild must not fill the database.
MOST_EVENTS = 400
MOST_ATTEMPTS = 5
# From which figures on a human is asked to look: standardised person fit (one in a hundred falls below), how often or how
# many seconds the screen was left, how often the device changed.
LEAST_FIT = -2.33
FOCUS_LOSSES = 3
SECONDS_AWAY = 60
DEVICE_CHANGES = 2


class WindowState(StrEnum):
    """Where a formal assessment stands."""

    DRAFT = "draft"
    OPEN = "open"
    CLOSED = "closed"
    CANCELLED = "cancelled"


WINDOW_NEXT_STATES: dict[WindowState, frozenset[WindowState]] = {
    WindowState.DRAFT: frozenset({WindowState.OPEN, WindowState.CANCELLED}),
    WindowState.OPEN: frozenset({WindowState.CLOSED, WindowState.CANCELLED}),
    WindowState.CLOSED: frozenset(),
    WindowState.CANCELLED: frozenset(),
}
WINDOW_STATE_NAMES: dict[WindowState, str | Promise] = {
    WindowState.DRAFT: _("Draf"),
    WindowState.OPEN: _("Diumumkan"),
    WindowState.CLOSED: _("Sudah ditutup"),
    WindowState.CANCELLED: _("Dibatalkan"),
}


class WindowMode(StrEnum):
    """Where people sit."""

    REMOTE = "remote"
    ROOM = "room"


WINDOW_MODE_NAMES: dict[WindowMode, str | Promise] = {
    WindowMode.REMOTE: _("Jarak jauh"),
    WindowMode.ROOM: _("Di ruang"),
}


class ParticipantState(StrEnum):
    """Where a person stands in a formal assessment."""

    INVITED = "invited"
    STARTED = "started"
    FINISHED = "finished"
    ABSENT = "absent"
    INVALIDATED = "invalidated"


PARTICIPANT_NEXT_STATES: dict[ParticipantState, frozenset[ParticipantState]] = {
    ParticipantState.INVITED: frozenset({ParticipantState.STARTED, ParticipantState.ABSENT}),
    ParticipantState.STARTED: frozenset({ParticipantState.FINISHED, ParticipantState.INVITED}),
    ParticipantState.FINISHED: frozenset(
        {ParticipantState.INVALIDATED, ParticipantState.STARTED, ParticipantState.INVITED}
    ),
    ParticipantState.ABSENT: frozenset({ParticipantState.STARTED}),
    ParticipantState.INVALIDATED: frozenset({ParticipantState.STARTED}),
}
PARTICIPANT_STATE_NAMES: dict[ParticipantState, str | Promise] = {
    ParticipantState.INVITED: _("Belum mulai"),
    ParticipantState.STARTED: _("Sedang mengerjakan"),
    ParticipantState.FINISHED: _("Selesai"),
    ParticipantState.ABSENT: _("Tidak hadir"),
    ParticipantState.INVALIDATED: _("Tidak sah"),
}


class EventKind(StrEnum):
    """What the log of an attempt knows; every line is a fact, none a verdict."""

    STARTED = "started"
    RESUMED = "resumed"
    DEVICE = "device"
    FOCUS_LOST = "focus_lost"
    FOCUS_BACK = "focus_back"
    LATE = "late"


EVENT_NAMES: dict[EventKind, str | Promise] = {
    EventKind.STARTED: _("Mulai"),
    EventKind.RESUMED: _("Dibuka lagi di perangkat yang sama"),
    EventKind.DEVICE: _("Pindah perangkat"),
    EventKind.FOCUS_LOST: _("Meninggalkan layar uji"),
    EventKind.FOCUS_BACK: _("Kembali ke layar uji"),
    EventKind.LATE: _("Jawaban datang sesudah waktu habis; tidak disimpan"),
}
# What a browser may report by itself; the rest only the server writes.
REPORTED_EVENTS = frozenset({EventKind.FOCUS_LOST, EventKind.FOCUS_BACK})


class HintKind(StrEnum):
    """What may deserve a look by a human."""

    FIT = "fit"
    RAPID = "rapid"
    SIMILAR = "similar"
    FOCUS = "focus"
    DEVICES = "devices"


HINT_NAMES: dict[HintKind, str | Promise] = {
    HintKind.FIT: _("Pola jawaban tidak biasa"),
    HintKind.RAPID: _("Banyak jawaban sangat cepat"),
    HintKind.SIMILAR: _("Kesalahan mirip dengan peserta lain"),
    HintKind.FOCUS: _("Sering meninggalkan layar"),
    HintKind.DEVICES: _("Berpindah perangkat"),
}


class DecisionKind(StrEnum):
    """What a human decided about an attempt."""

    INVALIDATED = "invalidated"
    CLEARED = "cleared"


DECISION_NAMES: dict[DecisionKind, str | Promise] = {
    DecisionKind.INVALIDATED: _("Dinyatakan tidak sah"),
    DecisionKind.CLEARED: _("Petunjuk sudah diperiksa; hasil tetap berlaku"),
}


def new_room_code() -> str:
    """A code that is easy to read aloud; some 900 million of them."""
    return "".join(secrets.choice(CODE_SIGNS) for _place in range(CODE_LENGTH))


def plain_code(typed: str) -> str:
    """A code as it was typed, without spaces, hyphens and small letters."""
    return "".join(sign for sign in typed.upper() if sign.isalnum())[:20]


def can_move_window(state: str, to: WindowState) -> Verdict:
    """Whether a formal assessment may go from one state to another."""
    if to in WINDOW_NEXT_STATES[WindowState(state)]:
        return ALLOWED
    return refused(
        _t("Asesmen yang berstatus “%(state)s” tidak dapat menjadi “%(to)s”.")
        % {"state": WINDOW_STATE_NAMES[WindowState(state)], "to": WINDOW_STATE_NAMES[to]}
    )


def can_change_window(state: str) -> Verdict:
    """Whether everything about a formal assessment may still be changed: only before people have read it."""
    if state == WindowState.DRAFT:
        return ALLOWED
    return refused(
        _t(
            "Asesmen ini sudah diumumkan, jadi isinya tidak diubah lagi. Yang masih dapat diubah hanya saat penutupannya."
        )
    )


def can_last(*, opens_at: dt.datetime, closes_at: dt.datetime, minutes: int, now: dt.datetime) -> Verdict:
    """Whether a window is long enough for its test and not over yet."""
    if closes_at <= opens_at:
        return refused(_t("Saat penutupan harus sesudah saat pembukaan."))
    if closes_at <= now:
        return refused(_t("Saat penutupan sudah lewat; pilih saat yang akan datang."))
    if closes_at - opens_at < dt.timedelta(minutes=minutes):
        return refused(
            _t("Jarak antara pembukaan dan penutupan lebih pendek daripada batas waktu uji, %(n)s menit.")
            % {"n": minutes}
        )
    return ALLOWED


def can_announce(*, state: str, participants: int, rooms: int, mode: str) -> Verdict:
    """Whether a formal assessment may be announced: somebody is invited, and a room exists where people sit in one."""
    move = can_move_window(state, WindowState.OPEN)
    if move and not participants:
        return refused(_t("Belum ada peserta. Undang peserta dahulu, baru umumkan."))
    if move and mode == WindowMode.ROOM and not rooms:
        return refused(_t("Asesmen di ruang memerlukan paling sedikit satu ruang."))
    return move


def can_invite(state: str) -> Verdict:
    """Whether people may still be added."""
    if state in (WindowState.DRAFT, WindowState.OPEN):
        return ALLOWED
    return refused(_t("Asesmen ini sudah berakhir, jadi pesertanya tidak dapat ditambah."))


def can_withdraw(state: str) -> Verdict:
    """Whether an invitation may be taken back: not once the person has begun."""
    if state == ParticipantState.INVITED:
        return ALLOWED
    return refused(_t("Peserta ini sudah mengerjakan atau asesmennya sudah berakhir, jadi tetap tercatat."))


def can_enter(
    *, state: str, opens_at: dt.datetime, closes_at: dt.datetime, own_until: dt.datetime | None, now: dt.datetime,
    zone: str = "WIB",
) -> Verdict:  # fmt: skip
    """Whether an attempt may begin at this moment; ``own_until`` is a later end granted to this person alone."""
    if state == WindowState.CANCELLED:
        return refused(_t("Asesmen ini dibatalkan oleh penyelenggaranya."))
    if state == WindowState.DRAFT or now < opens_at:
        return refused(_t("Asesmen ini dibuka %(moment)s.") % {"moment": moment(opens_at, zone)})
    if own_until is not None and now < own_until:
        return ALLOWED
    if state == WindowState.CLOSED or now >= closes_at:
        return refused(
            _t("Asesmen ini sudah ditutup. Bila Anda berhalangan, hubungi penyelenggaranya untuk kesempatan susulan.")
        )
    return ALLOWED


def can_attempt(*, used: int, allowed: int, again_on: dt.date | None, today: dt.date) -> Verdict:
    """Whether another attempt is left, and the days between two attempts are over."""
    if used >= allowed:
        return refused(
            _t("Kesempatan Anda sudah terpakai. Penyelenggara dapat memberi kesempatan lagi bila ada alasannya.")
        )
    if again_on is not None and today < again_on:
        return refused(_t("Kesempatan berikutnya terbuka mulai %(date)s.") % {"date": date(again_on)})
    return ALLOWED


def can_sit(*, mode: str, room_code: str, typed: str) -> Verdict:
    """Whether the code of the room is right; where people sit at home there is none."""
    if mode != WindowMode.ROOM or (room_code and secrets.compare_digest(room_code.encode(), typed.encode())):
        return ALLOWED
    if not typed:
        return refused(_t("Ketik kode ruang yang ditunjukkan pengawas."))
    return refused(_t("Kode ruang ini tidak cocok. Periksa lagi pada pengawas; kode dapat berganti."))


def can_decide(*, session_ended: bool, invalidated: bool, reason: str) -> Verdict:
    """Whether a human may decide about an attempt: it has ended, was not set aside before, and a reason is given."""
    return first_refusal(
        ALLOWED if session_ended else refused(_t("Pengerjaan ini belum selesai; tunggu sampai berakhir.")),
        refused(_t("Pengerjaan ini sudah dinyatakan tidak sah.")) if invalidated else ALLOWED,
        ALLOWED if reason.strip() else refused(_t("Tuliskan alasannya; peserta akan membacanya.")),
    )


def can_grant(*, window_state: str, is_running: bool, has_chance: bool, reason: str) -> Verdict:
    """Whether another attempt may be given: it was announced, the person has none left and is not in the middle of one."""
    if window_state not in (WindowState.OPEN, WindowState.CLOSED):
        return refused(_t("Kesempatan lagi hanya dapat diberikan pada asesmen yang sudah diumumkan."))
    if is_running or has_chance:
        return refused(_t("Peserta ini masih mempunyai kesempatan yang belum dipakai atau selesai."))
    return ALLOWED if reason.strip() else refused(_t("Tuliskan alasan pemberian kesempatan lagi."))


def reminder_at(opens_at: dt.datetime, closes_at: dt.datetime) -> dt.datetime | None:
    """When those who have not begun are reminded: a day before the end, or half-way; None where it is over in hours."""
    length = closes_at - opens_at
    if length < dt.timedelta(hours=6):
        return None
    return closes_at - min(dt.timedelta(days=1), length / 2)


def hint_sentence(kind: str, figures: Mapping[str, Any], other: str = "") -> str:
    """A hint in words with its figures; it says what was seen, not what it means."""
    if kind == HintKind.FIT:
        return _t(
            "Soal sulit dijawab tepat sementara soal mudah tidak: kecocokan %(lz)s, padahal di bawah %(bound)s terjadi pada "
            "sekitar satu dari seratus peserta (%(items)s soal)."
        ) % {"lz": number(figures["lz"], 2), "bound": number(LEAST_FIT, 2), "items": figures["items"]}
    if kind == HintKind.RAPID:
        return _t(
            "%(rapid)s dari %(items)s jawaban datang lebih cepat daripada sepersepuluh waktu rata-rata soalnya."
        ) % {
            "rapid": figures["rapid"],
            "items": figures["items"],
        }
    if kind == HintKind.SIMILAR:
        return _t(
            "%(matches)s pilihan keliru sama dengan %(name)s; kebetulan memberi sekitar %(expected)s (peluang %(p)s)."
        ) % {
            "matches": figures["matches"],
            "name": other or _t("peserta lain"),
            "expected": number(figures["expected"], 1),
            "p": number(figures["p"], 4) if figures["p"] >= 0.0001 else f"< {number(0.0001, 4)}",
        }
    if kind == HintKind.FOCUS:
        return _t("Layar uji ditinggalkan %(count)s kali, seluruhnya %(seconds)s detik.") % {
            "count": figures["count"],
            "seconds": figures["seconds"],
        }
    return _t("Pengerjaan berpindah perangkat %(count)s kali.") % {"count": figures["count"]}
