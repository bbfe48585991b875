"""Plans of development: what a person will learn this year, why, how and when, agreed with the superior.

Words: PlanningCycle (when an agency plans a year), IndividualPlan (one revision of one person's year), PlanItem (one
intention; follows learning by itself). Writes plan.submitted, plan.approved, plan.returned, plan_item.done and others.
"""
