"""What people write about themselves stays between them and the city, in all that is public."""

import re

from tests.harness import Browser

NUMBER, MAIL = "0912 345 678", "lan.nguyen@example.com"
WORDS = {
    "category": "stray-animal",
    "description": f"Con chó lớn chạy rông. Cần thì gọi {NUMBER} cho tôi.",
    "latitude": "16.4685",
    "longitude": "107.5890",
    "address": f"Nhà {MAIL}, 5 Lê Lợi",
    "attributes.animal-trouble": "bitten",
    "key": "0123456789abcdef",
}
EVERYWHERE = (
    "/reports/{ref}",
    "/reports",
    "/reports?q=chó",
    "/api/v1/reports",
    "/api/v1/reports/{ref}",
    "/open311/v2/requests.json?extensions=true",
    "/open311/v2/requests/{ref}.xml?extensions=true",
    "/feeds/reports.atom",
)


async def test_the_public_reads_no_number_and_the_city_reads_every_word(browser: Browser) -> None:
    await browser.sign_in("resident")
    sent = await browser.post("/reports", data=WORDS)
    assert sent.status_code == 303, sent.text
    ref = re.split("[/?]", sent.headers["location"])[2]
    own = (await browser.get(f"/reports/{ref}")).text
    assert NUMBER in own and MAIL in own
    browser.cookies.clear()
    for path in EVERYWHERE:
        shown = await browser.get(path.format(ref=ref))
        assert shown.status_code == 200, (path, shown.text)
        assert "chạy rông" in shown.text, path
        assert NUMBER not in shown.text and MAIL not in shown.text, path
    assert "•••" in (await browser.get(f"/reports/{ref}")).text
    assert ref not in (await browser.get(f"/reports?q={NUMBER}")).text
    await browser.sign_in("desk")
    case = (await browser.get(f"/desk/cases/{ref}", follow_redirects=True)).text
    assert NUMBER in case and MAIL in case
