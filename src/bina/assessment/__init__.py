"""What people can do, measured: item banks, tests with a server-owned clock, ratings, surveys.

Words: ItemBank, Item, ItemVersion (answers always point at the version that was seen), Blueprint (a fixed form),
Session (one attempt), Response, CompetencyScore, Rating, Instrument, SurveyResponse. Results leave this room as evidence.
"""
