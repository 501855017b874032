"""Seeing it too, and following what becomes of it."""

from html import unescape
from typing import Any

import pytest

from city import cases, reports
from city.kernel import Conflict, Forbidden, Invalid, Missing, SignInNeeded, Work, new_id
from city.kernel.work import Actor
from city.reports import store, voices
from city.reports.reactions import follow_case
from city.reports.tests.conftest import as_somebody_else, lamp, saw
from city.reports.tests.test_follow import answered, told


async def test_a_voice_counts_once_and_can_be_taken_back(by_lan: Work) -> None:
    report = await reports.submit_report(by_lan, lamp())
    async with as_somebody_else(by_lan) as binh:
        assert await voices.add_voice(by_lan, report, "Tối om.")
        assert not await voices.add_voice(by_lan, report, "Tối om.")
        assert not await voices.add_voice(by_lan, report, "Cả dãy.")
        now = await saw(by_lan, report.ref, binh)
        assert (now.voices, now.voiced, now.follows) == (1, True, True)
        [said] = await store.list_voices(by_lan, report.id, 5)
        assert said.comment == "Tối om.\nCả dãy."
        assert await voices.withdraw_voice(by_lan, report)
        assert not await voices.withdraw_voice(by_lan, report)
        now = await saw(by_lan, report.ref, binh)
        assert (now.voices, now.voiced, now.follows) == (0, False, True)
    events = [type(event).__name__ for event in by_lan.announced]
    assert events.count("VoiceAdded") == events.count("VoiceWithdrawn") == 1


async def test_nobody_has_a_voice_on_their_own_or_a_hidden_report(by_lan: Work) -> None:
    own = await reports.submit_report(by_lan, lamp())
    with pytest.raises(Conflict):
        await voices.add_voice(by_lan, own)
    private = await reports.submit_report(by_lan, lamp(private=True))
    merged = await reports.submit_report(by_lan, lamp())
    await cases.merge_case(by_lan, merged.case_id, own.case_id)
    await follow_case(by_lan, merged.case_id)
    async with as_somebody_else(by_lan):
        for hidden in (private, await saw(by_lan, merged.ref)):
            with pytest.raises(Conflict):
                await voices.add_voice(by_lan, hidden)
            with pytest.raises(Conflict):
                await voices.follow_report(by_lan, hidden)
        with pytest.raises(Invalid):
            await voices.add_voice(by_lan, own, "x" * 5000)
        with pytest.raises(Invalid):
            await voices.add_voice(by_lan, own, "", [new_id()])
        by_lan.actor = Actor(id=by_lan.actor.id, permissions=frozenset({"me", "reports.submit"}))
        with pytest.raises(Missing):
            await voices.add_voice(by_lan, private)
        by_lan.actor = Actor(id=by_lan.actor.id, permissions=frozenset({"me"}))
        with pytest.raises(Forbidden):
            await voices.add_voice(by_lan, own)
        by_lan.actor = Actor()
        with pytest.raises(SignInNeeded):
            await voices.follow_report(by_lan, own)


async def test_followers_are_told_of_the_answer_and_nothing_on_the_way(by_lan: Work) -> None:
    report = await reports.submit_report(by_lan, lamp())
    async with as_somebody_else(by_lan) as binh:
        assert await voices.follow_report(by_lan, report)
        assert not await voices.follow_report(by_lan, report)
    async with as_somebody_else(by_lan, "Phan Thị Cúc") as cuc:
        await voices.follow_report(by_lan, report)
        await voices.unfollow_report(by_lan, report)
    assert not await voices.follow_report(by_lan, report)  # Its own reporter is told anyway.
    await answered(by_lan, report)
    for _ in range(2):
        await follow_case(by_lan, report.case_id)
    assert await told(by_lan, binh) == ["The report {ref} that you follow has been answered."]
    assert await told(by_lan, cuc) == []


async def test_voices_and_followers_go_along_with_a_report_that_is_joined(by_lan: Work) -> None:
    first = await reports.submit_report(by_lan, lamp())
    async with as_somebody_else(by_lan, "Bình") as binh:
        second = await reports.submit_report(by_lan, lamp(description="Đèn ở cầu không sáng."))
    async with as_somebody_else(by_lan, "Cúc") as cuc:
        await voices.add_voice(by_lan, first, "Tối quá.")
        await voices.add_voice(by_lan, second, "Rất tối.")
    async with as_somebody_else(by_lan, "Dung") as dung:
        await voices.add_voice(by_lan, second)
    await voices.add_voice(by_lan, second)  # Lan, who sent the first one.
    assert (await saw(by_lan, second.ref)).voices == 3
    await cases.merge_case(by_lan, second.case_id, first.case_id)
    for _ in range(2):
        await follow_case(by_lan, second.case_id)
    now = await saw(by_lan, first.ref, dung)
    assert (now.voices, now.voiced, now.follows) == (3, True, True)  # Bình, Cúc and Dung.
    assert (await saw(by_lan, second.ref)).voices == 0
    said = [voice.comment for voice in await store.list_voices(by_lan, first.id, 9)]
    assert sorted(said) == ["Tối quá.", "Đèn ở cầu không sáng."]
    followers = {one.person_id: one.ref for one in await store.list_followers(by_lan, first.id)}
    assert followers == {binh: second.ref, cuc: first.ref, dung: first.ref}
    await answered(by_lan, first)
    await follow_case(by_lan, first.case_id)
    assert (await told(by_lan, binh))[-1] == "What you reported in {ref} has been answered."
    assert await told(by_lan, dung) == [
        "The report {ref} that you follow goes on in another one: {into}.",
        "The report {ref} that you follow has been answered.",
    ]


