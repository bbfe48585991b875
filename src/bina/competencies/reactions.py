"""What this room does when something happens: sums follow levels, levels follow standards and places."""

from bina.competencies import jobs
from bina.competencies.actions import note_stale_units, recompute_levels
from bina.journal.models import Entry
from bina.journal.registry import react_to
from bina.people.queries import employees


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
