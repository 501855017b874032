"""What servers answer is read for what it means, in either form."""

from city.integration.federation.client import ids_of, read_rows, state_told, told_of

XML = b"""<?xml version="1.0" encoding="utf-8"?>
<service_request_updates><request_update><update_id>638344</update_id>
<service_request_id>QT-1</service_request_id><status>ACTION SCHEDULED</status>
<updated_datetime>2026-11-23T05:00:00Z</updated_datetime>
<description>S\xe1\xbb\xada tu\xe1\xba\xa7n sau</description><media_url/></request_update>
</service_request_updates>"""


def test_lists_are_read_bare_and_wrapped() -> None:
    row = {"service_request_id": "1"}
    for body in (
        b'[{"service_request_id":"1"}]',
        b'{"service_requests":[{"service_request_id":"1"}]}',
        b'{"service_requests":{"request":[{"service_request_id":"1"}]}}',
        b'{"service_request_id":"1"}',
        b"<service_requests><request><service_request_id>1</service_request_id></request>"
        b"</service_requests>",
    ):
        rows = read_rows(body)
        assert rows == [row], body
        assert ids_of(rows[0]) == ("1", "")


def test_updates_are_read_from_xml() -> None:
    (row,) = read_rows(XML) or []
    told = told_of(row)
    assert told is not None
    assert (told.update_id, told.status, told.text) == (
        "638344",
        "action_scheduled",
        "Sửa tuần sau",
    )


def test_what_is_no_answer_is_none_and_entities_are_not_followed() -> None:
    assert read_rows(b"<html><p>404") is None or read_rows(b"<html><p>404") == []
    assert read_rows(b"oops") is None
    bomb = b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a><b><c>&x;</c></b></a>'
    assert "root:" not in str(read_rows(bomb))


def test_a_request_without_updates_tells_how_it_stands() -> None:
    row = {"status": "closed", "updated_datetime": "2026-11-23T05:00:00Z", "status_notes": "Xong"}
    told = state_told(row, "7")
    assert told is not None and (told.update_id, told.text) == (
        "7 closed 2026-11-23T05:00:00Z",
        "Xong",
    )
    assert state_told(row | {"status": "?"}, "7") is None