@pytest.mark.parametrize("late", [False, True])
async def test_a_chain_of_joined_reports_ends_with_the_last(by_lan: Work, late: bool) -> None:
    async with as_somebody_else(by_lan, "An"):
        one = await reports.submit_report(by_lan, lamp())
    async with as_somebody_else(by_lan, "Bình"):
        two = await reports.submit_report(by_lan, lamp())
    three = await reports.submit_report(by_lan, lamp())
    await cases.merge_case(by_lan, one.case_id, two.case_id)
    if not late:
        await follow_case(by_lan, one.case_id)
    await cases.merge_case(by_lan, two.case_id, three.case_id)
    await follow_case(by_lan, two.case_id)
    await follow_case(by_lan, one.case_id)  # Perhaps only now, after the one it went into.
    followers = {one.ref for one in await store.list_followers(by_lan, three.id)}
    assert followers == {one.ref, two.ref}
    assert (await saw(by_lan, three.ref)).voices == 2
    assert (await saw(by_lan, two.ref)).voices == 0


@pytest.mark.parametrize(
    ("language", "button", "count"),
    [("vi", "Tôi cũng thấy", "1 người cũng thấy"), ("en", "I see it too", "1 other person")],
)
async def test_the_page_takes_a_voice_and_shows_how_many(
    browser: Any, by_lan: Work, language: str, button: str, count: str
) -> None:
    report = await reports.submit_report(by_lan, lamp())
    where = f"/reports/{report.ref}"
    await browser.sign_in("resident")
    browser.cookies.set("language", language, domain="city.local")
    page = unescape((await browser.get(where)).text)
    assert button in page and count not in page
    for _ in range(2):
        assert (await browser.post(f"{where}/voice", data={})).status_code == 303
    long = await browser.post(f"{where}/voice", data={"comment": "x" * 4001})
    assert long.status_code == 422 and 'id="f-comment-error"' in long.text
    page = unescape((await browser.get(where)).text)
    assert count in page and f"{where}/voice/withdraw" in page and f"{where}/unfollow" in page
    assert count in unescape((await browser.get("/reports")).text)
    assert (await browser.get(f"/api/v1{where}")).json()["voices"] == 1
    assert (await browser.get("/api/v1/reports")).json()["reports"][0]["voices"] == 1
    for step in ("voice/withdraw", "unfollow", "unfollow", "follow"):
        assert (await browser.post(f"{where}/{step}")).status_code == 303, step
    assert count not in unescape((await browser.get(where)).text)
    assert (await browser.post("/reports/0000-0000/voice")).status_code == 404


async def test_a_signed_in_report_page_takes_no_more_statements(browser: Any, by_lan: Work) -> None:
    report = await reports.submit_report(by_lan, lamp())
    await browser.sign_in("resident")
    await browser.get("/reports")
    await browser.post(f"/reports/{report.ref}/voice", data={})
    answer, statements = await browser.counted("GET", f"/reports/{report.ref}")
    assert answer.status_code == 200
    assert statements <= 4  # The session, the report, its case, the history.
    answer, statements = await browser.counted("POST", f"/reports/{report.ref}/voice", data={})
    assert (answer.status_code, statements) == (303, 3)  # The session, the report, the voice.


async def test_the_desk_reads_what_voices_say_and_not_who(browser: Any, by_lan: Work) -> None:
    report = await reports.submit_report(by_lan, lamp())
    async with as_somebody_else(by_lan, "Trần Văn Bình"):
        await voices.add_voice(by_lan, report, "Cả dãy đèn đều tắt.")
    await browser.sign_in("desk")
    card = unescape((await browser.get(f"/reports/by-case/{report.case_id}/desk-card")).text)
    assert "Cả dãy đèn đều tắt." in card and "1 người cũng thấy" in card
    assert "Trần Văn Bình" not in card
    public = unescape((await browser.get(f"/reports/{report.ref}")).text)
    assert "Cả dãy đèn đều tắt." not in public
