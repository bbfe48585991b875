"""What a Common Cartridge says: its manifest, its resources, its quizzes in QTI 1.2."""

from bina.integrations.common_cartridge.rules.cartridge import CARTRIDGE, is_cartridge, read_cartridge
from bina.integrations.common_cartridge.rules.quizzes import QuizItems, read_quiz

__all__ = ["CARTRIDGE", "QuizItems", "is_cartridge", "read_cartridge", "read_quiz"]
