"""Agencies, units, positions, employees, who leads whom, roles and sign-in.

Words: Agency, OrgUnit (tree with validity), JobClass, Position, Employee, Assignment (definitive or acting), RoleGrant
(a role on a subtree for a period), User. Every visibility question of the house begins in ``people.queries``.
"""
