"""The kind of activity that opens one assignable unit, and how a cmi5 package on its own becomes a course."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from bina.integrations.cmi5.rules.structure import Structure, Unit, read_structure
from bina.integrations.cmi5.rules.words import MANIFEST, LaunchMethod
from bina.integrations.packages.rules import (
    Archive,
    PackageReader,
    PackageReport,
    chosen_part,
    is_evidence_enough,
    merge_outcome,
    read_by_manifest,
    register_reader,
)
from bina.learning.rules import SHARED_FIELDS, ActivityKind, Compiled, EditField, FolderReader, Writing, register_kind

IN_FOLDER = "media/paket.zip"


def compile_cmi5(reader: FolderReader, entry: Mapping[str, Any], file: str) -> Compiled:
    """One unit of a package in the course folder; ``au`` names which, where there are several."""
    name = reader.referred(entry, "file", file, {".zip"})
    if name is None:
        return Compiled()
    found = read_by_manifest(reader, name, MANIFEST, read_structure)
    chosen = _chosen(reader, entry, file, found) if found and found.units else None
    if found is None or chosen is None:
        return Compiled({"file": name})
    payload = {
        "file": name, "au": chosen.publisher_id, "place": found.units.index(chosen), "move_on": chosen.move_on,
        "mastery": chosen.mastery_score,
        # Pages of other servers are not shown inside of ours.
        "in_frame": chosen.launch_method == LaunchMethod.ANY_WINDOW and not chosen.is_elsewhere,
    }  # fmt: skip
    return Compiled(payload, "", reader.sizes[name])


def _chosen(reader: FolderReader, entry: Mapping[str, Any], file: str, found: Structure) -> Unit | None:
    return chosen_part(
        reader, entry, file, "au", found.units, code_of=lambda unit: unit.publisher_id,
        several=_t("Paket memuat %(n)s unit; sebutkan salah satunya di isian au: %(known)s."),
        missing=_t("Unit “%(au)s” tidak ada di dalam paket. Yang ada: %(known)s."),
    )  # fmt: skip


def title_of(unit: Unit) -> str:
    """What a unit is called: its title, else the end of its identifier."""
    return (str(unit.title) or unit.publisher_id.rstrip("/").rpartition("/")[2])[:160]


def read_package(archive: Archive) -> PackageReport:
    """A package as a course of its own: one activity for each unit, blocks as sections."""
    report = PackageReport("cmi5", keeps_archive=IN_FOLDER)
    found = read_structure(
        archive,
        error=lambda sentence, line: report.error(sentence, MANIFEST, line),
        warn=lambda sentence, line: report.warn(sentence, MANIFEST, line),
    )
    if found is None:
        return report
    report.title = str(found.title)[:160]
    for unit in found.units:
        section = _section_of(found, unit) or report.title or "cmi5"
        entry = {"kind": "cmi5", "title": title_of(unit), "file": IN_FOLDER, "au": unit.publisher_id}
        if unit.is_elsewhere:
            report.warn(
                _t("Unit “%(title)s” berjalan di server lain (%(url)s); Bina membukanya di jendela sendiri.")
                % {"title": title_of(unit), "url": unit.url[:120]},
                MANIFEST, unit.line,
            )  # fmt: skip
        if report.sections and report.sections[-1][0] == section:
            report.sections[-1][1].append(entry)
        else:
            report.sections.append((section, [entry]))
    return report


def _section_of(found: Structure, unit: Unit) -> str:
    """The titles of the blocks around a unit, from the outside in."""
    titles: list[str] = []
    place = unit.block
    while place is not None:
        titles.insert(0, str(found.blocks[place].title))
        place = found.blocks[place].parent
    return " › ".join(title for title in titles if title)[:160]


CMI5 = register_kind(
    ActivityKind(
        code="cmi5", name=_("Paket cmi5"), icon="package", template="cmi5/_run.html", fields=SHARED_FIELDS | {"file", "au"},
        compile=compile_cmi5, merge=merge_outcome, can_complete=is_evidence_enough, confirms=False,
        score=lambda evidence: evidence.get("score"), record_page="cmi5:record",
        purpose=_("Paket dari alat penyusun lain"),
        edits=(
            EditField("file", _("Paket cmi5"), Writing.MEDIA, _("ZIP seperti yang diekspor alat penyusunnya."), is_needed=True,
                      endings=frozenset({".zip"})),
            EditField("au", _("Bagian paket"), help=_("Hanya bila paket memuat lebih dari satu bagian.")),
        ),
    )
)  # fmt: skip
register_reader(
    PackageReader("cmi5", _("cmi5"), MANIFEST, recognises=lambda _archive: True, read=read_package, stands_alone=True)
)
