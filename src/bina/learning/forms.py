"""Forms of authors: bringing a course in."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from bina.foundation.errors import Refused
from bina.foundation.uploads import require_upload
from bina.learning import queries

if TYPE_CHECKING:
    from bina.people.models import Agency, User


class CourseImportForm(forms.Form):
    """A zip of a course folder, and whose course it becomes."""

    file = forms.FileField(
        label=_("Berkas ZIP kursus"), help_text=_("Satu folder berisi course.yaml beserta teks, soal, dan medianya.")
    )
    agency = forms.ChoiceField(label=_("Untuk siapa"))

    def __init__(self, *args: Any, user: "User", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._agencies = {str(agency.public_id): agency for agency in queries.agencies_for_courses(user)}
        field = self.fields["agency"]
        assert isinstance(field, forms.ChoiceField)
        everyone = [("everyone", _("Pegawai semua instansi"))] if queries.may_make_for_everyone(user) else []
        field.choices = [
            *everyone,
            *((key, _("Pegawai %(agency)s") % {"agency": row.short_name}) for key, row in self._agencies.items()),
        ]
        self.fields["file"].widget.attrs["accept"] = ".zip"

    def clean_file(self) -> Any:
        """Only a zip of an acceptable size goes further."""
        upload = self.cleaned_data["file"]
        try:
            require_upload(upload, endings={".zip"})
        except Refused as refusal:
            raise forms.ValidationError(str(refusal)) from refusal
        return upload

    @property
    def chosen_agency(self) -> "Agency | None":
        """The agency the course is for; None for all."""
        return self._agencies.get(self.cleaned_data["agency"])
