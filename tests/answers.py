"""Right and wrong answers to any item, for tests that live through a whole measurement."""

from bina.assessment.rules import right_answer, wrong_answer

__all__ = ["right_answer", "wrong_answer"]
