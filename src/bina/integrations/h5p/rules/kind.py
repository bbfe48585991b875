"""The kind of activity that plays an H5P content, and how a content on its own becomes a course."""

from collections.abc import Mapping
from html import escape
from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from bina.integrations.h5p.rules.archive import MARK, Content, hands_out, read_content
from bina.integrations.h5p.rules.running import FINISHED, LOOKED, SCORE, begin, outcome_of, take_in
from bina.integrations.packages.rules import (
    Archive,
    PackageReader,
    PackageReport,
    Runtime,
    inside,
    is_evidence_enough,
    merge_outcome,
    read_in_folder,
    register_reader,
    register_runtime,
)
from bina.learning.rules import SHARED_FIELDS, ActivityKind, Compiled, EditField, FolderReader, Writing, register_kind

IN_FOLDER = "media/konten.h5p"
WAYS = (LOOKED, FINISHED, SCORE)
PAGE = """<!doctype html>
<html lang="{language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title><style>body{{margin:0}}</style></head><body><main id="isi"></main></body></html>
"""


def compile_h5p(reader: FolderReader, entry: Mapping[str, Any], file: str) -> Compiled:
    """One content in the course folder; ``done`` says what counts as done, ``passing`` from which score on."""
    name = reader.referred(entry, "file", file, {".h5p"})
    if name is None:
        return Compiled()
    content = read_in_folder(
        reader, name, MARK,
        lambda archive: read_content(
            archive,
            error=lambda sentence, place: reader.error(sentence, inside(name, place)),
            warn=lambda sentence, place: reader.warn(sentence, inside(name, place)),
        ),
    )  # fmt: skip
    if content is None or content.main is None:
        return Compiled({"file": name})
    done, passing = _way(reader, entry, file, content)
    payload = {
        "file": name, "library": content.main.name, "title": content.title, "language": content.language or "id",
        "done": done, "passing": passing, "marks": [MARK],
    }  # fmt: skip
    return Compiled(payload, "", reader.sizes[name])


def _way(reader: FolderReader, entry: Mapping[str, Any], file: str, content: Content) -> tuple[str, int]:
    """What counts as done: as the course says; else by score where one is asked for, by its end where it tells of one."""
    lines = getattr(entry, "lines", {})
    done, passing = entry.get("done"), entry.get("passing")
    is_percent = isinstance(passing, int) and not isinstance(passing, bool) and 1 <= passing <= 100
    if passing is not None and not is_percent:
        reader.error(
            _t("Nilai lulus (passing) harus bilangan bulat 1 sampai 100."), file, lines.get("passing"), "passing"
        )
    if done is None:
        done = SCORE if passing is not None else FINISHED if content.reports else LOOKED
    elif done not in WAYS:
        reader.error(
            _t("Isian “done” hanya boleh looked (sudah dibuka), finished (konten menyatakan selesai), atau score (nilai)."),
            file, lines.get("done"), "done",
        )  # fmt: skip
        return LOOKED, 0
    if done == SCORE and passing is None:
        reader.error(_t("Isian “done: score” memerlukan nilai lulus (passing)."), file, lines.get("done"), "done")
    if done != SCORE and passing is not None:
        reader.error(
            _t("Nilai lulus (passing) hanya berlaku bersama “done: score”."), file, lines.get("passing"), "passing"
        )
    if done != LOOKED and not content.reports:
        reader.warn(
            _t("Konten ini tampaknya tidak pernah melaporkan selesai atau nilai. Pertimbangkan “done: looked”."),
            file, lines.get("done", lines.get("passing")), "done",
        )  # fmt: skip
    return str(done), passing if is_percent and isinstance(passing, int) else 0


def page_of(payload: Mapping[str, Any]) -> str:
    """The page in the frame: empty, until the player fills it."""
    return PAGE.format(language=escape(payload["language"]), title=escape(payload["title"]))


def read_package(archive: Archive) -> PackageReport:
    """A content as a course of its own with one activity."""
    report = PackageReport("H5P", keeps_archive=IN_FOLDER)
    content = read_content(
        archive,
        error=lambda sentence, place: report.error(sentence, place),
        warn=lambda sentence, place: report.warn(sentence, place),
    )
    if content is None or content.main is None:
        return report
    report.title = content.title[:160]
    rows = [
        (_t("Jenis konten"), f"{content.main.title} ({content.main.name.rpartition(' ')[0]} {content.main.version})"),
        (_t("Dianggap selesai"), _t("setelah konten menyatakan selesai; nilainya dicatat") if content.reports
         else _t("begitu dibuka: konten ini tidak melaporkan selesai atau nilai")),
        (_t("Pustaka"), ", ".join(sorted(f"{one.name.rpartition(' ')[0]} {one.version}" for one in
                                         content.libraries.values()))),
        (_t("Penyusun"), ", ".join(content.authors)),
        (_t("Lisensi"), content.licence),
        (_t("Bahasa"), content.language),
    ]  # fmt: skip
    report.facts = [(label, value) for label, value in rows if value]
    title = content.title[:160] or content.main.title[:160]
    report.sections.append((title, [{"kind": "h5p", "title": title, "file": IN_FOLDER}]))
    return report


def is_h5p(archive: Archive) -> bool:
    """Whatever has an h5p.json at its top is meant as H5P."""
    return MARK in archive


H5P = register_kind(
    ActivityKind(
        code="h5p", name=_("Konten H5P"), icon="puzzle", template="packages/_run.html",
        fields=SHARED_FIELDS | {"file", "done", "passing"}, compile=compile_h5p,
        merge=merge_outcome, can_complete=is_evidence_enough, confirms=False,
        score=lambda evidence: evidence.get("score"), record_page="packages:attempts",
        purpose=_("Latihan interaktif yang dibuat dengan H5P"),
        edits=(
            EditField("file", _("Berkas H5P"), Writing.MEDIA, is_needed=True, endings=frozenset({".h5p"})),
            EditField("done", _("Selesai bila"), Writing.CHOICE, _("Kosong: ditentukan oleh isinya."), choices=(
                ("", "–"), (LOOKED, _("sudah dibuka")), (FINISHED, _("konten menyatakan selesai")),
                (SCORE, _("nilainya cukup")),
            )),
            EditField("passing", _("Nilai lulus"), Writing.NUMBER, _("Hanya bila selesai menurut nilai."), low=1),
        ),
    )
)  # fmt: skip
register_runtime(
    Runtime(
        "h5p",
        script=lambda payload: "h5p.js",
        begin=begin,
        outcome=outcome_of,
        is_silent=lambda payload: payload["done"] == LOOKED,
        take_in=take_in,
        page=page_of,
        assets="h5p/",
        tells=True,
        hands_out=hands_out,
    )
)
register_reader(PackageReader("h5p", _("H5P"), MARK, recognises=is_h5p, read=read_package))
