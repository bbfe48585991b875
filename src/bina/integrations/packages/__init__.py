"""Strangers' packages run here: kept as they came, shown in a closed frame, their results taken in.

Words: PackageAttempt (one person in one activity that a package plays), PackageInteraction (one answer the package told of).
A standard (SCORM, …) registers how its packages are recognised, turned into a course, and run.
Journal: package.started, package.restarted, package.judged.
"""
