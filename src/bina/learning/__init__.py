"""Courses, and the way people walk through them.

Words: Course (what the catalogue offers), CourseVersion (one edition, compiled from a folder of files; never changed
once published), Activity (one step; its kind comes from the registry in ``rules``), Enrolment (a person on one
version), ActivityProgress, QuizAttempt, CourseEffect (what evaluation measured).
Journal: course.*, enrolment.*, activity.completed.
"""
