"""Signs in, decides matches, takes, closes and reopens an item, sends a dead delivery again, and
decides holds, as a person with a keyboard and a mouse does. Each step says what was wrong.
"""

import re
from urllib.parse import urljoin


class Wrong(Exception):
    """The page does not show what it must."""


def expect(page, text):
    if text not in page.inner_text("main"):
        raise Wrong(f"`{text}` is not on {page.url}: {page.inner_text('main')[:400]}")


def sign_in(page, base, name, token):
    page.goto(urljoin(base, "/sign-in"))
    page.get_by_label("Name").fill(name)
    page.get_by_label("Token").fill(token)
    page.keyboard.press("Enter")
    page.wait_for_url(base.rstrip("/") + "/")
    if "approver" not in page.inner_text("header"):
        raise Wrong(f"{name} is not signed in: {page.inner_text('header')}")


def open_first(page, base, path, pattern):
    """Opens the first page of a list whose address matches."""
    page.goto(urljoin(base, path))
    for link in page.query_selector_all("main a[href]"):
        if re.search(pattern, link.get_attribute("href")):
            link.click()
            return
    raise Wrong(f"{path} has no link to {pattern}: {page.inner_text('main')[:400]}")


def dismiss(page, note):
    form = page.locator("form[action$='/dismiss']")
    form.get_by_label("Reason").select_option("different-industry")
    form.get_by_label("Note").fill(note)
    form.get_by_label("Note").press("Enter")
    form.get_by_label("Reason").press("Enter")
    page.keyboard.press("Escape")
    form.get_by_label("Note").fill(note)
    form.get_by_role("button").last.click()


def match(page, base):
    strong = "/matches?state=undecided&band=strong"
    open_first(page, base, strong, r"/matches/mat_")
    expect(page, "Strong match with")
    expect(page, "Side by side")
    dismiss(page, "They sell bread")
    expect(page, "What the dismissal rests on")
    expect(page, "They sell bread")
    expect(page, "ada signed in")
    page.locator("form[action$='/reopen']").get_by_label("Note").fill("They sell more")
    page.get_by_role("button", name="Reopen it").click()
    expect(page, "They sell more")
    page.get_by_role("button", name="Confirm it").click()
    expect(page, "A person says that the counterparty is this entry")
    page.goto(urljoin(base, "/matches?search=quiet+harbor"))
    page.get_by_role("checkbox", name="Dismiss K3 Quiet Harbour Bakery").check()
    page.get_by_text("Dismiss the ticked matches").click()
    dismiss(page, "Another house at this address")
    page.goto(urljoin(base, "/matches?search=quiet+harbor&state=dismissed"))
    expect(page, "Quiet Harbour Bakery")
    page.goto(urljoin(base, strong))
    while page.query_selector("main a[href*='/matches/mat_']"):
        open_first(page, base, strong, r"/matches/mat_")
        dismiss(page, "Compared by hand")
        page.goto(urljoin(base, strong))
    page.goto(urljoin(base, "/watchlists"))
    expect(page, "is on hold since")


def item(page, base):
    open_first(page, base, "/items", r"/items/itm_")
    expect(page, "open, nobody is on it")
    page.get_by_role("button", name="Take it").click()
    expect(page, "taken by ada")
    page.get_by_label("Outcome").select_option("not-ours")
    note = page.get_by_label("Note").first
    note.fill("No such customer")
    note.press("Enter")
    page.get_by_label("Outcome").press("Enter")
    page.keyboard.press("Escape")
    expect(page, "taken by ada")
    note.fill("No such customer")
    page.get_by_role("button", name="Close it").click()
    expect(page, "closed by ada, not ours")
    expect(page, "No such customer")
    page.get_by_label("Note").fill("The name is in an order after all")
    page.get_by_role("button", name="Reopen it").click()
    expect(page, "open, nobody is on it")


def delivery(page, base):
    open_first(page, base, "/deliveries?state=dead", r"/deliveries/dlv_")
    expect(page, "every retry failed")
    attempts = len(page.query_selector_all("main tbody tr"))
    with page.expect_navigation():
        page.get_by_role("button", name="Send it again").click()
    if len(page.query_selector_all("main tbody tr")) <= attempts:
        raise Wrong("the delivery was not tried again")


def hold(page, base):
    open_first(page, base, "/holds?open=true", r"/holds/hld_")
    expect(page, "entries would be removed")
    reason = page.get_by_label("Reason")
    reason.fill("Read the notice")
    reason.press("Enter")
    page.get_by_label("alert nobody").press("Enter")
    page.reload()
    expect(page, "What accepting would remove")
    page.get_by_label("Reason").fill("Read the notice")
    page.get_by_role("button", name="Accept the list").click()
    expect(page, "by ada, signed in: Read the notice")


def file_hold(page, base):
    open_first(page, base, "/holds?open=true", r"/holds/hld_")
    expect(page, "Counterparty file customers, on hold for loss")
    expect(page, "counterparties would be removed")
    page.get_by_label("Reason").fill("The export was cut")
    page.get_by_role("button", name="Reject it").click()
    expect(page, "by ada, signed in: The export was cut")


def decide(browser, base, name, token):
    """The faults that were found, and the cookies of the person."""
    context = browser.new_context(
        viewport={"width": 360, "height": 700}, java_script_enabled=False
    )
    page = context.new_page()
    faults = []
    sign_in(page, base, name, token)
    for step in (match, item, delivery, hold, file_hold):
        try:
            step(page, base)
        except Wrong as wrong:
            faults.append(f"{step.__name__}: {wrong}")
    context.close()
    return faults
