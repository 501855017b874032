import pytest
from city.kernel import new_id
pytestmark = pytest.mark.anyio
async def test_admin(browser):
    await browser.sign_in("admin")
    r = await browser.post(f"/admin/people/{new_id()}/roles", data={"role":"desk","confirmed":"true"})
    print("## role to nobody", r.status_code)
    r = await browser.get("/audit/access?until=9999-12-31"); print("## until", r.status_code)
    r = await browser.get("/audit/access?since=0001-01-01"); print("## since", r.status_code)
    r = await browser.post("/admin/people", data={"q":"x"*5000}); print("## long word", r.status_code)
    r = await browser.post("/admin/people", data={"q":"a & b | ! ( :*"}); print("## tsq", r.status_code)
    await browser.sign_in("desk")
    for p in ["/desk?q=%00","/desk?tab=late&after=1.x","/desk?unit=x","/api/v1/cases?after="+"9"*6000+".0","/leader?days=99999999999999999999","/desk?q=%25%5C_"]:
        r = await browser.get(p); print("##", p[:30], r.status_code)
