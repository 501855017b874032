"""The command line: what it says when it cannot do what was asked."""

import socket
from pathlib import Path

import pytest

from city import __main__ as command_line
from city import settings


def say(monkeypatch: pytest.MonkeyPatch, data: Path, *words: str) -> str:
    """Return what the command line says at its end, in a process that has read no settings yet."""
    monkeypatch.setattr(settings, "_current", None)
    monkeypatch.setenv("DATA", str(data))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setattr("sys.argv", ["city", *words])
    monkeypatch.setattr(command_line, "_log", lambda *, verbose: None)
    with pytest.raises(SystemExit) as end:
        command_line.main()
    return str(end.value.code)


def test_a_port_that_is_taken_is_said_to_be_taken_before_anything_starts(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        monkeypatch.setenv("PORT", str(port))
        assert f"open at port {port}" in say(monkeypatch, tmp_path, "run")
    assert not (tmp_path / "postgres").exists()


@pytest.mark.parametrize("what", ["dump", "restore"])
def test_a_dump_without_a_file_is_asked_for_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, what: str
) -> None:
    assert say(monkeypatch, tmp_path, "database", what) == (
        f"Which file? python -m city database {what} FILE"
    )
