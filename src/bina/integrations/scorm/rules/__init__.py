"""What SCORM says: manifests, the data model, and the kind of activity that plays a package."""

from bina.integrations.scorm.rules.data_model import begin, outcome_of, seconds_of
from bina.integrations.scorm.rules.kind import SCORM
from bina.integrations.scorm.rules.manifest import MANIFEST, Manifest, Sco, read_manifest

__all__ = ["MANIFEST", "SCORM", "Manifest", "Sco", "begin", "outcome_of", "read_manifest", "seconds_of"]
