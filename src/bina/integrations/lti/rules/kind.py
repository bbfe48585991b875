"""The kind of activity that opens a tool: its fields in ``course.yaml``, what is kept about it, when it is done."""

from collections.abc import Mapping
from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from bina.foundation.verdict import ALLOWED, Verdict, refused
from bina.integrations.lti.rules.custom import read_custom, unknown_variables
from bina.integrations.lti.rules.launches import VARIABLES
from bina.integrations.lti.rules.scores import Outcome
from bina.integrations.lti.rules.tools import CODE, LONGEST_ADDRESS, LONGEST_CODE, can_use_address
from bina.learning.rules import (
    SHARED_FIELDS,
    ActivityKind,
    Compiled,
    Doing,
    EditField,
    FolderReader,
    Writing,
    merge_seconds,
    register_kind,
)

Payload = Mapping[str, Any]
DEFAULT_POINTS = 100
MOST_POINTS = 10_000
OPENS, COMPLETES = ("window", "frame"), ("score", "opening")
FIELDS = {"tool", "url", "custom", "resource", "tag", "points", "passing", "completes", "opens", "description"}

CUSTOM_HELP = format_lazy(
    "{} {}.",
    _("Satu per baris, nama=nilai. Dikirim ke alat pada setiap pembukaan. Nilai berikut diisi Bina, nama dan surel hanya bila "
      "instansi mengizinkan:"),
    ", ".join(VARIABLES),
)  # fmt: skip


def compile_lti(reader: FolderReader, entry: Mapping[str, Any], file: str) -> Compiled:
    """What a tool is opened with. Whether it is registered is seen when it is opened: a course may be written before."""

    def fault(name: str, sentence: str) -> None:
        lines = getattr(entry, "lines", {})
        reader.error(sentence, file, lines.get(name, getattr(entry, "line", None)), name)

    def words(name: str, longest: int) -> str:
        value = entry.get(name, "")
        if isinstance(value, str) and len(value) <= longest:
            return value.strip()
        fault(name, _t("Isian “%(name)s” harus teks, paling banyak %(most)s huruf.") % {"name": name, "most": longest})
        return ""

    def chosen(name: str, known: tuple[str, ...]) -> str:
        value = entry.get(name, known[0])
        if value in known:
            return str(value)
        fault(name, _t("Isian “%(name)s” hanya boleh: %(known)s.") % {"name": name, "known": ", ".join(known)})
        return known[0]

    tool, target = words("tool", LONGEST_CODE), words("url", LONGEST_ADDRESS)
    if not CODE.fullmatch(tool):
        fault("tool", _t("Sebutkan kode alat (tool) seperti yang terdaftar, misalnya simulasi-loket."))
    if target and not (verdict := can_use_address(target, own="", allows_loopback=True)):
        fault("url", str(verdict.sentence))
    custom, faults = read_custom(entry.get("custom", {}))
    for sentence in faults:
        fault("custom", sentence)
    for variable in unknown_variables(custom, VARIABLES):
        lines = getattr(entry, "lines", {})
        reader.warn(
            _t("Bina tidak mengenal %(name)s; alat menerimanya seperti tertulis.") % {"name": variable[:80]},
            file, lines.get("custom", getattr(entry, "line", None)), "custom",
        )  # fmt: skip
    completes = chosen("completes", COMPLETES)
    points, passing = entry.get("points", DEFAULT_POINTS), entry.get("passing")
    if isinstance(points, bool) or not isinstance(points, (int, float)) or not 0 < points <= MOST_POINTS:
        fault("points", _t("Isian “points” harus angka di atas 0 sampai %(most)s.") % {"most": MOST_POINTS})
        points = DEFAULT_POINTS
    if passing is not None and (isinstance(passing, bool) or not isinstance(passing, int) or not 0 <= passing <= 100):
        fault("passing", _t("Isian “passing” harus bilangan bulat 0 sampai 100."))
        passing = None
    if passing is not None and completes == "opening":
        fault("passing", _t("Bagian yang selesai dengan dibuka tidak memakai batas nilai (passing)."))
    return Compiled(
        {
            "tool": tool, "target": target, "custom": custom, "resource": words("resource", 255), "tag": words("tag", 255),
            "points": float(points), "passing": passing, "completes": completes, "opens": chosen("opens", OPENS),
            "description": words("description", 600),
        }
    )  # fmt: skip


def merge_lti(payload: Payload, evidence: dict[str, Any], report: Mapping[str, Any]) -> dict[str, Any]:
    """Take in an outcome; what was reached once stays. A form sent by hand can report seconds and nothing else."""
    outcome = report.get("outcome")
    if not isinstance(outcome, Outcome):
        return merge_seconds(payload, evidence, report)
    merged = {**evidence, "opened": True, "waiting": outcome.is_waiting}
    if outcome.is_done:
        merged["done"] = True
    if outcome.score is not None:
        merged["score"] = max(outcome.score, merged.get("score", 0.0))
    return merged


def can_complete_lti(payload: Payload, doing: Doing) -> Verdict:
    """Done when it was opened, or when the tool's score suffices, whichever the course asks for."""
    if payload.get("completes") == "opening":
        return ALLOWED if doing.evidence.get("opened") else refused(_("Buka alatnya terlebih dahulu."))
    if doing.evidence.get("done"):
        return ALLOWED
    if doing.evidence.get("waiting"):
        return refused(_("Alat masih menilai pekerjaan Anda. Bagian ini selesai sendiri begitu nilainya tiba."))
    if "score" in doing.evidence:
        return refused(
            _("Nilai terbaik Anda belum mencapai %(passing)s. Buka lagi alatnya, sesuka Anda.")
            % {"passing": payload.get("passing") or 0}
        )
    return refused(_("Alat belum mengirim nilai. Selesaikan kegiatan di dalam alat sampai akhir."))


LTI = register_kind(
    ActivityKind(
        code="lti", name=_("Alat belajar (LTI)"), icon="plug", template="lti/_launch.html", fields=SHARED_FIELDS | FIELDS,
        compile=compile_lti, merge=merge_lti, can_complete=can_complete_lti, confirms=False,
        score=lambda evidence: evidence.get("score"), record_page="lti:results",
        purpose=_("Alat belajar di tempat lain yang mengirim nilai"),
        edits=(
            EditField("tool", _("Kode alat"), help=_("Seperti yang terdaftar, misalnya simulasi-loket."), is_needed=True),
            EditField("url", _("Alamat di alat"), help=_("Kosong: alamat yang terdaftar.")),
            EditField("completes", _("Selesai bila"), Writing.CHOICE, fallback=COMPLETES[0],
                      choices=((COMPLETES[0], _("nilainya tiba")), (COMPLETES[1], _("sudah dibuka")))),
            EditField("passing", _("Nilai lulus"), Writing.NUMBER),
            EditField("points", _("Nilai penuh di alat"), Writing.NUMBER, low=1, high=MOST_POINTS, fallback=DEFAULT_POINTS),
            EditField("opens", _("Dibuka di"), Writing.CHOICE, fallback=OPENS[0],
                      choices=((OPENS[0], _("jendela baru")), (OPENS[1], _("halaman ini")))),
            EditField("custom", _("Nilai tambahan"), Writing.PAIRS, CUSTOM_HELP),
            EditField("resource", _("Tanda nilai di alat")),
            EditField("tag", _("Tanda jenis nilai")),
            EditField("description", _("Petunjuk"), Writing.WORDS),
        ),
    )
)  # fmt: skip
