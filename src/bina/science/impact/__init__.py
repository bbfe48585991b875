"""Did it work: gains between two measurements of the same people, with their interval and a careful verdict.

Results are numbers and codes only; the sentences belong to the screens.
"""

from bina.science.impact.paired import PairedGain, paired_gain
from bina.science.impact.reliable_change import ReliableChange, reliable_change
from bina.science.impact.standardised_change import StandardisedChange, standardised_change
from bina.science.impact.verdict import Verdict, describe
from bina.science.impact.weighted import WeightedGain, weighted_gain

__all__ = [
    "PairedGain",
    "ReliableChange",
    "StandardisedChange",
    "Verdict",
    "WeightedGain",
    "describe",
    "paired_gain",
    "reliable_change",
    "standardised_change",
    "weighted_gain",
]
