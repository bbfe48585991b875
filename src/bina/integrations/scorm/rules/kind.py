"""The kind of activity that plays a SCORM package, and how a package on its own becomes a course."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from bina.integrations.packages.rules import (
    Archive,
    PackageReader,
    PackageReport,
    Runtime,
    chosen_part,
    is_evidence_enough,
    merge_outcome,
    read_by_manifest,
    register_reader,
    register_runtime,
)
from bina.integrations.scorm.rules.data_model import begin, outcome_of
from bina.integrations.scorm.rules.manifest import MANIFEST, Manifest, Sco, is_scorm, read_manifest
from bina.integrations.scorm.rules.own_rules import follows, kept_in_words, may_go_on, rules_of
from bina.learning.rules import (
    PACKAGES,
    SHARED_FIELDS,
    ActivityKind,
    Compiled,
    EditField,
    FolderReader,
    Writing,
    register_kind,
)

IN_FOLDER = "media/paket.zip"
SCRIPTS = {"1.2": "scorm12.js", "2004": "scorm2004.js"}


def compile_scorm(reader: FolderReader, entry: Mapping[str, Any], file: str) -> Compiled:
    """One SCO of a package in the course folder; ``sco`` names which, where there are several."""
    name = reader.referred(entry, "file", file, {".zip"})
    if name is None:
        return Compiled()
    manifest = read_by_manifest(reader, name, MANIFEST, read_manifest)
    sco = _chosen(reader, entry, file, manifest) if manifest and manifest.scos else None
    if manifest is None or sco is None:
        return Compiled({"file": name})
    if sco.needs and not entry.get("needs"):
        reader.warn(
            _t("Menurut paketnya, bagian ini baru terbuka setelah %(needs)s selesai. Tulis syarat itu di isian needs.")
            % {"needs": ", ".join(sco.needs[:6])}, file, getattr(entry, "line", None), "needs",
        )  # fmt: skip
    payload = {
        "file": name, "standard": manifest.standard, "sco": sco.identifier, "launch": sco.launch, "query": sco.query,
        "mastery": sco.mastery, "launch_data": sco.launch_data, "is_asset": sco.is_asset, "marks": [MANIFEST],
    }  # fmt: skip
    payload |= {name: value for name, value in (("max_time", sco.max_time), ("time_action", sco.time_action)) if value}
    is_free = entry.get("free", False)
    if not isinstance(is_free, bool):
        reader.error(_t("Isian “free” hanya boleh true atau false."), file, getattr(entry, "line", None), "free")
    elif not is_free:
        payload |= rules_of(sco)
    return Compiled(payload, "", reader.sizes[name])


def _chosen(reader: FolderReader, entry: Mapping[str, Any], file: str, manifest: Manifest) -> Sco | None:
    return chosen_part(
        reader, entry, file, "sco", manifest.scos, code_of=lambda sco: sco.identifier,
        several=_t("Paket memuat %(n)s bagian; sebutkan salah satunya di isian sco: %(known)s."),
        missing=_t("Bagian “%(sco)s” tidak ada di dalam paket. Yang ada: %(known)s."),
    )  # fmt: skip


def read_package(archive: Archive) -> PackageReport:
    """A package as a course of its own: one activity for each SCO, the tree of its organization as sections."""
    report = PackageReport("SCORM", keeps_archive=IN_FOLDER)
    manifest = read_manifest(
        archive,
        error=lambda sentence, line: report.error(sentence, MANIFEST, line),
        warn=lambda sentence, line: report.warn(sentence, MANIFEST, line),
    )
    if manifest is None:
        return report
    report.standard = f"SCORM {manifest.standard}"
    report.title, report.version = manifest.title[:160], manifest.version
    waiting = sum(1 for sco in manifest.scos if sco.needs)
    if waiting:
        report.warn(
            _t("Paket meminta urutan: %(n)s bagian baru terbuka setelah bagian yang disyaratkan selesai. Bina menjaganya.")
            % {"n": waiting}, MANIFEST,
        )  # fmt: skip
    if manifest.left_out:
        report.warn(
            _t("Aturan urutan ini tidak dijalankan: %(rules)s. Di bagian itu peserta memilih sendiri.")
            % {"rules": "; ".join(manifest.left_out)}, MANIFEST,
        )  # fmt: skip
    if kept := kept_in_words(manifest.scos):
        report.facts.append((_t("Aturan yang dijaga"), "; ".join(kept)))
    places = {sco.identifier: place for place, sco in enumerate(manifest.scos)}
    for sco in manifest.scos:
        entry: dict[str, Any] = {"kind": "scorm", "title": sco.title[:160], "file": IN_FOLDER, "sco": sco.identifier}
        if sco.needs:
            least = dict(sco.least)
            entry["needs"] = [
                {"key": places[name], "score": least[name]} if name in least else places[name] for name in sco.needs
            ]
        score, covers = sco.covers
        if covers:
            entry["test_out"] = {"score": score, "covers": [places[name] for name in covers]}
        if not sco.is_required:
            entry["required"] = False
        if report.sections and report.sections[-1][0] == sco.section:
            report.sections[-1][1].append(entry)
        else:
            report.sections.append((sco.section, [entry]))
    return report


SCORM = register_kind(
    ActivityKind(
        code="scorm", name=_("Paket SCORM"), icon="package", template="packages/_run.html",
        fields=SHARED_FIELDS | {"file", "sco", "free", "test_out"}, compile=compile_scorm,
        merge=merge_outcome, can_complete=is_evidence_enough, confirms=False,
        score=lambda evidence: evidence.get("score"), record_page="packages:attempts",
        purpose=_("Paket dari alat penyusun lain"),
        edits=(
            EditField("file", _("Paket SCORM"), Writing.MEDIA, _("ZIP seperti yang diekspor alat penyusunnya."), is_needed=True,
                      endings=PACKAGES),
            EditField("sco", _("Bagian paket"), help=_("Hanya bila paket memuat lebih dari satu bagian (SCO).")),
            EditField("free", _("Abaikan batas percobaan dan perpindahan otomatis dari paket"), Writing.SWITCH, fallback=False),
        ),
    )
)  # fmt: skip
register_runtime(
    Runtime(
        "scorm",
        script=lambda payload: SCRIPTS[payload["standard"]],
        begin=begin,
        outcome=outcome_of,
        is_silent=lambda payload: bool(payload.get("is_asset")),
        may_go_on=may_go_on,
        follows=follows,
    )
)
register_reader(PackageReader("scorm", _("SCORM"), MANIFEST, recognises=is_scorm, read=read_package))
