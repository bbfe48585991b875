"""The life of a work product: shown by its maker, judged by the superior, counted once, withdrawn at will."""

import datetime as dt
from enum import StrEnum
from math import sqrt
from urllib.parse import urlsplit

from django.utils.functional import Promise
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from bina.foundation.verdict import ALLOWED, Verdict, refused

MOST_CLAIMS = 4
SHORTEST_ACCOUNT = 20
VERIFYING_DAYS = 7
OLDEST_PRODUCT = dt.timedelta(days=5 * 366)
# How surely a superior who has the work and the level descriptors in front picks the right level (assumption, as in the
# dated row of the source), in levels.
JUDGING_SD = 0.5


class ProductState(StrEnum):
    """Where a work product stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    VERIFIED = "verified"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


PRODUCT_STATE_NAMES: dict[ProductState, str | Promise] = {
    ProductState.DRAFT: _("Draf"),
    ProductState.SUBMITTED: _("Menunggu diperiksa"),
    ProductState.RETURNED: _("Dikembalikan"),
    ProductState.VERIFIED: _("Terverifikasi"),
    ProductState.REFUSED: _("Tidak diterima"),
    ProductState.WITHDRAWN: _("Ditarik"),
}
PRODUCT_NEXT_STATES: dict[ProductState, frozenset[ProductState]] = {
    ProductState.DRAFT: frozenset({ProductState.SUBMITTED, ProductState.WITHDRAWN}),
    ProductState.SUBMITTED: frozenset(
        {ProductState.VERIFIED, ProductState.RETURNED, ProductState.REFUSED, ProductState.WITHDRAWN}
    ),
    ProductState.RETURNED: frozenset({ProductState.SUBMITTED, ProductState.WITHDRAWN}),
    ProductState.VERIFIED: frozenset({ProductState.WITHDRAWN}),
    ProductState.REFUSED: frozenset({ProductState.WITHDRAWN}),
    ProductState.WITHDRAWN: frozenset(),
}
# What its maker can still change and hand over.
OPEN_TO_MAKER = (ProductState.DRAFT, ProductState.RETURNED)


def can_move_product(state: str, to: ProductState) -> Verdict:
    """Whether a work product may take another state; the sentence says where it stands."""
    if to in PRODUCT_NEXT_STATES[ProductState(state)]:
        return ALLOWED
    sentences = {
        ProductState.DRAFT: _t("Hasil kerja ini masih draf; pemiliknya belum mengirimkannya."),
        ProductState.SUBMITTED: _t("Hasil kerja ini sudah dikirim dan sedang menunggu diperiksa."),
        ProductState.RETURNED: _t("Hasil kerja ini dikembalikan kepada pemiliknya dan menunggu dikirim lagi."),
        ProductState.VERIFIED: _t("Hasil kerja ini sudah diperiksa dan dihitung satu kali; keputusan itu tetap."),
        ProductState.REFUSED: _t("Hasil kerja ini sudah diputuskan tidak diterima."),
        ProductState.WITHDRAWN: _t("Hasil kerja ini sudah ditarik oleh pemiliknya."),
    }
    return refused(sentences[ProductState(state)])


def link_problem(link: str) -> str:
    """What is wrong with the address of a work product; empty when nothing is. Only https reaches others unchanged."""
    if not link:
        return ""
    try:
        parts = urlsplit(link)
        host = parts.hostname or ""
    except ValueError:
        return _t("Tautan ini tidak dapat dibaca. Salin lagi dari peramban Anda.")
    if parts.scheme != "https":
        return _t("Tautan harus diawali https:// agar isinya tidak dapat diubah di perjalanan.")
    if "." not in host or parts.username or parts.password or any(char.isspace() for char in link):
        return _t("Tautan ini tidak lengkap atau memuat kata sandi. Salin lagi dari peramban Anda.")
    return ""


def can_submit_product(
    *, claims: int, accounts: list[str], has_link_or_file: bool, made_on: dt.date | None, today: dt.date
) -> Verdict:
    """Whether there is enough to look at and to judge."""
    if made_on is None or made_on > today:
        return refused(_t("Tanggal hasil kerja harus hari ini atau sebelumnya."))
    if made_on < today - OLDEST_PRODUCT:
        return refused(_t("Hasil kerja yang lebih tua dari lima tahun tidak lagi menunjukkan kemampuan sekarang."))
    if not has_link_or_file:
        return refused(_t("Sertakan tautan atau lampirkan berkasnya, agar ada yang dapat diperiksa."))
    if not claims:
        return refused(_t("Pilih sedikitnya satu kompetensi yang ditunjukkan hasil kerja ini."))
    if claims > MOST_CLAIMS:
        return refused(_t("Satu hasil kerja menunjukkan paling banyak %(n)s kompetensi. Pilih yang paling jelas.")
                       % {"n": MOST_CLAIMS})  # fmt: skip
    if any(len(text.strip()) < SHORTEST_ACCOUNT for text in accounts):
        return refused(_t("Ceritakan untuk setiap kompetensi apa yang Anda kerjakan sendiri, sedikitnya satu kalimat."))
    return ALLOWED


def level_of_judgement(level: int) -> tuple[float, float]:
    """Value and spread, in levels, of a work judged to show ``level``: the middle of the step and its own width.

    Whoever shows level k stands somewhere from k to k + 1, all places alike (variance 1/12), and the judge errs by
    ``JUDGING_SD``.
    """
    return level + 0.5, sqrt(JUDGING_SD**2 + 1 / 12)
