"""The life of a version before learners see it: written, looked at by somebody else, approved, published."""

import datetime as dt
from collections.abc import Collection
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from bina.foundation.verdict import ALLOWED, Verdict, denied, refused

SHORTEST_WORDS = 5
LONGEST_REASON = 1_000
LONGEST_THREAD_WORDS = 4_000
# How long before its day a course is shown as due for a look, and its owner hears of it.
SOON_DAYS = 30


class ReviewState(StrEnum):
    """Where a version stands on its way to learners; other content is another version, and begins anew."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    CHANGES_ASKED = "changes_asked"
    APPROVED = "approved"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


REVIEW_STATE_NAMES: dict[ReviewState, str | Promise] = {
    ReviewState.DRAFT: _("Draf"),
    ReviewState.IN_REVIEW: _("Sedang ditelaah"),
    ReviewState.CHANGES_ASKED: _("Perlu diperbaiki"),
    ReviewState.APPROVED: _("Disetujui"),
    ReviewState.PUBLISHED: _("Terbit"),
    ReviewState.WITHDRAWN: _("Telaah ditarik"),
}
# A draft may be published without a review where the agency does not ask for one.
NEXT_REVIEW_STATES: dict[ReviewState, frozenset[ReviewState]] = {
    ReviewState.DRAFT: frozenset({ReviewState.IN_REVIEW, ReviewState.PUBLISHED}),
    ReviewState.IN_REVIEW: frozenset({ReviewState.CHANGES_ASKED, ReviewState.APPROVED, ReviewState.WITHDRAWN}),
    ReviewState.CHANGES_ASKED: frozenset({ReviewState.IN_REVIEW, ReviewState.PUBLISHED}),
    ReviewState.APPROVED: frozenset({ReviewState.IN_REVIEW, ReviewState.PUBLISHED}),
    ReviewState.WITHDRAWN: frozenset({ReviewState.IN_REVIEW, ReviewState.PUBLISHED}),
    ReviewState.PUBLISHED: frozenset(),
}


def can_move_review(state: str, target: ReviewState) -> Verdict:
    """Whether a version may go from one state of its review to another."""
    if target in NEXT_REVIEW_STATES[ReviewState(state)]:
        return ALLOWED
    sentences = {
        ReviewState.DRAFT: _t("Draf ini belum dikirim untuk ditelaah."),
        ReviewState.IN_REVIEW: _t(
            "Draf ini sedang ditelaah. Tarik telaahnya dahulu bila tidak ingin menunggu putusan."
        ),
        ReviewState.CHANGES_ASKED: _t("Penelaah meminta perbaikan; kirim lagi setelah diperbaiki."),
        ReviewState.APPROVED: _t("Draf ini sudah disetujui."),
        ReviewState.PUBLISHED: _t("Versi ini sudah terbit dan tidak ditelaah lagi."),
        ReviewState.WITHDRAWN: _t("Telaah draf ini sudah ditarik oleh penyusunnya."),
    }
    return refused(sentences[ReviewState(state)])


def can_publish(state: str, *, demands_review: bool, has_approval: bool) -> Verdict:
    """Whether a version may be published now: never out of a review that runs, and only with an approval of exactly this
    content where the agency asks for a second pair of eyes."""
    if state == ReviewState.IN_REVIEW:
        return can_move_review(state, ReviewState.PUBLISHED)
    if demands_review and not has_approval:
        return refused(
            _t(
                "Instansi Anda mewajibkan telaah oleh orang lain. Isi draf ini belum disetujui penelaah; kirim dahulu untuk ditelaah."
            )
        )
    return can_move_review(state, ReviewState.PUBLISHED)


def can_ask_for_review(state: str, *, reviewers: int) -> Verdict:
    """Whether a version may be sent to its reviewers; somebody has to be there who can look at it."""
    if not reviewers:
        return refused(_t("Belum ada penelaah yang dapat menelaah draf ini. Tunjuk sedikitnya satu rekan lain dahulu."))
    return can_move_review(state, ReviewState.IN_REVIEW)


def can_decide(*, is_reviewer: bool, is_author: bool, state: str, is_same_content: bool) -> Verdict:
    """Whether an account may decide on a version now: a reviewer in post who neither wrote nor sent it, about the words read."""
    if is_author:
        return denied(_t("Draf ditelaah oleh orang lain, bukan oleh yang menyusun atau mengirimnya."))
    if not is_reviewer:
        return denied(_t("Hanya penelaah yang ditunjuk untuk kursus ini yang dapat memutuskan."))
    if not is_same_content:
        return refused(_t("Isi draf berubah sejak Anda membukanya. Baca lagi, lalu putuskan."))
    return can_move_review(state, ReviewState.APPROVED)


def can_say(words: str, *, most: int = LONGEST_REASON) -> Verdict:
    """A decision, a comment, an archiving need words that others can read later."""
    if len(words.strip()) < SHORTEST_WORDS:
        return refused(_t("Tulis alasannya dengan paling sedikit lima huruf, agar orang lain dapat memahaminya nanti."))
    if len(words.strip()) > most:
        return refused(_t("Tulisan ini terlalu panjang; batasnya %(most)s huruf.") % {"most": most})
    return ALLOWED


def can_name_reviewer(*, is_author: bool, is_in_post: bool) -> Verdict:
    """Whether a person may be named as reviewer of a course."""
    if is_author:
        return refused(_t("Pemilik atau penyusun kursus tidak menelaah kursusnya sendiri. Pilih orang lain."))
    if not is_in_post:
        return refused(
            _t("Orang ini tidak lagi bertugas di instansi pemilik kursus, atau belum punya akun yang aktif.")
        )
    return ALLOWED


def can_own(*, manages: bool) -> Verdict:
    """Whether a course may be handed to a person: the owner has to be able to look after it."""
    if manages:
        return ALLOWED
    return refused(_t("Pemilik baru harus berhak mengelola kursus instansi ini. Minta perannya diberikan dahulu."))


def can_review_by(day: dt.date, today: dt.date) -> Verdict:
    """Whether a day may be set until which a course is looked at again."""
    if day <= today:
        return refused(_t("Pilih tanggal sesudah hari ini."))
    if day > today + dt.timedelta(days=5 * 366):
        return refused(_t("Pilih tanggal dalam lima tahun ke depan; isi kursus perlu dilihat lagi sebelum itu."))
    return ALLOWED


def can_set_rule(valid_from: dt.date, today: dt.date) -> Verdict:
    """Whether a rule may begin on a day: what was published under an earlier rule stays right."""
    if valid_from >= today:
        return ALLOWED
    return refused(_t("Aturan berlaku mulai hari ini atau sesudahnya, tidak surut."))


def may_comment(*, manages: bool, is_reviewer: bool) -> Verdict:
    """Those who look after a course and its reviewers in post talk about its drafts."""
    if manages or is_reviewer:
        return ALLOWED
    return denied(_t("Hanya pengelola kursus dan penelaahnya yang dapat memberi catatan."))


def can_be_successor(*, is_same: bool, is_published: bool, is_offered: bool) -> Verdict:
    """Whether a course may be named as the one that takes another's place: learners must be able to join it."""
    if is_same:
        return refused(_t("Kursus tidak dapat menggantikan dirinya sendiri."))
    if not (is_published and is_offered):
        return refused(_t("Kursus pengganti harus sudah terbit dan terbuka bagi peserta yang sama."))
    return ALLOWED


def looked_at_again(review_by: dt.date | None, today: dt.date) -> str:
    """How a course stands before the day until which it is to be looked at again: "", "soon" or "over"."""
    if review_by is None or review_by > today + dt.timedelta(days=SOON_DAYS):
        return ""
    return "over" if review_by < today else "soon"


def authors_of(owner_id: int | None, writer_id: int | None, sender_id: int | None = None) -> Collection[int]:
    """The accounts that count as authors of a draft, for keeping them apart from its reviewers."""
    return {one for one in (owner_id, writer_id, sender_id) if one is not None}
