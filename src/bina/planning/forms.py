"""What people type in this room."""

from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from bina.competencies.queries import competencies_to_require
from bina.credentials.queries import forms_of_development
from bina.credentials.rules import CATEGORY_NAMES
from bina.foundation.fields import Day, offer
from bina.learning.queries import published_courses
from bina.planning.actions import ItemContent

if TYPE_CHECKING:
    from bina.people.models import User
    from bina.planning.models import PlanItem

QUARTERS = [
    (1, _("Triwulan 1 (Januari–Maret)")),
    (2, _("Triwulan 2 (April–Juni)")),
    (3, _("Triwulan 3 (Juli–September)")),
    (4, _("Triwulan 4 (Oktober–Desember)")),
]


class ItemForm(forms.Form):
    """One activity of a plan. A chosen course fills in what is left empty, so the browser does not insist on it."""

    use_required_attribute = False

    course = forms.ChoiceField(
        label=_("Kursus dari katalog"),
        required=False,
        help_text=_("Bila memilih kursus, judul, bentuk, dan JP boleh dikosongkan; kemajuannya tercatat sendiri."),
    )
    title = forms.CharField(
        label=_("Kegiatan"),
        max_length=200,
        help_text=_("Misalnya: Magang dua minggu di bidang data."),
        error_messages={"required": _("Tuliskan kegiatannya, atau pilih kursus dari katalog.")},
    )
    competency = forms.ChoiceField(label=_("Kompetensi yang dituju"), required=False)
    target_level = forms.TypedChoiceField(
        label=_("Tingkat sasaran"), required=False, coerce=int, empty_value=None,
        choices=[("", "–"), *((level, str(level)) for level in range(1, 6))],
    )  # fmt: skip
    form_code = forms.ChoiceField(
        label=_("Bentuk pengembangan"), error_messages={"required": _("Pilih bentuk pengembangan.")}
    )
    quarter = forms.TypedChoiceField(label=_("Waktu"), coerce=int, choices=QUARTERS)
    hours = forms.DecimalField(
        label=_("Jam pelajaran (JP)"), required=False, min_value=0, max_value=1000, max_digits=6, decimal_places=2,
        localize=True, help_text=_("1 JP = 45 menit."),
    )  # fmt: skip
    reason = forms.CharField(
        label=_("Alasan"), required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Mengapa kegiatan ini menolong pekerjaan Anda; atasan membacanya."),
    )  # fmt: skip

    def __init__(self, *args: Any, user: "User", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        agency_id = user.employee.agency_id if user.employee else None
        if self.data.get("course"):
            self.fields["title"].required = self.fields["form_code"].required = False
        self._courses = {str(row.public_id): row for row in published_courses(user).order_by("current_version__title")}
        self._competencies = {str(row.public_id): row for row in competencies_to_require(agency_id)}
        self._forms = {form.code: form for form in forms_of_development(agency_id)}
        groups: dict[str, list[tuple[str, str]]] = {}
        for public_id, competency in self._competencies.items():
            groups.setdefault(str(competency.framework), []).append((public_id, str(competency)))
        families: dict[str, list[tuple[str, str]]] = {}
        for code, form in self._forms.items():
            families.setdefault(str(CATEGORY_NAMES[form.category]), []).append((code, form.name))
        courses = [(public_id, row.title) for public_id, row in self._courses.items()]
        offer(self, "course", [("", _("Tanpa kursus")), *courses])
        offer(self, "competency", [("", _("Tidak khusus")), *groups.items()])
        offer(self, "form_code", [("", _("Pilih bentuk")), *families.items()])

    @staticmethod
    def initial_of(item: "PlanItem") -> dict[str, Any]:
        """What an item says, for the form that changes it."""
        return {
            "course": str(item.course.public_id) if item.course else "",
            "title": item.title,
            "competency": str(item.competency.public_id) if item.competency else "",
            "target_level": item.target_level or "",
            "form_code": item.form_code,
            "quarter": item.quarter,
            "hours": item.hours.normalize() if item.hours != item.hours.to_integral() else int(item.hours),
            "reason": item.reason,
        }

    def clean(self) -> dict[str, Any]:
        """Fill in from the course or the form what was left empty."""
        cleaned = super().clean() or self.cleaned_data
        course = self._courses.get(cleaned.get("course") or "")
        version = course.current_version if course else None
        if version is not None:
            cleaned["title"] = cleaned.get("title") or version.title
            cleaned["form_code"] = cleaned.get("form_code") or version.form_code
            if cleaned.get("hours") is None and "hours" not in self.errors:
                cleaned["hours"] = Decimal(version.learning_hours)
        if cleaned.get("hours") is None and "hours" not in self.errors:
            form = self._forms.get(cleaned.get("form_code") or "")
            cleaned["hours"] = form.default_hours if form else Decimal(0)
        return cleaned

    @property
    def content(self) -> ItemContent:
        """What was typed, ready for the action."""
        cleaned = self.cleaned_data
        return ItemContent(
            title=cleaned["title"],
            form_code=cleaned["form_code"],
            quarter=cleaned["quarter"],
            hours=cleaned["hours"],
            competency=self._competencies.get(cleaned["competency"]),
            target_level=cleaned["target_level"],
            course=self._courses.get(cleaned["course"]),
            reason=cleaned["reason"],
        )


class DoneForm(forms.Form):
    """What was done in an activity outside a course."""

    reason = forms.CharField(
        label=_("Apa yang sudah dilakukan"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Satu atau dua kalimat: apa yang dikerjakan, bersama siapa, dan hasilnya."),
    )  # fmt: skip


class CycleForm(forms.Form):
    """When first plans of a year are accepted."""

    opens_on = Day(label=_("Dibuka"), required=False)
    closes_on = Day(label=_("Ditutup"), required=False)


def read_uuid(text: str) -> UUID | None:
    """A public id from an address or a hidden field; None when it is none."""
    try:
        return UUID(text)
    except ValueError:
        return None
