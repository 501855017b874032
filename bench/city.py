"""A generated city of a stated size: reports round the real streets, most of them in hot spots."""

import math
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from city.cases import Status
from city.reports import ImportedReport

CENTRE = (16.4637, 107.5909)
WORDS = """
    đèn đường tắt nhiều đêm rác tồn đọng ổ gà sâu cống nghẹt nước tràn vỉa hè cây gãy đổ
    tiếng ồn khuya chó thả rông xe đậu sai chỗ bảng hiệu che khuất gần trường học chợ bến xe cầu
""".split()  # noqa: SIM905 (read as words, not as a list)
SPOTS = 40


def reports(count: int, categories: list[str], *, seed: int = 7) -> Iterator[ImportedReport]:
    """Yield reports of the last two years; 80 % lie in hot spots, 85 % are closed."""
    chance = random.Random(seed)
    spots = [(spot, chance.choice(categories)) for spot in _spots()]
    now = datetime.now(UTC)
    for number in range(count):
        middle, usual = chance.choice(spots)
        hot = chance.random() < 0.8
        latitude, longitude = _near(chance, middle if hot else CENTRE, 0.004 if hot else 0.09)
        opened = now - timedelta(seconds=chance.random() * 730 * 86400 + 60)
        closed = opened + timedelta(days=chance.expovariate(1 / 5))
        done = chance.random() < 0.85 and closed < now
        yield ImportedReport(
            external_id=f"bench-{number}",
            category=usual if hot and chance.random() < 0.7 else chance.choice(categories),
            status=Status.DONE if done else Status.NEW,
            description=" ".join(chance.choices(WORDS, k=chance.randint(8, 30))),
            latitude=latitude,
            longitude=longitude,
            opened_at=opened,
            due_at=opened + timedelta(days=9),
            closed_at=closed if done else None,
            answer="Đã xử lý xong." if done else "",
        )


def around(count: int) -> list[tuple[float, float]]:
    """Return places to look around: most in hot spots, as where people are."""
    chance = random.Random(11)
    spots = _spots()
    return [
        _near(chance, chance.choice(spots), 0.004)
        if chance.random() < 0.8
        else _near(chance, CENTRE, 0.09)
        for _ in range(count)
    ]


def _spots() -> list[tuple[float, float]]:
    chance = random.Random(5)
    return [_near(chance, CENTRE, 0.05) for _ in range(SPOTS)]


def _near(chance: random.Random, middle: tuple[float, float], spread: float) -> tuple[float, float]:
    angle, far = chance.random() * math.tau, abs(chance.gauss(0, spread / 2))
    return middle[0] + far * math.sin(angle), middle[1] + far * math.cos(angle)
