"""Bina: develop the digital competence of civil servants, and prove that it worked."""

__version__ = "0.1.0"
