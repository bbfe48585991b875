"""Pure rules of evaluation: who may see and answer, when a result may be told, and the sentence that tells it."""

from django.utils.translation import gettext as _

from bina.design.formats import number
from bina.foundation.verdict import ALLOWED, Verdict, denied, refused

# Below these numbers nothing is told: a gain of few people is chance, an answer of few people is a name.
MINIMUM_PAIRS = 10
MINIMUM_ANSWERS = 5
CONFIDENCE = 0.95
SURVEY_CODE = "reaksi"
# The group in which answers are kept: never an enrolment, which would name its learner.
SURVEY_CONTEXT = "programme"

TOO_FEW = "too_few"
CANNOT_TELL = "cannot_tell"
IMPROVED = "improved"
DECLINED = "declined"


def may_answer_survey(*, is_own: bool) -> Verdict:
    """Only the learner answers for the own learning; nobody answers for somebody else."""
    if is_own:
        return ALLOWED
    return denied(_("Tanggapan hanya dapat diberikan oleh peserta sendiri. Tidak ada yang disimpan."))


def can_answer_survey(*, is_completed: bool, is_answered: bool) -> Verdict:
    """A survey follows the end of the learning and is answered once."""
    if is_answered:
        return refused(_("Tanggapan Anda sudah kami terima; satu pembelajaran ditanggapi satu kali."))
    if not is_completed:
        return refused(_("Tanggapan dapat diberikan setelah pembelajaran selesai."))
    return ALLOWED


def may_change_programme(*, evaluates: bool) -> Verdict:
    """Title, period and owner are changed by those who evaluate in the agency."""
    if evaluates:
        return ALLOWED
    return denied(_("Hanya evaluator atau pengelola kepegawaian instansi yang dapat mengubah program ini."))


def can_have_period(starts: object, ends: object) -> Verdict:
    """A period does not end before it begins; either end may be open."""
    if starts is not None and ends is not None and ends < starts:  # type: ignore[operator]  # both are dates here
        return refused(_("Tanggal akhir mendahului tanggal mulai. Perbaiki salah satunya; isian lain tetap."))
    return ALLOWED


def is_estimate_due(completions: int, completions_at_estimate: int) -> bool:
    """Whether a stored estimate should be made anew: always while groups are small, else after 2 % more completions.

    So the total work of estimating stays in proportion to the number of learners.
    """
    if completions < MINIMUM_PAIRS:
        return completions != completions_at_estimate
    return abs(completions - completions_at_estimate) >= max(1, round(0.02 * completions_at_estimate))


def signed(value: float | None, decimals: int = 2) -> str:
    """A change with its sign: ``+0,42`` or ``−0,10``; None is a dash."""
    if value is None:
        return number(None)
    text = number(value, decimals)
    return text if text.startswith("−") or float(round(value, decimals)) == 0 else f"+{text}"


def gain_sentence(
    verdict: str, *, pairs: int, mean: float | None = None, low: float | None = None, high: float | None = None
) -> str:
    """What may be said about a gain, in plain words and never more than the interval allows."""
    if verdict == TOO_FEW or mean is None:
        return _(
            "Terlalu sedikit untuk disimpulkan: baru %(pairs)s peserta mengerjakan uji awal dan uji akhir; "
            "diperlukan paling sedikit %(least)s."
        ) % {"pairs": number(pairs), "least": MINIMUM_PAIRS}
    words = {
        "pairs": number(pairs),
        "mean": number(abs(mean), 2),
        "change": signed(mean),
        "low": number(low, 2),
        "high": number(high, 2),
    }
    if verdict == CANNOT_TELL:
        return (
            _(
                "Belum dapat disimpulkan: rata-rata %(pairs)s peserta berubah %(change)s tingkat, tetapi rentangnya "
                "(%(low)s sampai %(high)s) masih memuat nol."
            )
            % words
        )
    if verdict == DECLINED:
        return (
            _(
                "%(pairs)s peserta rata-rata turun %(mean)s tingkat dari uji awal ke uji akhir "
                "(rentang keyakinan 95%%: %(low)s sampai %(high)s)."
            )
            % words
        )
    return (
        _(
            "%(pairs)s peserta rata-rata naik %(mean)s tingkat dari uji awal ke uji akhir "
            "(rentang keyakinan 95%%: %(low)s sampai %(high)s)."
        )
        % words
    )


def verdict_word(verdict: str) -> str:
    """The verdict in one or two words, for tables."""
    return {
        TOO_FEW: _("terlalu sedikit"),
        CANNOT_TELL: _("belum dapat disimpulkan"),
        IMPROVED: _("naik"),
        DECLINED: _("turun"),
    }[verdict]


def caveat() -> str:
    """What a gain without a comparison group does not show."""
    return _(
        "Tanpa kelompok pembanding, kenaikan dapat juga berasal dari hal lain: pengalaman bekerja, pelatihan lain, "
        "atau terbiasa dengan bentuk soal. Angka ini menunjukkan perubahan, belum membuktikan sebabnya."
    )
