"""What people can do, and how we know: frameworks, standards of positions, evidence, computed levels and gaps.

Words: Framework, Competency, Level, Crosswalk, PositionStandard, Evidence, CompetencyLevel (one computed line of a
profile), UnitGap (sums for gap maps). Evidence of every origin enters by ``actions.record_evidence``.
"""
