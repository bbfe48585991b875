"""Public figures that do not give anybody away."""

from bina.science.privacy.suppression import suppress

__all__ = ["suppress"]
