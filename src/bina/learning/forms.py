"""Forms of authors: bringing a course in, beginning, handing over, reviewing, archiving it; making a pathway and its steps."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from bina.competencies.queries import competencies_by_code
from bina.foundation.errors import Refused
from bina.foundation.fields import Day, offer
from bina.foundation.uploads import require_upload
from bina.learning import queries
from bina.learning.rules import (
    LEVEL_NAMES,
    LONGEST_DESCRIPTION,
    LONGEST_NOTE,
    LONGEST_SUMMARY,
    LONGEST_TITLE,
    TESTED_FRAMEWORK,
    CourseStart,
    StepField,
    StepKind,
    Widget,
    free_key,
    steps_of,
)

if TYPE_CHECKING:
    from django.http import QueryDict

    from bina.learning.models import Course, Upload
    from bina.people.models import Agency, User


class ForWhomForm(forms.Form):
    """Whose something becomes that courses are made of: everybody's, or one agency's."""

    agency = forms.ChoiceField(label=_("Untuk siapa"))

    def __init__(self, *args: Any, user: "User", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._agencies = {str(agency.public_id): agency for agency in queries.agencies_for_courses(user)}
        everyone = [("everyone", _("Pegawai semua instansi"))] if queries.may_make_for_everyone(user) else []
        each = [(key, _("Pegawai %(agency)s") % {"agency": row.short_name}) for key, row in self._agencies.items()]
        offer(self, "agency", [*everyone, *each])

    @property
    def chosen_agency(self) -> "Agency | None":
        """The agency it is for; None for all."""
        return self._agencies.get(self.cleaned_data["agency"])


class UploadImportForm(ForWhomForm):
    """Whose course an uploaded folder becomes."""


class CourseImportForm(UploadImportForm):
    """A zip of a course folder, sent with the form or uploaded in portions before, and whose course it becomes."""

    file = forms.FileField(
        label=_("Berkas ZIP kursus"),
        required=False,
        help_text=_("Satu folder berisi course.yaml beserta teks, soal, dan medianya."),
    )
    upload = forms.CharField(required=False, max_length=200, widget=forms.HiddenInput)
    field_order = ["file", "upload", "agency"]

    def __init__(self, *args: Any, user: "User", **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        self._user = user
        self.finished: Upload | None = None
        self.fields["file"].widget.attrs["accept"] = ".zip"

    def clean_file(self) -> Any:
        """Only a zip of an acceptable size goes further."""
        upload = self.cleaned_data["file"]
        if upload is None:
            return None
        return _checked_upload(upload, ".zip")

    def clean(self) -> dict[str, Any]:
        """A file, or an upload of one's own that is complete."""
        data = super().clean() or self.cleaned_data
        if data.get("upload"):
            self.finished = queries.finished_upload(self._user, data["upload"])
            if self.finished is None:
                self.add_error("file", _("Unggahan itu tidak ada lagi, atau belum selesai. Unggah berkasnya lagi."))
        elif data.get("file") is None and "file" not in self.errors:
            self.add_error("file", _("Pilih berkasnya terlebih dahulu."))
        return data


def _checked_upload(upload: Any, ending: str) -> Any:
    try:
        require_upload(upload, endings={ending})
    except Refused as refusal:
        raise forms.ValidationError(str(refusal)) from refusal
    return upload


class HandOverForm(forms.Form):
    """To whom a course is handed over, and why."""

    owner = forms.ChoiceField(label=_("Pemilik baru"), help_text=_("Orang yang berhak mengelola kursus instansi ini."))
    reason = forms.CharField(label=_("Alasan"), max_length=1_000, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, data: "QueryDict | None" = None, *, course: "Course") -> None:
        super().__init__(data, prefix="owner")
        self._people = {str(user.pk): user for user in queries.people_who_manage(course) if user.pk != course.owner_id}
        offer(
            self,
            "owner",
            [("", _("Pilih orangnya")), *((key, user.display_name) for key, user in self._people.items())],
        )

    @property
    def has_choice(self) -> bool:
        """Whether there is anybody to hand the course to."""
        return bool(self._people)

    @property
    def new_owner(self) -> "User":
        """The chosen person; only after validation."""
        return self._people[self.cleaned_data["owner"]]


