"""What H5P says: its archives, its events, and the kind of activity that plays a content."""

from bina.integrations.h5p.rules.archive import MARK, Content, read_content
from bina.integrations.h5p.rules.events import happening_of
from bina.integrations.h5p.rules.kind import H5P
from bina.integrations.h5p.rules.running import begin, outcome_of, take_in

__all__ = ["H5P", "MARK", "Content", "begin", "happening_of", "outcome_of", "read_content", "take_in"]
