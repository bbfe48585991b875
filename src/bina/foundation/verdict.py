"""The answer of a rule: allowed, or turned down with a sentence. Templates use its truth, actions call require()."""

from dataclasses import dataclass

from django.utils.functional import Promise

from bina.foundation.errors import Denied, Refused


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a rule says. Truthy when allowed; ``sentence`` tells the person why not."""

    allowed: bool
    sentence: str | Promise = ""
    by_state: bool = False

    def __bool__(self) -> bool:
        return self.allowed

    def require(self) -> None:
        """Raise Denied (the person may not) or Refused (the state does not allow it) unless allowed."""
        if self.allowed:
            return
        raise (Refused if self.by_state else Denied)(str(self.sentence))


ALLOWED = Verdict(True)


def denied(sentence: str | Promise) -> Verdict:
    """This person may not, for the reason given."""
    return Verdict(False, sentence)


def refused(sentence: str | Promise) -> Verdict:
    """The state does not allow it, for the reason given."""
    return Verdict(False, sentence, by_state=True)


def first_refusal(*verdicts: Verdict) -> Verdict:
    """The first verdict that turns the change down, else ALLOWED."""
    return next((verdict for verdict in verdicts if not verdict), ALLOWED)
