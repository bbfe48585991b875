"""Roles in the words of the standard, and what a tool may be told about a person."""

from dataclasses import dataclass

_CONTEXT = "http://purl.imsglobal.org/vocab/lis/v2/membership#"
LEARNER = f"{_CONTEXT}Learner"
INSTRUCTOR = f"{_CONTEXT}Instructor"
INSTITUTION_LEARNER = "http://purl.imsglobal.org/vocab/lis/v2/institution/person#Learner"
INSTITUTION_STAFF = "http://purl.imsglobal.org/vocab/lis/v2/institution/person#Staff"


def is_role_asked(asked: str, role: str) -> bool:
    """Whether a filter by role asks for this one; context roles may be named by their last word alone."""
    return not asked or asked in {role, role.removeprefix(_CONTEXT)}


@dataclass(frozen=True, slots=True)
class Known:
    """A person as a tool knows them: a name that means nothing elsewhere, and whatever the agency allowed beside it."""

    subject: str
    name: str = ""
    email: str = ""

    def claims(self) -> dict[str, str]:
        """As claims of a launch."""
        told = {"sub": self.subject}
        if self.name:
            first, _space, rest = self.name.partition(" ")
            told |= {"name": self.name, "given_name": first, "family_name": rest or first}
        if self.email:
            told["email"] = self.email
        return told

    def member(self, roles: tuple[str, ...]) -> dict[str, object]:
        """As a member of a roster."""
        told = {name: value for name, value in self.claims().items() if name != "sub"}
        return {"user_id": self.subject, "status": "Active", "roles": list(roles), **told}
