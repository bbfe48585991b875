"""Pages of courses: the catalogue, the player, the workshop of authors."""

from bina.learning.views.media import media

__all__ = ["media"]
