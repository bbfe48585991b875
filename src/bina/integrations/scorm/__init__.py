"""SCORM 1.2 and SCORM 2004: packages are read by their manifest and run with the API their pages look for."""