class LookAgainForm(forms.Form):
    """Until when a course is to be looked at again, and what was found now."""

    day = Day(label=_("Tinjau ulang sebelum"))
    words = forms.CharField(
        label=_("Yang diperiksa sekarang"), max_length=1_000, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Misalnya peraturan yang dirujuk, tampilan aplikasi, atau alamat layanan."),
    )  # fmt: skip

    def __init__(self, data: "QueryDict | None" = None, *, course: "Course") -> None:
        super().__init__(data, prefix="day", initial={"day": course.review_by})


class ReviewRuleForm(forms.Form):
    """Whether an agency's courses need a second pair of eyes, from which day on, and on what ground."""

    agency = forms.ChoiceField(label=_("Kursus siapa"))
    demands = forms.ChoiceField(
        label=_("Sebelum terbit"),
        choices=[("yes", _("wajib disetujui penelaah lain")), ("no", _("boleh diterbitkan penyusunnya sendiri"))],
    )
    valid_from = Day(label=_("Berlaku mulai"))
    reason = forms.CharField(
        label=_("Dasar atau alasan"), max_length=1_000, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Misalnya nomor keputusan atau kesepakatan rapat."),
    )  # fmt: skip

    def __init__(self, data: "QueryDict | None" = None, *, agencies: "Mapping[str, Agency | None]") -> None:
        super().__init__(data)
        names = [(key, row.name if row else _("Kursus untuk semua instansi")) for key, row in agencies.items()]
        offer(self, "agency", names)


class ArchiveForm(forms.Form):
    """Why a course leaves the catalogue, and which one takes its place."""

    reason = forms.CharField(label=_("Alasan"), max_length=1_000, widget=forms.Textarea(attrs={"rows": 2}))
    successor = forms.ChoiceField(label=_("Kursus pengganti"), required=False)

    def __init__(self, data: "QueryDict | None" = None, *, course: "Course") -> None:
        super().__init__(data, prefix="archive")
        self._courses = {row.slug: row for row in queries.successors_for(course)[:500]}
        offer(self, "successor", [("", _("Tidak ada")), *((slug, row.title) for slug, row in self._courses.items())])

    @property
    def chosen_successor(self) -> "Course | None":
        """The course that takes the place, if one was named; only after validation."""
        return self._courses.get(self.cleaned_data["successor"])


