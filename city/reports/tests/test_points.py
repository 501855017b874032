"""Things in the street: their numbers, what a sign leads to, and how staff list them."""

import random
from html import unescape
from itertools import pairwise
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from city import cases
from city.identity.tests.test_helping import begin
from city.kernel import Problem, Work
from city.reports import find_by_ref
from city.reports.points import actions, store
from city.reports.points.model import KINDS, NewPoint, Point, code_of, read_code
from city.reports.points.tables import faults_in, read_table
from city.reports.tests.conftest import BRIDGE
from tests.harness import EVERYBODY, Browser

LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXY"


def a_lamp(**changed: object) -> NewPoint:
    given = {"kind": "lamp", "name": "Third lamp from the bridge", "address": "Lê Lợi", **BRIDGE}
    return NewPoint(**{**given, **changed})


async def listed(browser: Browser, **changed: object) -> Point:
    async with browser.inside.work(EVERYBODY) as work:
        return await actions.add_point(work, a_lamp(**changed))


@given(st.integers(1, 28_000_000))
def test_a_number_comes_back_from_its_sign_however_it_is_typed(number: int) -> None:
    code = code_of(number)
    assert read_code(code) == number
    assert read_code(f" {code[:3]} {code[3:]} ".lower().replace("0", "o")) == number


@given(st.integers(1, 28_000_000), st.integers(0, 5), st.sampled_from(LETTERS))
def test_one_wrong_letter_is_always_found_out(number: int, place: int, letter: str) -> None:
    code = code_of(number)
    wrong = code[:place] + letter + code[place + 1 :]
    assert wrong == code or read_code(wrong) is None


@given(st.integers(1, 28_000_000), st.integers(0, 3))
def test_two_letters_that_changed_places_are_found_out(number: int, place: int) -> None:
    code = code_of(number)
    wrong = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
    assert wrong == code or read_code(wrong) is None


def test_signs_next_to_each_other_do_not_look_alike() -> None:
    codes = [code_of(number) for number in range(1, 5000)]
    assert len(set(codes)) == len(codes)
    near = [sum(a != b for a, b in zip(x, y, strict=True)) for x, y in pairwise(codes)]
    assert min(near) >= 3


def test_every_kind_has_three_to_five_buttons() -> None:
    for code, kind in KINDS.items():
        assert 3 <= len(kind.troubles) <= 5, code


async def test_every_button_leads_to_a_category_in_use(work: Work) -> None:
    known = await cases.known_categories(work)
    for kind in KINDS.values():
        for trouble in kind.troubles.values():
            assert (trouble.category or kind.category) in known


async def test_two_taps_on_a_sign_send_a_report_with_place_and_category(browser: Browser) -> None:
    point = await listed(browser)
    await browser.sign_in()
    shown = await browser.get(f"/p/{point.code}")
    assert shown.status_code == 200 and point.name in shown.text
    sent = await browser.post(f"/p/{point.code}", data={"wrong": "dark", "key": "k" * 10})
    assert sent.status_code == 303, sent.text
    assert sent.headers["location"].startswith("/reports/")
    report = (await browser.get(sent.headers["location"])).text
    assert "Đèn không sáng" in report and "Lê Lợi" in report and point.code in report


async def test_a_sign_that_names_a_unit_suggests_it_to_the_desk_and_says_why(
    browser: Browser,
) -> None:
    point = await listed(browser, unit="parks-centre")
    await browser.sign_in("unit", unit="parks-centre")  # A unit without an officer leads nothing.

    async def suggested(wrong: str) -> str:
        await browser.sign_in()
        sent = await browser.post(f"/p/{point.code}", data={"wrong": wrong, "key": wrong * 3})
        ref = sent.headers["location"].split("/")[2][:9]
        await browser.sign_in("desk")
        await browser.post(f"/desk/cases/{ref}/accept", data={"version": "1"})
        return (await browser.get(f"/desk/cases/{ref}")).text

    own = await suggested("dark")
    assert "Tấm biển mà người dân quét có ghi tên đơn vị này." in own
    chosen = own.split('id="f-unit_id"')[1].split(" selected>")[1]
    assert chosen.startswith("Trung tâm Công viên")
    # Wires that hang down are of another category: whose the lamp is, decides nothing then.
    assert "Tấm biển mà người dân quét" not in await suggested("wires")


