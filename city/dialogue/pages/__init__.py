"""The pages of dialogue: surveys, questions to the city, and both of them at the desk."""

from city.dialogue.pages import answers, card, desk, questions, surveys

routes = [
    *surveys.routes,
    *questions.routes,
    *answers.routes,
    *card.routes,
    *desk.routes,
]
"""What people see of this room."""
