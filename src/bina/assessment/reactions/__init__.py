"""What this room does when something happens; each module registers its own."""

from bina.assessment.reactions import attempts, formal, items, products, ratings, rounds, surveys, tasks

__all__ = ["attempts", "formal", "items", "products", "ratings", "rounds", "surveys", "tasks"]
