"""What people of one city made in their courses: works that wait to be looked at, one that came back, and a discussion."""

import datetime as dt

from bina.demo.world import World
from bina.learning.models import Activity, ActivityProgress, DiscussionAnswer, Enrolment, HandedWork
from bina.learning.rules import EnrolmentState, ProgressState, WorkState

CITY = "pontianak"
NOTES = (
    "Apakah aduan sampah lebih lama selesai daripada aduan lain? Median 9 hari kerja, yang lain 4, dari 234 aduan Juli sampai "
    "September. Sebabnya tidak terlihat dari data. Mulai bulan depan seksi kebersihan mencatat jam berangkat "
    "regu; dilihat lagi tanggal 10.",
    "Berapa aduan yang belum dijawab dalam tiga hari kerja? 41 dari 234, yaitu 18 persen. Data tidak menunjukkan apakah warga "
    "sudah dihubungi lewat telepon. Petugas loket mengisi kolom jawaban pertama setiap sore.",
    "Kelurahan mana yang paling sering mengadu tentang lampu jalan? Dua kelurahan, 19 dan 16 aduan. Banyaknya warga belum "
    "diperhitungkan. Dinas memeriksa kedua ruas itu pekan depan.",
)  # fmt: skip
APPLIED = (
    "Jawaban lama kami hanya “mohon ditunggu”. Kini Bu A mendapat satu langkah dan satu tanggal. Ia membalas hari itu juga.",
    "Jawaban baku tentang jam buka saya tulis ulang dengan jawaban di depan. Unit memakainya mulai Rabu.",
)
HABITS = (
    "Layar komputer loket kini terkunci sendiri setelah dua menit. Awalnya terasa lambat, sekarang tidak ada yang mengeluh.",
    "Kami berhenti mengirim daftar nama di grup. Yang sulit: rekan dari unit lain masih memintanya.",
    "Verifikasi dua langkah sudah menyala di akun saya. Ponsel tertinggal di rumah pernah membuat repot, jadi saya simpan kode cadangan.",
    "Saya mulai melapor pesan mencurigakan, bukan hanya menghapusnya. Balasannya cepat.",
)
# By course: the activity, its texts, how many of them were handed in, and how the last one stands.
WORKS = (
    ("analisis-data-lembar-kerja", "tugas-catatan", NOTES, 14),
    ("layanan-media-sosial-pengaduan", "balasan-di-kantor", APPLIED, 7),
)
TALK = ("keamanan-digital-asn", "diskusi-kebiasaan")


def hand_in_course_works(world: World) -> None:
    """A handful of works and answers, whatever the size of the demo; needs the enrolments to be written."""
    for slug, key, texts, days in WORKS:
        _works(world, slug, key, texts, days)
    _answers(world)


def _enrolments(world: World, slug: str, count: int) -> list[Enrolment]:
    code = next(person.agency.code for person in world.people if person.agency.key == CITY)
    return list(
        Enrolment.objects.filter(course__slug=slug, state=EnrolmentState.COMPLETED.value, employee__agency__code=code)
        .exclude(employee__user__grants__isnull=False)  # those who look at works are to find others' ones
        .order_by("id")[:count]
    )


def _works(world: World, slug: str, key: str, texts: tuple[str, ...], days: int) -> None:
    chance = world.chance
    rows = _enrolments(world, slug, len(texts))
    identities = chance.identities(f"course-works/{slug}", len(rows))
    for place, (enrolment, identity) in enumerate(zip(rows, identities, strict=True)):
        activity = Activity.objects.get(version_id=enrolment.version_id, key=key)
        moment = chance.until_now(chance.ended - dt.timedelta(days=2 + 3 * place, hours=3))
        returned = place == len(texts) - 1 and activity.kind == "assignment"
        HandedWork.objects.create(
            public_id=identity, enrolment=enrolment, activity=activity, text=texts[place], saved_at=moment,
            handed_in_at=moment, due_on=moment.date() + dt.timedelta(days=days),
            state=(WorkState.RETURNED if returned else WorkState.HANDED_IN).value,
            marks={"1": 2, "2": 2, "3": 2} if returned else {},
            decided_at=chance.until_now(moment + dt.timedelta(days=1)) if returned else None,
            decided_by_name="Sugeng Wicaksono" if returned else "",
            comment="Sebutkan cara menghitung kedua angkanya, lalu serahkan lagi." if returned else "",
        )  # fmt: skip


def _answers(world: World) -> None:
    chance, (slug, key) = world.chance, TALK
    rows = _enrolments(world, slug, len(HABITS))
    identities = chance.identities("discussion", len(rows))
    for place, (enrolment, identity) in enumerate(zip(rows, identities, strict=True)):
        activity = Activity.objects.get(version_id=enrolment.version_id, key=key)
        moment = chance.until_now(enrolment.started_at + dt.timedelta(days=1, hours=place))
        DiscussionAnswer.objects.create(
            public_id=identity, enrolment=enrolment, activity=activity, text=HABITS[place], written_at=moment
        )
        ActivityProgress.objects.create(
            enrolment=enrolment, activity=activity, state=ProgressState.COMPLETED.value, evidence={"answered": True},
            opened_at=moment, completed_at=moment,
        )  # fmt: skip
        enrolment.progress_marks = {**enrolment.progress_marks, key: "c"}
        enrolment.save(update_fields=["progress_marks"])
