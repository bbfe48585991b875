"""What this room does when something happens: sums follow levels, levels follow standards and places."""

from django.urls import reverse
from django.utils.translation import gettext as _

from bina.competencies import jobs
from bina.competencies.actions import note_stale_units, recompute_levels
from bina.competencies.models import Appeal
from bina.competencies.queries import deciders_of
from bina.journal.actions import notify
from bina.journal.models import Entry
from bina.journal.registry import react_to
from bina.people.queries import employees, user_of


@react_to("evidence.recorded", "evidence.withdrawn")
def sum_units_again(entry: Entry) -> None:
    """A level changed: the sums of its unit follow."""
    jobs.refresh_unit_gaps.enqueue()


@react_to("standard.set", "standard.ended", "staff_import.applied")
def recompute_the_agency(entry: Entry) -> None:
    """What jobs ask for changed, or many people moved: compute the agency's levels anew."""
    jobs.recompute_agency.enqueue(entry.agency_id)


@react_to("framework.published", "framework.retired")
def recompute_all(entry: Entry) -> None:
    """The set of competencies in use changed for everyone."""
    jobs.recompute_agency.enqueue(None)


@react_to("employee.added", "employee.moved", "employee.changed")
def measure_against_the_new_post(entry: Entry) -> None:
    """A person has a new post: the same evidence, another standard; both units are summed again."""
    employee = employees().filter(public_id=entry.object_id).first()
    if employee is None:
        return
    recompute_levels([employee.pk])
    former = entry.data.get("former_unit_id")
    if former:
        note_stale_units([former])
    jobs.refresh_unit_gaps.enqueue()


def _appeal(entry: Entry) -> Appeal | None:
    return (
        Appeal.objects.filter(public_id=entry.object_id)
        .select_related("employee__unit", "employee__agency", "competency")
        .first()
    )


@react_to("appeal.requested")
def tell_the_deciders(entry: Entry) -> None:
    """Somebody asks for a level to be looked at again: those who decide hear of it."""
    appeal = _appeal(entry)
    if appeal is None:
        return
    for account in deciders_of(appeal):
        notify(
            recipient=account,
            title=_("%(name)s meminta tingkatnya ditinjau") % {"name": appeal.employee.courteous_name},
            body=_("Kompetensi: %(competency)s. Baca alasannya dan putuskan.") % {"competency": appeal.competency},
            url=reverse("competencies:decide_review", args=[appeal.public_id]),
            dedup_key=f"appeal:{appeal.public_id}",
        )


@react_to("appeal.decided")
def tell_the_person(entry: Entry) -> None:
    """A request was decided: the person reads the outcome and the reason."""
    appeal = _appeal(entry)
    recipient = user_of(appeal.employee) if appeal else None
    if appeal and recipient:
        notify(
            recipient=recipient,
            title=_("Permintaan peninjauan Anda sudah diputuskan"),
            body=_("%(competency)s: %(state)s. Alasan: %(reason)s")
            % {"competency": appeal.competency, "state": appeal.state_name, "reason": appeal.decision_reason},
            url=reverse("competencies:reason", args=[appeal.competency.public_id]),
            dedup_key=f"appeal-decided:{appeal.public_id}",
        )
