"""A session as a visitor of the record store: who it is, and what it may read and write there."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from bina.foundation.errors import Denied
from bina.integrations.cmi5.actions import note_reading, take_statements
from bina.integrations.cmi5.models import LaunchSession
from bina.integrations.cmi5.queries import is_over, session_by_key, unit_address
from bina.integrations.cmi5.rules import LAUNCH_DATA, PREFERENCES, fault_of_preferences, fault_of_state
from bina.records.queries import Kind, Shelf
from bina.records.rules import Json, Scope

MAY = frozenset({Scope.WRITE.value, Scope.READ_MINE.value, Scope.STATE.value, Scope.PROFILE.value})
READING = frozenset({"GET", "HEAD"})


@dataclass(frozen=True, slots=True)
class SessionVisit:
    """What a session may do in the store of its registration."""

    session: LaunchSession

    @property
    def store_id(self) -> int:
        """The store of the registration."""
        return self.session.registration.store_id

    @property
    def name(self) -> str:
        """The unit, by its title."""
        return self.session.unit.title

    @property
    def scopes(self) -> frozenset[str]:
        """What a session may ask for at all."""
        return MAY

    def registration(self) -> str:
        """The registration whose statements may be read."""
        return str(self.session.registration.public_id)

    def use_document(self, shelf: Shelf, name: str, *, method: str, content_type: str, content: bytes) -> None:
        """States of the own unit, the own preferences, and the profile of the own unit; raises Denied for all else."""
        agent, activity = self.session.registration.agent, unit_address(self.session.unit)
        if shelf.kind == Kind.STATE:
            fault = fault_of_state(
                name, method=method, activity=shelf.activity, agent=shelf.agent, registration=shelf.registration,
                own={"agent": agent, "activity": activity, "registration": self.registration()},
            )  # fmt: skip
        elif shelf.kind == Kind.AGENT:
            fault = "" if shelf.agent == agent else _("Profil hanya boleh milik “actor” dari peluncuran.")
            fault = fault or fault_of_preferences(name, method=method, content_type=content_type, content=content)
        else:
            fault = "" if shelf.activity == activity else _("Profil hanya boleh milik “activityId” dari peluncuran.")
        if fault:
            raise Denied(fault)
        if method in READING and (shelf.kind, name) in {(Kind.STATE, LAUNCH_DATA), (Kind.AGENT, PREFERENCES)}:
            note_reading(session=self.session, document=name)

    def store(self, statements: Sequence[Json], write: Callable[[], list[str]]) -> list[str]:
        """Statements of the unit; raises Denied for what breaks a rule of cmi5."""
        return take_statements(session_id=self.session.pk, statements=statements, write=write)


def open_visit(key: str, secret: str) -> SessionVisit | None:
    """The visit behind ``cmi5-…`` and its secret; None when there is none. Raises Denied after the end of the session."""
    session = session_by_key(key.partition("-")[2], secret)
    if session is None:
        return None
    if is_over(session):
        raise Denied(_("Sesi ini sudah berakhir; tidak ada lagi yang diterima."))
    return SessionVisit(session)
