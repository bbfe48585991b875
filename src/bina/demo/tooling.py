"""Learning tools of others: a simulation that one city opens from its course, and a laboratory that all may use."""

import datetime as dt
from typing import Any

from bina.demo.studying import LOCAL, LOCAL_AGENCY
from bina.demo.world import World
from bina.integrations.lti.models import (
    Launch,
    LineItem,
    PickedContent,
    ResourceLink,
    Result,
    ScoreReport,
    Tool,
    ToolNote,
    ToolPerson,
    ToolSharing,
)
from bina.integrations.lti.rules import ActivityProgress as WorkProgress
from bina.integrations.lti.rules import GradingProgress, Message
from bina.learning.models import Activity, ActivityProgress
from bina.people.models import Agency, User

AT_MOST = 24
TOOLS: tuple[dict[str, Any], ...] = (
    {"code": "simulasi-loket", "name": "Simulasi Loket (contoh)", "description": "Warga datang ke loket; layani dengan tertib.",
     "host": "https://simulasi.contoh.example", "uses_roster": True},
    {"code": "lab-lembar-kerja", "name": "Laboratorium Lembar Kerja (contoh)", "description": "Lembar kerja yang memeriksa rumusnya.",
     "host": "https://lab.contoh.example", "may_frame": True},
)  # fmt: skip
PICKED: tuple[dict[str, Any], ...] = (
    {"kind": "lti", "title": "Simulasi: serah terima map", "url": "https://simulasi.contoh.example/kasus/4",
     "words": "Rekan baru menerima map bersama Anda.", "custom": {"kasus": "4"}, "points": 100.0, "resource": "kasus-4",
     "tag": "", "in_frame": False},
    {"kind": "link", "title": "Panduan pemain", "url": "https://simulasi.contoh.example/panduan", "words": "", "custom": {},
     "points": None, "resource": "", "tag": "", "in_frame": False},
)  # fmt: skip
NOTES = (
    ("Nilai diterima.", False, 3), ("Alamat kunci menjawab dengan 1 kunci yang dapat dipakai.", False, 1),
    ("Pesan ini sudah kedaluwarsa. Bila sering terjadi, periksa jam di server alat.", True, 2),
)  # fmt: skip


def lend_tools(world: World) -> None:
    """Two tools, a few dozen launches with their scores, and content that waits to be put into the course."""
    agency = Agency.objects.get(code=next(p.agency.code for p in world.people if p.agency.key == LOCAL_AGENCY))
    own, _shared = (_tool(world, place, agency if place == 0 else None) for place in range(len(TOOLS)))
    ToolSharing.objects.create(tool=own, agency=agency, shares_name=True)
    activity = Activity.objects.select_related("version__course").get(version__course__slug=LOCAL, kind="lti")
    _play(world, own, activity)
    _note(world, own)
    trainer = User.objects.get(pk=world.people[world.row("sugeng")].user_id)
    PickedContent.objects.create(
        public_id=world.chance.identities("lti-picked", 1)[0], tool=own, course=activity.version.course, user=trainer,
        items=list(PICKED), picked_at=world.chance.until_now(world.chance.ended - dt.timedelta(days=1, hours=4)),
    )  # fmt: skip


def _tool(world: World, place: int, agency: Agency | None) -> Tool:
    words = dict(TOOLS[place])
    host = words.pop("host")
    identity = world.chance.identities(f"lti-tool-{place}", 1)[0]
    return Tool.objects.create(
        public_id=identity, agency=agency, client_id=identity[8:], deployment_id=f"{place + 1}", login_url=f"{host}/masuk",
        launch_url=f"{host}/mulai", redirect_uris=[f"{host}/terima"], keys_url=f"{host}/kunci.json", **words,
    )  # fmt: skip


def _play(world: World, tool: Tool, activity: Activity) -> None:
    """Whoever has played the simulation: how they came in, and what it said of them."""
    chance, course = world.chance, activity.version.course
    rows = list(
        ActivityProgress.objects.filter(activity=activity, completed_at__isnull=False, enrolment__employee__user__isnull=False)
        .select_related("enrolment__employee__user")
        .order_by("id")[:AT_MOST]
    )  # fmt: skip
    names = [chance.identities(f"lti-{kind}", len(rows)) for kind in ("launch", "result", "person")]
    link = ResourceLink.objects.create(
        public_id=chance.identities("lti-link", 1)[0], tool=tool, course=course, key=activity.key, title=activity.title
    )
    item = LineItem.objects.create(
        public_id=chance.identities("lti-column", 1)[0], tool=tool, course=course, link=link, is_ours=True,
        label=activity.title, maximum=100,
    )  # fmt: skip
    for place, row in enumerate(rows):
        employee = row.enrolment.employee
        moment = row.completed_at
        assert moment is not None
        ToolPerson.objects.create(tool=tool, employee=employee, subject=names[2][place])
        begun = moment - dt.timedelta(minutes=9)
        Launch.objects.create(
            public_id=names[0][place], tool=tool, user=employee.user, message=Message.OPEN.value, course=course,
            enrolment=row.enrolment, activity=activity, begun_at=begun, expires_at=begun + dt.timedelta(minutes=10),
            answered_at=begun + dt.timedelta(seconds=2),
        )  # fmt: skip
        words: dict[str, Any] = {
            "given": round(100 * (row.best_score or 0)), "maximum": 100, "activity": WorkProgress.COMPLETED.value,
            "grading": GradingProgress.FULLY_GRADED.value, "comment": "Berkas ketiga baru ditemukan setelah nama map dibaca lagi.",
            "told_at": moment, "received_at": moment,
        }  # fmt: skip
        result = Result.objects.create(public_id=names[1][place], line_item=item, employee=employee, **words)
        ScoreReport.objects.create(result=result, **words)


def _note(world: World, tool: Tool) -> None:
    for days, (sentence, is_fault, count) in enumerate(NOTES, start=1):
        moment = world.chance.until_now(world.chance.ended - dt.timedelta(days=days, hours=2))
        ToolNote.objects.create(
            tool=tool, sentence=sentence, is_fault=is_fault, count=count, first_at=moment, latest_at=moment
        )
