"""Forms of authors: bringing a package in."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from bina.competencies.queries import competencies_by_code
from bina.foundation.errors import Refused
from bina.foundation.fields import offer
from bina.foundation.uploads import require_upload
from bina.integrations.packages.rules import Choices
from bina.learning import queries
from bina.learning.rules import LEVEL_NAMES, slug_of

if TYPE_CHECKING:
    from bina.learning.models import Upload
    from bina.people.models import Agency, User

FRAMEWORK = "digcomp-3.0"


class PackageImportForm(forms.Form):
    """A package, and what no package says: for whom, how many hours, which competency."""

    file = forms.FileField(
        label=_("Berkas paket"),
        required=False,
        help_text=_(
            "SCORM 1.2, SCORM 2004, cmi5 (ZIP atau cmi5.xml), H5P (.h5p), atau Common Cartridge (.imscc), seperti yang "
            "diekspor sistem asalnya."
        ),
    )
    upload = forms.CharField(required=False, max_length=200, widget=forms.HiddenInput)
    agency = forms.ChoiceField(label=_("Untuk siapa"))
    title = forms.CharField(
        label=_("Judul kursus"),
        max_length=160,
        required=False,
        help_text=_("Bila kosong, judul di dalam paket dipakai."),
    )
    summary = forms.CharField(
        label=_("Ringkasan"), max_length=600, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Satu kalimat yang membuat orang tahu apa yang didapat."),
    )  # fmt: skip
    learning_hours = forms.IntegerField(label=_("Jam pelajaran (JP)"), min_value=1, max_value=200, initial=1)
    level = forms.TypedChoiceField(label=_("Jenjang kursus"), choices=list(LEVEL_NAMES.items()), coerce=int)
    competency = forms.ChoiceField(label=_("Kompetensi"))
    target_level = forms.IntegerField(label=_("Tingkat yang dituju"), min_value=1, max_value=8, initial=2)

    def __init__(self, *args: Any, user: "User", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._user = user
        self.finished: Upload | None = None
        self._agencies = {str(agency.public_id): agency for agency in queries.agencies_for_courses(user)}
        everyone = [("everyone", _("Pegawai semua instansi"))] if queries.may_make_for_everyone(user) else []
        each = [(key, _("Pegawai %(agency)s") % {"agency": row.short_name}) for key, row in self._agencies.items()]
        offer(self, "agency", [*everyone, *each])
        known = competencies_by_code(FRAMEWORK)
        offer(self, "competency", [(code, f"{code} {row}") for code, row in sorted(known.items())])
        self.fields["file"].widget.attrs["accept"] = ".zip,.h5p,.imscc,.xml"

    def clean_file(self) -> Any:
        """Only an archive of an acceptable size goes further."""
        upload = self.cleaned_data["file"]
        if upload is None:
            return None
        try:
            require_upload(upload, endings={".zip", ".h5p", ".imscc", ".xml"})
        except Refused as refusal:
            raise forms.ValidationError(str(refusal)) from refusal
        return upload

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

    @property
    def chosen_agency(self) -> "Agency | None":
        """The agency the course is for; None for all."""
        return self._agencies.get(self.cleaned_data["agency"])

    def choices_for(self, title: str) -> Choices:
        """What was typed, with the package's own title where none was."""
        data = self.cleaned_data
        words = data["title"] or title
        return Choices(
            title=words, slug=slug_of(words), summary=data["summary"], learning_hours=data["learning_hours"],
            level=data["level"], competency=data["competency"], target_level=data["target_level"], framework=FRAMEWORK,
        )  # fmt: skip
