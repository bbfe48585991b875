"""What happens inside of a package becomes statements of our store, with the actor and the activity that we know."""

import datetime as dt
from collections.abc import Sequence

from bina.integrations.packages.models import PackageAttempt
from bina.integrations.packages.queries.telling import statement_of
from bina.integrations.packages.rules import Happening
from bina.records.actions import tell_once
from bina.records.rules import Invalid, Json, require_statement


def tell_store(attempt: PackageAttempt, happenings: Sequence[Happening], moment: dt.datetime) -> int:
    """Store what happened in the records of the learner's agency; how many statements those are.

    A happening that is told again is there already and changes nothing: the moment is that of the report, so its words are not
    compared with its first telling. One that xAPI does not allow is left out.
    """
    statements: dict[str, Json] = {}
    for happening in happenings:
        statement = statement_of(attempt, happening, moment)
        try:
            require_statement(statement, version=2, where="", may_hold_null=False)
        except Invalid:
            continue
        statements.setdefault(statement["id"], statement)
    return tell_once(agency=attempt.enrolment.employee.agency, statements=list(statements.values()))
