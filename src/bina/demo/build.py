"""Making the whole demo, in one transaction: all of it or nothing."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext as _

from bina.assessment.actions import load_reference_data as load_assessment
from bina.competencies.actions import load_reference_data as load_competencies
from bina.competencies.actions import recompute_everyone
from bina.credentials.actions import load_reference_data as load_credentials
from bina.demo.adapting import count_adaptive_tests
from bina.demo.agencies import agency_codes, plan_agencies
from bina.demo.analysing import adopt_cuts, analyse_items
from bina.demo.appraising import hold_rounds
from bina.demo.chance import Chance, shares
from bina.demo.course_building import build_courses
from bina.demo.doubting import doubt
from bina.demo.earning import Earnings
from bina.demo.handing_in import hand_in_course_works
from bina.demo.importing import take_in_a_file
from bina.demo.intending import Intentions
from bina.demo.item_writing import write_items
from bina.demo.launching import launch_units
from bina.demo.measuring import measure_by_tests, rate_behaviour
from bina.demo.playing import play_packages
from bina.demo.recording import keep_records
from bina.demo.reviewing import review_courses
from bina.demo.rows import Ledger
from bina.demo.settle import settle_agencies, settle_people
from bina.demo.sitting import hold_formal_assessments
from bina.demo.staff import Recruiter
from bina.demo.studying import open_local_courses, study
from bina.demo.surveying import hold_surveys
from bina.demo.tasking import set_tasks, show_products
from bina.demo.telling import estimate_results, gather_reactions
from bina.demo.telling import tell as tell_the_story
from bina.demo.tooling import lend_tools
from bina.demo.touring import tour_learning_room
from bina.demo.walking import walk_pathways
from bina.demo.world import World, know_the_people
from bina.evaluation.actions import load_reference_data as load_evaluation
from bina.foundation import clock
from bina.foundation.errors import Refused
from bina.learning.actions import load_reference_data as load_learning
from bina.people.actions import load_reference_data as load_people
from bina.people.actions import rebuild_sums
from bina.people.models import Agency

Report = Callable[[int, int, str], None]
FEWEST = 400
MOST = 1_000_000
DEFAULT_EMPLOYEES = 2_400
DEFAULT_SEED = 2026


@dataclass(frozen=True, slots=True)
class BuildResult:
    """What a call did: whether it wrote anything, and how many people there are."""

    is_new: bool
    employees: int


def holds_demo() -> bool:
    """Whether the database already holds the demo agencies, and only them."""
    codes = set(Agency.objects.values_list("code", flat=True))
    return bool(codes) and codes <= agency_codes()


def build(
    *,
    employees: int = DEFAULT_EMPLOYEES,
    seed: int = DEFAULT_SEED,
    on: dt.date | None = None,
    report: Report | None = None,
) -> BuildResult:
    """Make the demo agencies with their people and half a year of history that ends on ``on`` (today).

    The same arguments give the same rows. ``report`` is told (done, total, what comes next) as the work goes on. Where
    the demo exists already nothing happens; raises Refused when the database holds other agencies or the size is off.
    """
    if not FEWEST <= employees <= MOST:
        raise Refused(_("Jumlah pegawai contoh harus antara %(least)s dan %(most)s.") % {"least": FEWEST, "most": MOST})
    if holds_demo():
        note_demo()
        from bina.people.models import Employee

        return BuildResult(False, Employee.objects.count())
    if Agency.objects.exists():
        raise Refused(
            _("Basis data ini sudah berisi instansi. Data contoh hanya dimuat ke basis data yang masih kosong; "
              "tidak ada yang diubah.")
        )  # fmt: skip
    tell = report or (lambda done, total, message: None)
    with transaction.atomic():
        _build(employees, Chance(seed, on or clock.today()), tell)
    note_demo()
    _tell_planner()
    return BuildResult(True, employees)


def _tell_planner() -> None:
    """The planner of the database learns how large the tables have become; inside a transaction, too."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def note_demo() -> None:
    """Leave the mark by which the next start knows that this installation is a demo."""
    (settings.DATA_DIR / "demo.flag").touch()


def _build(employees: int, chance: Chance, tell: Report) -> None:
    total = 100
    tell(0, total, _("Menyiapkan data acuan"))
    for load in (load_people, load_competencies, load_assessment, load_credentials, load_evaluation, load_learning):
        load()
    tell(8, total, _("Menyusun instansi dan unit"))
    plans = plan_agencies(employees)
    people = Recruiter(chance).staff(plans, shares(employees, [plan.share for plan in plans]))
    ledger = Ledger(chance)
    settle_agencies(ledger, plans)
    tell(14, total, _("Mengisi jabatan dengan pegawai"))
    settle_people(ledger, chance, plans, people)
    world = World(chance, ledger, plans, people)
    know_the_people(world)
    tell(20, total, _("Mengukur kompetensi"))
    measure_by_tests(world)
    tell(40, total, _("Menilai perilaku kerja"))
    rate_behaviour(world)
    hold_rounds(world)
    set_tasks(world)
    show_products(world)
    tell(48, total, _("Mengikuti kursus"))
    open_local_courses(world)
    studies = study(world)
    tell(56, total, _("Menyusun rencana dan mencatat hasil"))
    Earnings(world, studies).write()
    Intentions(world, studies).write()
    gather_reactions(world, studies)
    doubt(world)
    hold_surveys(world)
    tell_the_story(world)
    ledger.finish()
    hand_in_course_works(world)
    lend_tools(world)
    review_courses()
    play_packages(world)
    tour_learning_room(world)
    launch_units(world)
    build_courses()
    take_in_a_file()
    hold_formal_assessments(world)
    write_items()
    keep_records(world)
    adopt_cuts(chance)
    tell(64, total, _("Menghitung tingkat kompetensi"))
    _tell_planner()
    recompute_everyone(
        on_portion=lambda done, whole: tell(64 + 31 * done // whole, total, _("Menghitung tingkat kompetensi"))
    )
    tell(95, total, _("Menganalisis butir soal"))
    analyse_items(chance)
    count_adaptive_tests(world)
    walk_pathways(world)
    tell(97, total, _("Menghitung hasil program"))
    estimate_results()
    rebuild_sums()
    tell(total, total, _("Selesai"))
