"""What people can do, measured: item banks, tests on the server's clock, rounds of ratings, practical tasks, surveys.

Words: ItemBank, Item, ItemVersion (answers always point at the version that was seen), Blueprint (a fixed or adaptive form),
Session (one attempt), Response, CompetencyScore; AssessmentWindow and Participant (a test that counts); CalibrationRun and
StandardPanel; Rating and RatingRound; PracticalTask and WorkProduct; Instrument and Survey. Results leave this room as
evidence. Each theme has a file of its own on every floor: rules, models, queries, actions, views.
"""
