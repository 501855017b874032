"""Settings: what is safe to leave out."""

import pytest

from city import settings


@pytest.mark.parametrize(
    ("environment", "sample"),
    [
        ({}, True),
        ({"BASE_URL": "http://127.0.0.1:9000"}, True),
        ({"BASE_URL": "https://hue.example"}, False),
        ({"BASE_URL": "https://hue.example", "SAMPLE": "true"}, True),
        ({"SAMPLE": "false"}, False),
    ],
)
def test_only_this_machine_has_a_sample_city_by_default(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], sample: bool
) -> None:
    for name in ("BASE_URL", "SAMPLE", "PORT"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {"SECRET": "x", **environment}.items():
        monkeypatch.setenv(name, value)
    assert settings.from_environment().sample is sample


def test_a_city_that_is_no_profile_is_said_to_be_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CITY", "atlantis")
    monkeypatch.setenv("SECRET", "x")
    with pytest.raises(SystemExit, match="atlantis is not a city profile"):
        _ = settings.from_environment().profile
