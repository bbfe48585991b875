"""What a person has earned: learning hours (JP) by dated rules, certificates and their public verification.

Words: HourRule (how a form of development becomes hours), HourRequirement (yearly floor, contract ceiling), LearningHours
(the ledger), Certificate, NumberSequence. Writes hours.recorded, hours.voided, certificate.issued, certificate.revoked.
"""
