"""What this room does when something happens: sums follow levels, levels follow standards and places."""

from django.urls import reverse
from django.utils.translation import gettext as _

from bina.competencies import jobs
from bina.competencies.actions import note_stale_units, recompute_levels
from bina.competencies.models import Appeal
from bina.competencies.queries import deciders_of
from bina.design.formats import date
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
        .select_related("employee__unit", "employee__agency", "competency", "assessor")
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


@react_to("appeal.assessor_named")
def tell_the_assessor(entry: Entry) -> None:
    """Somebody is asked for an opinion: the assessor hears what is asked and until when; the person hears who judges."""
    appeal = _appeal(entry)
    if appeal is None or appeal.assessor is None:
        return
    account = user_of(appeal.assessor)
    if account:
        notify(
            recipient=account,
            title=_("Anda diminta memberi pendapat atas sebuah tingkat"),
            body=_("Kompetensi: %(competency)s. Paling lambat %(day)s.")
            % {"competency": appeal.competency, "day": date(appeal.opinion_due_on)},
            url=reverse("competencies:give_opinion", args=[appeal.public_id]),
            dedup_key=f"opinion:{appeal.public_id}:{appeal.assessor.public_id}",
        )
    person = user_of(appeal.employee)
    if person:
        notify(
            recipient=person,
            title=_("Penelaah untuk peninjauan Anda sudah ditunjuk"),
            body=_("%(competency)s dinilai oleh %(name)s, yang tidak ikut memberi bukti.")
            % {"competency": appeal.competency, "name": appeal.assessor_name},
            url=reverse("competencies:reason", args=[appeal.competency.public_id]),
            dedup_key=f"assessor:{appeal.public_id}:{appeal.assessor.public_id}",
            mail=False,
        )


@react_to("appeal.assessed", "appeal.opinion_declined")
def tell_the_deciders_of_the_opinion(entry: Entry) -> None:
    """The assessor has judged, or cannot: those who decide go on."""
    appeal = _appeal(entry)
    if appeal is None:
        return
    declined = entry.verb == "appeal.opinion_declined"
    for account in deciders_of(appeal):
        notify(
            recipient=account,
            title=_("Penelaah tidak dapat menilai; tunjuk orang lain")
            if declined
            else _("Pendapat penelaah sudah ada"),
            body=_("%(name)s, %(competency)s.") % {"name": appeal.employee.full_name, "competency": appeal.competency},
            url=reverse("competencies:decide_review", args=[appeal.public_id]),
            dedup_key=f"{entry.verb}:{entry.pk}",
        )


@react_to("source_estimate.requested")
def estimate_the_sources(entry: Entry) -> None:
    """An estimate of the trust in sources was asked for: calculate it."""
    jobs.calculate_source_estimate.enqueue(entry.object_id)


@react_to("evidence_source.changed")
def follow_the_trust(entry: Entry) -> None:
    """A source is trusted differently: everybody's levels follow."""
    jobs.recompute_after_change.enqueue(entry.data["progress"])


@react_to("level_cuts.adopted", "level_cuts.withdrawn")
def follow_the_cuts(entry: Entry) -> None:
    """Tests are read through other cuts: the levels of those who took them follow."""
    jobs.recompute_after_cuts.enqueue(str(entry.object_id), entry.data["progress"])