async def test_a_helper_reports_at_a_sign_for_whom_they_act(browser: Browser) -> None:
    point = await listed(browser)
    helper = await browser.sign_in("helper")
    acting = await begin(browser)
    sent = await browser.post(f"/p/{point.code}", data={"wrong": "dark", "key": "k" * 10})
    ref = sent.headers["location"].split("/")[2][:9]
    async with browser.inside.work(EVERYBODY, reading=True) as work:
        report = await find_by_ref(work, ref)
    assert report is not None and report.reporter_id == acting.id != helper.id


async def test_the_same_form_sent_twice_is_one_report(browser: Browser) -> None:
    point = await listed(browser)
    await browser.sign_in()
    given = {"wrong": "dark", "key": "same-form-1"}
    first = await browser.post(f"/p/{point.code}", data=given)
    again = await browser.post(f"/p/{point.code}", data=given)
    assert first.headers["location"] == again.headers["location"]


async def test_who_is_not_signed_in_begins_and_loses_nothing(browser: Browser) -> None:
    point = await listed(browser)
    assert (await browser.get(f"/p/{point.code}")).status_code == 200
    given = {"wrong": "leans", "note": "Nghiêng về phía đường & sắp đổ"}
    sent = await browser.post(f"/p/{point.code}", data=given)
    assert sent.status_code == 303
    onward = sent.headers["location"]
    assert onward.startswith("/sign-in?next=%2Fp%2F")
    await browser.sign_in()
    back = parse_qs(urlsplit(onward).query)["next"][0]
    page = (await browser.get(back)).text
    assert "Nghiêng về phía đường &amp; sắp đổ" in page
    assert 'value="leans" checked' in page
    assert "Bạn đã đăng nhập" in page


async def test_a_sign_needs_a_button_or_some_words(browser: Browser) -> None:
    point = await listed(browser)
    await browser.sign_in()
    for typed in ({}, {"wrong": "else"}, {"wrong": "nonsense", "note": "hm"}):
        answer = await browser.post(f"/p/{point.code}", data=typed)
        assert answer.status_code == 422
        assert "chọn điều không ổn" in answer.text
    sent = await browser.post(
        f"/p/{point.code}", data={"wrong": "else", "note": "Có ổ ong trên cột"}
    )
    assert sent.status_code == 303


async def test_a_button_may_lead_to_another_category_than_the_thing(browser: Browser) -> None:
    point = await listed(browser)
    await browser.sign_in()
    sent = await browser.post(f"/p/{point.code}", data={"wrong": "wires", "key": "wires-wires"})
    assert "Sự cố điện" in (await browser.get(sent.headers["location"])).text


async def test_an_open_report_about_the_same_thing_is_offered_first(browser: Browser) -> None:
    point, other = await listed(browser), await listed(browser, name="Fourth lamp of the bridge")
    await browser.sign_in()
    sent = await browser.post(f"/p/{point.code}", data={"wrong": "dark", "key": "first-one"})
    ref = sent.headers["location"].split("/")[-1].split("?")[0]
    await browser.sign_in(name="Trần Văn Bình")
    assert ref in (await browser.get(f"/p/{point.code}")).text
    assert ref not in (await browser.get(f"/p/{other.code}")).text
    voiced = await browser.post(f"/p/{point.code}", data={"answer": "voice", "same": ref})
    assert voiced.headers["location"] == f"/reports/{ref}?sent=1"
    assert "1 người cũng thấy" in (await browser.get(f"/reports/{ref}")).text


async def test_a_retired_thing_says_so_and_offers_the_plain_form(browser: Browser) -> None:
    point = await listed(browser)
    async with browser.inside.work(EVERYBODY) as work:
        await actions.retire_point(work, point.number)
    page = unescape((await browser.get(f"/p/{point.code}")).text)
    assert "không còn ở đây" in page
    assert "/reports/new?category=street-light&latitude=16.468500" in page
    assert (await browser.post(f"/p/{point.code}", data={"wrong": "dark"})).status_code == 303


