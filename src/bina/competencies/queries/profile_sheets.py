"""A profile as rows for a workbook: what the page shows to the same reader, number by number."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from bina.competencies.models import Framework
from bina.competencies.queries.overlays import overlay_of
from bina.competencies.queries.profiles import job_person_match, profile_groups, profile_of
from bina.design.formats import moment, percent
from bina.design.pictures import status_word
from bina.foundation import clock
from bina.foundation.spreadsheets import Sheet

if TYPE_CHECKING:
    from bina.people.models import Employee


def profile_sheet(employee: "Employee", overlay: Framework | None = None) -> Sheet | None:
    """The levels of a person against the standard, or in the words of ``overlay``; None where nothing is required or measured.

    The caller has decided who may see it.
    """
    profile = profile_of(employee)
    if not profile.lines:
        return None
    about = f"{employee.full_name} · {employee.position.title} · {employee.unit.label}"
    made = _("Bina · %(unit)s · dimuat %(moment)s") % {"unit": employee.unit.name, "moment": moment(clock.now())}
    if overlay is not None:
        return _overlay_sheet(employee, overlay, [about, made])
    header = [
        _("Kerangka"), _("Area"), _("Kompetensi"), _("Tingkat"), _("Batas bawah 90%"), _("Batas atas 90%"),
        _("Syarat jabatan"), _("Status"), _("Buktinya bertentangan"), _("Berlaku sampai sekitar"),
    ]  # fmt: skip
    rows = [
        (
            str(group.framework), str(area), line.name, _rounded(line.mean), _rounded(line.low), _rounded(line.high),
            line.required, status_word(line.status), _("ya") if line.is_contradictory else None, line.expires_on,
        )
        for group in profile_groups(profile)
        for area, lines in group.areas
        for line in lines
    ]  # fmt: skip
    match = job_person_match(profile)
    standing = _("Syarat jabatan terbukti: %(proven)s dari %(required)s. Belum diukur: %(unmeasured)s.") % {
        "proven": profile.proven_count, "required": profile.required_count, "unmeasured": profile.unmeasured_count,
    }  # fmt: skip
    fit = _("Kesesuaian jabatan: %(share)s dari yang terukur.") % {
        "share": percent(match.capped / 100 if match.capped is not None else None)
    }
    return Sheet(_("Profil kompetensi"), header, rows, [about, standing, fit, made])


def _overlay_sheet(employee: "Employee", overlay: Framework, notes: list[str]) -> Sheet:
    header = [_("Bagian"), _("Tingkat"), _("Batas bawah 90%"), _("Batas atas 90%"), _("Bagian bobot yang terukur")]
    rows = [
        (str(line.target), _rounded(line.mean), _rounded(line.low), _rounded(line.high), round(line.coverage, 4))
        for line in overlay_of(employee, overlay)
    ]
    return Sheet(str(overlay), header, rows, notes)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)
