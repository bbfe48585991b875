"""People learn of ratings about them, and superiors that theirs is waited for."""

from django.urls import reverse
from django.utils.translation import gettext as _

from bina.assessment.rules import Relation
from bina.journal.actions import notify
from bina.journal.models import Entry
from bina.journal.registry import react_to
from bina.people.queries import employees, superior_of, user_of


@react_to("rating.submitted")
def tell_about_a_rating(entry: Entry) -> None:
    """The superior rated somebody: tell that person. Somebody rated themselves: tell the superior, once per rating."""
    person = employees().filter(pk=entry.data.get("employee_id")).select_related("unit").first()
    if person is None:
        return
    if entry.data.get("relation") == Relation.SUPERIOR:
        recipient = user_of(person)
        if recipient:
            notify(
                recipient=recipient,
                title=_("Atasan Anda menilai kompetensi Anda"),
                body=_("%(name)s mengirim penilaian. Anda dapat membaca tingkat yang dihasilkannya.")
                % {"name": entry.actor_name},
                url=reverse("assessment:rating", args=[entry.object_id]),
                dedup_key=f"rating:{entry.object_id}",
            )
        return
    superior = superior_of(person)
    recipient = user_of(superior) if superior else None
    if recipient:
        notify(
            recipient=recipient,
            title=_("%(name)s menunggu penilaian Anda") % {"name": person.courteous_name},
            body=_("%(name)s sudah mengisi penilaian mandiri. Penilaian Anda melengkapinya, sekitar 10 menit.")
            % {"name": person.display_name},
            url=reverse("assessment:rate", args=[person.public_id]),
            dedup_key=f"self-rating:{entry.object_id}",
            mail=False,
        )