class CourseStartForm(forms.Form):
    """What one has to know to begin a course from nothing."""

    FORMS = (("NK_ELEARNING", _("E-learning")), ("NK_PJJ", _("Pelatihan jarak jauh")))

    title = forms.CharField(label=_("Judul kursus"), max_length=160)
    summary = forms.CharField(
        label=_("Ringkasan"), max_length=600, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Satu kalimat yang membuat orang tahu apa yang didapat."),
    )  # fmt: skip
    agency = forms.ChoiceField(label=_("Untuk siapa"))
    competency = forms.ChoiceField(label=_("Kompetensi utama"), help_text=_("Yang lain dapat ditambahkan nanti."))
    target_level = forms.IntegerField(label=_("Tingkat yang dituju"), min_value=1, max_value=8, initial=2)
    learning_hours = forms.IntegerField(
        label=_("Jam pelajaran (JP)"),
        min_value=1,
        max_value=200,
        initial=2,
        help_text=_("1 JP berarti 45 menit belajar."),
    )
    level = forms.TypedChoiceField(label=_("Jenjang kursus"), choices=list(LEVEL_NAMES.items()), coerce=int)
    form = forms.ChoiceField(label=_("Bentuk pengembangan"), choices=FORMS)

    def __init__(self, *args: Any, user: "User", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._agencies = {str(agency.public_id): agency for agency in queries.agencies_for_courses(user)}
        everyone = [("everyone", _("Pegawai semua instansi"))] if queries.may_make_for_everyone(user) else []
        each = [(key, _("Pegawai %(agency)s") % {"agency": row.short_name}) for key, row in self._agencies.items()]
        offer(self, "agency", [*everyone, *each])
        self._known = competencies_by_code(TESTED_FRAMEWORK)
        offer(self, "competency", [(code, f"{code} {row}") for code, row in sorted(self._known.items())])

    def clean(self) -> dict[str, Any]:
        """The level aimed at is one of the framework."""
        data = super().clean() or {}
        competency = self._known.get(data.get("competency", ""))
        if competency is not None and (data.get("target_level") or 0) > competency.framework.level_count:
            self.add_error(
                "target_level", _("Tingkat tertinggi di kamus ini %(n)s.") % {"n": competency.framework.level_count}
            )
        return data

    @property
    def chosen_agency(self) -> "Agency | None":
        """The agency the course is for; None for all."""
        return self._agencies.get(self.cleaned_data["agency"])

    def start(self, author: str) -> CourseStart:
        """What was typed, as a course begins with it."""
        data = self.cleaned_data
        return CourseStart(
            slug="", title=data["title"].strip(), summary=data["summary"].strip().replace("\r\n", "\n"),
            framework=TESTED_FRAMEWORK, competency=data["competency"], target_level=data["target_level"], level=data["level"],
            learning_hours=data["learning_hours"], form=data["form"], author=author[:160],
        )  # fmt: skip


class PathwayImportForm(ForWhomForm):
    """The file of a pathway, and whose pathway it becomes."""

    file = forms.FileField(
        label=_("Berkas jalur"),
        help_text=_("Satu berkas YAML, misalnya hasil ekspor jalur lain."),
        widget=forms.ClearableFileInput(attrs={"accept": ".yaml"}),
    )
    field_order = ("file", "agency")

    def clean_file(self) -> str:
        """The words of the file."""
        upload = _checked_upload(self.cleaned_data["file"], ".yaml")
        try:
            text: str = upload.read(1_000_001).decode("utf-8-sig")
        except UnicodeDecodeError:
            raise forms.ValidationError(
                _("Berkas ini bukan teks UTF-8. Simpan ulang dengan pilihan pengodean UTF-8.")
            ) from None
        return text


class PathwayForm(ForWhomForm):
    """The first words about a new pathway."""

    title = forms.CharField(label=_("Judul jalur"), max_length=LONGEST_TITLE)
    summary = forms.CharField(
        label=_("Ringkasan"),
        max_length=LONGEST_SUMMARY,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Dua atau tiga kalimat: untuk apa jalur ini, dan apa yang dikuasai di ujungnya."),
    )
    field_order = ("title", "summary", "agency")


class AboutPathwayForm(forms.Form):
    """The words about a pathway."""

    title = forms.CharField(label=_("Judul jalur"), max_length=LONGEST_TITLE)
    summary = forms.CharField(
        label=_("Ringkasan"), max_length=LONGEST_SUMMARY, widget=forms.Textarea(attrs={"rows": 3})
    )
    description = forms.CharField(
        label=_("Penjelasan"),
        required=False,
        max_length=LONGEST_DESCRIPTION,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("Boleh memakai Markdown."),
    )
    audience = forms.CharField(
        label=_("Untuk siapa jalur ini"),
        required=False,
        max_length=LONGEST_SUMMARY,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


_AUDIENCE_LABELS = {
    "job_classes": _("Kelas jabatan"),
    "agency_kinds": _("Jenis instansi"),
    "roles": _("Peran di Bina"),
    "provinces": _("Provinsi tempat kerja"),
    "sectors": _("Sektor utama tempat kerja"),
}


class StepForm(forms.Form):
    """One step of a pathway; which fields there are follows from its kind."""

    title = forms.CharField(label=_("Judul langkah"), max_length=LONGEST_TITLE)
    note = forms.CharField(
        label=_("Catatan untuk peserta"),
        required=False,
        max_length=LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Mengapa langkah ini ada, atau apa yang perlu disiapkan."),
    )
    stage = forms.ChoiceField(label=_("Tahap"))
    required = forms.BooleanField(label=_("Langkah ini wajib"), required=False)
    needs = forms.MultipleChoiceField(
        label=_("Terbuka setelah langkah ini selesai"), required=False, widget=forms.CheckboxSelectMultiple
    )
    score = forms.IntegerField(
        label=_("Nilai akhir paling sedikit"),
        required=False,
        min_value=1,
        max_value=100,
        help_text=_("1 sampai 100. Kosongkan bila cukup selesai."),
    )
    proven_competency = forms.ChoiceField(
        label=_("Boleh dilewati bila terbukti"),
        required=False,
        help_text=_("Siapa yang sudah membuktikan tingkat ini boleh melewati langkahnya."),
    )
    proven_level = forms.IntegerField(label=_("pada tingkat"), required=False, min_value=1, max_value=5)

    def __init__(
        self, data: Any, *, kind: StepKind, content: dict[str, Any], user: "User", known: dict[str, Any], place: int
    ) -> None:  # fmt: skip
        super().__init__(data, initial=_initial(known, place))
        self._kind, self._content, self._known = kind, content, known
        for one in kind.fields:
            self.fields[f"own_{one.name}"] = _own_field(one, user, known.get(one.name))
        offer(self, "stage", [(str(n), stage["title"]) for n, stage in enumerate(content["stages"])])
        others = [step for step in steps_of(content) if step["key"] != known.get("key")]
        offer(self, "needs", [(step["key"], step["title"]) for step in others])
        if not kind.gives_score:
            del self.fields["score"]
        if kind.code == "level":
            del self.fields["proven_competency"], self.fields["proven_level"]
        else:
            chosen = queries.competencies_to_choose(user)
            offer(self, "proven_competency", [("", _("Tidak ada")), *chosen])
        for name, choices in queries.audience_choices().items():
            self.fields[f"only_{name}"] = forms.MultipleChoiceField(
                label=_AUDIENCE_LABELS[name], required=False, choices=choices, widget=forms.CheckboxSelectMultiple,
                initial=known.get("only_for", {}).get(name, ()),
            )  # fmt: skip

    @property
    def own(self) -> list[forms.BoundField]:
        """The fields of the kind."""
        return [self[name] for name in self.fields if name.startswith("own_")]

    @property
    def audiences(self) -> list[forms.BoundField]:
        """The fields that say for whom the step is."""
        return [self[name] for name in self.fields if name.startswith("only_")]

    def clean(self) -> dict[str, Any]:
        """A level to skip by needs both, its competency and its level."""
        data = super().clean() or {}
        if bool(data.get("proven_competency")) != bool(data.get("proven_level")):
            self.add_error("proven_level", _("Pilih kompetensi beserta tingkatnya, atau kosongkan keduanya."))
        return data

    @property
    def place(self) -> int:
        """The stage that was chosen, from 0."""
        return int(self.cleaned_data["stage"])

    @property
    def step(self) -> dict[str, Any]:
        """The step as the file of a pathway holds it."""
        data = self.cleaned_data
        step: dict[str, Any] = {
            "key": self._known.get("key") or free_key(self._content, data["title"]),
            "kind": self._kind.code, "title": data["title"].strip(), "note": data["note"].strip(),
        }  # fmt: skip
        if not data["required"]:
            step["required"] = False
        for one in self._kind.fields:
            step[one.name] = data[f"own_{one.name}"]
        step["score"] = data.get("score")
        step["needs"] = data["needs"]
        step["only_for"] = {
            name.removeprefix("only_"): data[name] for name in data if name.startswith("only_") and data[name]
        }
        if data.get("proven_competency"):
            step["proven"] = {"competency": data["proven_competency"], "level": data["proven_level"]}
        return {name: value for name, value in step.items() if value or value is False}


def _initial(known: dict[str, Any], place: int) -> dict[str, Any]:
    proven = known.get("proven", {})
    return {
        "title": known.get("title", ""), "note": known.get("note", ""), "stage": str(place),
        "required": known.get("required", True), "needs": known.get("needs", ()), "score": known.get("score"),
        "proven_competency": proven.get("competency", ""), "proven_level": proven.get("level"),
    }  # fmt: skip


def _own_field(one: StepField, user: "User", value: Any) -> forms.Field:
    said: dict[str, Any] = {"label": one.label, "help_text": one.help, "required": one.is_required, "initial": value}
    if one.widget is Widget.CHOICE:
        return forms.ChoiceField(choices=[("", _("Pilih")), *(one.options(user) if one.options else ())], **said)
    if one.widget is Widget.NUMBER:
        return forms.IntegerField(min_value=one.low, max_value=one.high, **said)
    return forms.CharField(max_length=one.longest, widget=forms.Textarea(attrs={"rows": 6}), **said)
