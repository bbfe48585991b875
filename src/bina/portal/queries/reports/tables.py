"""The tables behind the reports as rows for workbooks; each shows exactly what its page shows to the same reader."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from bina.competencies.rules import Status
from bina.design.formats import moment
from bina.evaluation.rules import caveat
from bina.foundation import clock
from bina.foundation.spreadsheets import Sheet
from bina.portal.queries.reports.dashboards import Dashboard
from bina.portal.queries.reports.gaps import SMALLEST_GROUP, HeatCell, HeatMap, people_against_standard
from bina.portal.queries.reports.leader import LeaderPage
from bina.portal.queries.reports.team import members, team_members

if TYPE_CHECKING:
    from bina.competencies.models import Competency
    from bina.people.models import Employee, OrgUnit


def _made(unit_name: str) -> str:
    return _("Bina · %(unit)s · dimuat %(moment)s") % {"unit": unit_name, "moment": moment(clock.now())}


def _rounded(value: float | None, decimals: int = 4) -> float | None:
    return None if value is None else round(value, decimals)


def dashboard_table(dashboard: Dashboard, table: str) -> Sheet | None:
    """A table of the dashboard by name: gaps, hours, plans or learning; None for another name."""
    made = _made(dashboard.place.unit.name)
    if table == "gaps":
        return gap_sheet(dashboard.heat, made)
    if table == "hours":
        return _hours_sheet(dashboard, made)
    if table == "plans":
        return _plan_sheet(dashboard, made)
    if table == "learning":
        counts = dashboard.learning
        rows = [(_("Sedang berjalan"), counts.started), (_("Selesai"), counts.completed), (_("Berhenti"), counts.withdrawn),
                (_("Seluruhnya"), counts.total)]  # fmt: skip
        return Sheet(_("Belajar"), [_("Keikutsertaan kursus"), _("Banyaknya")], rows, [made])
    return None


def gap_sheet(heat: HeatMap, made: str) -> Sheet:
    """The gap map, one row per branch and column, with the whole of each figure."""
    header = [
        _("Unit"), _("Bidang atau kompetensi"), _("Disyaratkan"), _("Sudah diukur"), _("Terbukti"),
        _("Rata-rata di bawah syarat (tingkat)"), _("Bagian terukur"), _("Bagian terbukti"),
    ]  # fmt: skip

    def line(name: str, column: "Competency", cell: HeatCell) -> tuple[object, ...]:
        return (
            name, str(column), cell.required, cell.measured, cell.proven if cell.is_told else None, _rounded(cell.mean_gap),
            _rounded(cell.coverage), _rounded(cell.proven_share) if cell.is_told else None,
        )  # fmt: skip

    rows = [
        line(_("Langsung di %(unit)s") % {"unit": row.unit.name} if row.is_own else row.unit.name, column, cell)
        for row in heat.rows
        for column, cell in zip(heat.columns, row.cells, strict=True)
    ]
    rows += [line(_("Seluruhnya"), column, cell) for column, cell in zip(heat.columns, heat.totals, strict=True)]
    note = _("Rata-rata dan yang terbukti tidak ditampilkan bila kurang dari 5 orang sudah diukur.")
    return Sheet(_("Kesenjangan"), header, rows, [note, made])


def _hours_sheet(dashboard: Dashboard, made: str) -> Sheet:
    header = [_("Kelompok"), _("Pegawai"), _("Mencapai batas tahunan"), _("Bagian"), _("Rata-rata JP")]
    lines = [*dashboard.hours_by_employment, *dashboard.hours_by_unit]
    rows = [
        (line.name, line.people, line.reached, _rounded(line.share), None if line.mean is None else float(line.mean))
        for line in lines
    ]
    note = _("Baris unit hanya menghitung pegawai yang memiliki batas bawah tahunan; tahun %(year)s.") % {
        "year": dashboard.year
    }
    return Sheet(_("Jam pelajaran"), header, rows, [note, made])


def _plan_sheet(dashboard: Dashboard, made: str) -> Sheet:
    shares = dashboard.plan_shares
    header = [_("Unit"), *(share.name for share in shares), _("Pegawai")]
    plans = dashboard.plans
    rows = [
        (
            _("Langsung di %(unit)s") % {"unit": unit.name} if is_own else unit.name,
            *(plans.count(share.state, unit) for share in shares),
            plans.people(unit),
        )
        for unit, is_own in plans.rows
        if plans.people(unit) >= (1 if dashboard.place.may_see_plans else SMALLEST_GROUP)
    ]
    rows.append((_("Seluruhnya"), *(share.people for share in shares), plans.people()))
    return Sheet(
        _("Rencana"), header, rows, [_("Keadaan rencana individu tahun %(year)s.") % {"year": plans.year}, made]
    )


def people_table(unit: "OrgUnit", competency: "Competency", *, only_own_staff: bool = False) -> Sheet:
    """People against the standard of one competency; for those who may see levels in the unit."""
    header = [
        _("Nama"), _("Jabatan"), _("Unit"), _("Syarat"), _("Perkiraan tingkat"), _("Batas bawah 90%"),
        _("Batas atas 90%"), _("Kurang"), _("Status"),
    ]  # fmt: skip
    words = status_words()
    rows = [
        (
            person.display_name, person.position.title, person.unit.name, person.line_required,
            _rounded(person.line_mean, 2), _rounded(person.line_low, 2), _rounded(person.line_high, 2),
            _rounded(person.line_gap, 2) if person.line_mean is not None else None, words[Status(person.line_status).word],
        )
        for person in people_against_standard(unit, competency, only_own_staff=only_own_staff).iterator(2_000)
    ]  # fmt: skip
    return Sheet(str(competency), header, rows, [str(competency), _made(unit.name)])


def status_words() -> dict[str, str]:
    """The words of the level track."""
    return {
        "proven": _("terbukti"),
        "provisional": _("sementara"),
        "unproven": _("belum terbukti"),
        "not_measured": _("belum diukur"),
    }


def leader_table(page: LeaderPage, table: str) -> Sheet | None:
    """A table of the leader's page by name: areas, hours, plans or effects; None for another name."""
    made = _made(page.place.unit.name)
    if table == "areas":
        return gap_sheet(page.heat, made)
    if table == "hours":
        header = [_("Unit"), _("Pegawai dengan batas tahunan"), _("Mencapai batas tahunan"), _("Bagian")]
        groups = [(unit, is_own, page.hours.of_unit(unit)) for unit, is_own in page.hours.rows]
        rows: list[tuple[object, ...]] = [
            (
                _("Langsung di %(unit)s") % {"unit": unit.name} if is_own else unit.name,
                group.people, group.reached, _rounded(group.share),
            )
            for unit, is_own, group in groups
            if group.people >= SMALLEST_GROUP
        ]  # fmt: skip
        whole = page.hours.with_floor
        rows.append((_("Seluruhnya"), whole.people, whole.reached, _rounded(whole.share)))
        return Sheet(_("Jam pelajaran"), header, rows, [made])
    if table == "plans":
        shares = [(share.name, share.people, _rounded(share.share)) for share in page.plan_shares]
        return Sheet(_("Rencana"), [_("Keadaan"), _("Pegawai"), _("Bagian")], shares, [made])
    if table == "effects":
        header = [_("Program"), _("Pasangan uji"), _("Perubahan (tingkat)"), _("Rentang 95% bawah"),
                  _("Rentang 95% atas"), _("Yang dapat disimpulkan")]  # fmt: skip
        effects = [
            (
                row.programme.title,
                row.pairs,
                _rounded(row.mean_gain),
                _rounded(row.low),
                _rounded(row.high),
                row.sentence,
            )
            for row in page.estimates
        ]
        return Sheet(_("Yang membantu"), header, effects, [caveat(), made])
    return None


def team_table(superior: "Employee", year: int) -> Sheet:
    """The whole team of a superior: levels, hours and plans."""
    header = [
        _("Nama"), _("Jabatan"), _("Kompetensi terbukti"), _("Disyaratkan"), _("Belum diukur"), _("Terjauh dari syarat"),
        _("Kurang (tingkat)"), _("JP"), _("Batas JP"), _("Rencana"), _("Kegiatan selesai"), _("Kegiatan"),
    ]  # fmt: skip
    rows = []
    for member in members(list(team_members(superior)), year):
        far, whole = member.furthest, member.hours.whole
        rows.append(
            (
                member.employee.display_name, member.employee.position.title, member.profile.proven_count,
                member.profile.required_count, member.profile.unmeasured_count, far.name if far else None,
                _rounded(far.gap, 2) if far else None, float(member.hours.earned),
                float(whole) if whole is not None else None, member.plan.state_name or _("Belum menyusun"),
                member.plan.done, member.plan.items,
            )
        )  # fmt: skip
    return Sheet(_("Tim saya"), header, rows, [_made(superior.unit.name)])