async def test_a_misread_number_is_told_from_an_unknown_one(browser: Browser) -> None:
    point = await listed(browser)
    misread = await browser.get("/p/AAAAAA")
    unknown = await browser.get(f"/p/{code_of(27_000_000)}")
    assert misread.status_code == unknown.status_code == 404
    assert "không phải số của biển" in misread.text
    assert "Không có biển nào" in unknown.text
    forgiven = await browser.get(f"/p/{point.code.lower()}")
    assert forgiven.headers["location"] == f"/p/{point.code}"


async def test_staff_list_print_and_retire_things(browser: Browser) -> None:
    await browser.sign_in("admin")
    given = {
        "kind": "bin",
        "name": "Bin at the market",
        "latitude": "16.4685",
        "longitude": "107.589",
    }
    added = await browser.post("/desk/points", data=given)
    assert added.status_code == 303
    code = added.headers["location"].rpartition("-")[2]
    assert code in (await browser.get("/desk/points?kind=bin&q=market")).text
    signs = unescape((await browser.get(f"/desk/points/signs?code={code}")).text)
    assert f"http://city/p/{code}" in signs and 'class="qr"' in signs
    assert (await browser.post("/desk/points/retire", data={"code": code})).status_code == 303
    assert code not in (await browser.get("/desk/points")).text


async def test_a_resident_cannot_list_things(browser: Browser) -> None:
    await browser.sign_in()
    assert (await browser.get("/desk/points")).status_code == 403
    assert (await browser.post("/desk/points", data={})).status_code == 403


async def test_faults_of_a_new_thing_stand_at_their_fields(browser: Browser) -> None:
    await browser.sign_in("admin")
    given = {
        "kind": "lamp",
        "name": "Lamp",
        "latitude": "21.03",
        "longitude": "105.85",
        "unit": "x",
    }
    answer = await browser.post("/desk/points", data=given)
    assert answer.status_code == 422
    assert "nằm ngoài thành phố" in answer.text and "Không có đơn vị nào" in answer.text


TABLE = """kind,name,latitude,longitude,own_number
lamp,Lamp one,16.4685,107.5890,L-1
bin,Bin two,16.4680,107.5880,
"""


async def test_a_table_is_looked_over_before_anything_is_listed(browser: Browser) -> None:
    await browser.sign_in("admin")
    files = {"file": ("things.csv", TABLE.encode(), "text/csv")}
    looked = await browser.post("/desk/points/import", files=files)
    assert looked.status_code == 200 and "Sẽ thêm 2 vật" in looked.text
    assert "Lamp one" not in (await browser.get("/desk/points")).text
    done = await browser.post("/desk/points/import", data={"table": TABLE, "apply": "true"})
    assert done.status_code == 303
    assert "Lamp one" in (await browser.get("/desk/points")).text


async def test_a_table_with_a_wrong_line_lists_nothing(work: Work) -> None:
    table = TABLE + "lamp,Lamp one again,16.4685,107.5890,L-1\nboat,Boat,16.4685,107.5890,\n"
    lines = await read_table(work, table + "lamp,Far away,10.77,106.70,\n")
    assert faults_in(lines) == 3
    assert [line.number for line in lines if line.faults] == [4, 5, 6]


async def test_a_table_may_have_vietnamese_names_and_semicolons(work: Work) -> None:
    table = "\ufeffLoại;Tên;Vĩ độ;Kinh độ;Số hiệu\nlamp;Đèn;16,4685;107,5890;7\n"
    (line,) = await read_table(work, table)
    assert not line.faults and line.point is not None
    assert (line.point.latitude, line.point.own_number) == (16.4685, "7")


async def test_signs_get_different_numbers_however_many_come_at_once(work: Work) -> None:
    ready = [a_lamp(category="street-light", own_number=f"N{n}") for n in range(300)]
    random.shuffle(ready)
    numbers = await actions.add_all(work, ready)
    found = await store.list_numbered(work, numbers)
    assert [point.own_number for point in found] == [new.own_number for new in ready]


@pytest.mark.parametrize(
    "text", ["", "kind,name\n", "kind,name,latitude,longitude\n", "x" * 200_000]
)
async def test_what_is_no_table_is_refused_in_words(work: Work, text: str) -> None:
    with pytest.raises(Problem):
        await read_table(work, text)
