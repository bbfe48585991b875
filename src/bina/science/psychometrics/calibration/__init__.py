"""Calibration of items from answers: what goes in, how the parameters are found, and how well they fit."""

from bina.science.psychometrics.calibration.estimation import calibrate
from bina.science.psychometrics.calibration.fit import Calibration
from bina.science.psychometrics.calibration.problem import Model, Priors, TooFewAnswersError

__all__ = ["Calibration", "Model", "Priors", "TooFewAnswersError", "calibrate"]
