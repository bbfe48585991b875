"""Tables of courses, of people who learn in them, and of what they make there."""

from bina.learning.models.courses import (
    Activity,
    ActivityProgress,
    ActivityWords,
    Course,
    CourseCompetency,
    CourseEffect,
    CourseFile,
    CourseVersion,
    Enrolment,
    EnrolmentSum,
    QuizAttempt,
    StoredFile,
)
from bina.learning.models.pathways import Journey, Pathway, PathwayVersion, StepFile, StepWork
from bina.learning.models.places import ActivityVariant, PlaceSector
from bina.learning.models.renditions import LightVideo, PlayChoice
from bina.learning.models.reviews import CourseComment, CourseReview, CourseReviewer, CourseReviewRule
from bina.learning.models.surveys import CourseSheet, CourseSheetDraft, SheetPair
from bina.learning.models.uploads import Upload
from bina.learning.models.works import DiscussionAnswer, HandedWork, PeerVoice, WorkFile
from bina.learning.models.workspaces import Workspace, WorkspaceFile, WorkspaceSave

__all__ = [
    "Activity",
    "ActivityProgress",
    "ActivityVariant",
    "ActivityWords",
    "Course",
    "CourseComment",
    "CourseCompetency",
    "CourseEffect",
    "CourseFile",
    "CourseReview",
    "CourseReviewRule",
    "CourseReviewer",
    "CourseSheet",
    "CourseSheetDraft",
    "CourseVersion",
    "DiscussionAnswer",
    "Enrolment",
    "EnrolmentSum",
    "HandedWork",
    "Journey",
    "LightVideo",
    "Pathway",
    "PathwayVersion",
    "PeerVoice",
    "PlaceSector",
    "PlayChoice",
    "QuizAttempt",
    "SheetPair",
    "StepFile",
    "StepWork",
    "StoredFile",
    "Upload",
    "WorkFile",
    "Workspace",
    "WorkspaceFile",
    "WorkspaceSave",
]
