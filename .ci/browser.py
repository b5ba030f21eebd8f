"""Checks each page that the overview links to, at desktop and phone width, in light and dark mode.

A page fails if it is wider than its window, violates WCAG 2.2 AA (checked with axe), or causes a
message in the browser's console. Before that, a reader searches, filters, pages and opens an entry
with the keyboard.
"""

import sys
from urllib.parse import urljoin, urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

WINDOWS = {"desktop": (1280, 900), "phone": (360, 700)}
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


def paths(page, base):
    """The overview, the pages that it links to, and a page that does not exist."""
    page.goto(base)
    found = {"/", "/changes", "/entries", "/rules", "/pictures", "/difference", "/nothing"}
    found |= {"/entries?search=nobody+at+all", "/entries?as_of=2026-01-31", "/changes?page=2"}
    for link in page.query_selector_all("main a[href], nav a[href]"):
        address = urlsplit(urljoin(base, link.get_attribute("href")))
        if address.netloc == urlsplit(base).netloc and not address.path.endswith(".atom"):
            found.add(address.path + (f"?{address.query}" if address.query else ""))
    for start in ("/changes", "/changes?kind=revised", "/entries"):
        page.goto(urljoin(base, start))
        for kind in ("/changes/", "/entries/", "/rules/"):
            link = page.query_selector(f"main a[href*='{kind}']")
            if link:
                found.add(urlsplit(link.get_attribute("href")).path)
    return sorted(found)


def read(page, base):
    """Searches with another spelling, filters, pages and opens an entry. Returns what is wrong."""
    wrong = []

    def expect(what, holds):
        if not holds:
            wrong.append(f"{what}: {page.url}")

    def count():
        return page.inner_text(".count")

    page.goto(urljoin(base, "/entries"))
    page.focus("input[name=search]")
    page.keyboard.type("exampel werks")
    page.keyboard.press("Enter")
    expect("a misspelled search finds one entry", count() == "1 entry")
    page.click("main article h2 a")
    expect("the entry has its own page", "Example Works" in page.inner_text("h1"))
    expect("the entry has a timeline", page.locator(".timeline li").count() >= 2)
    page.goto(urljoin(base, "/changes"))
    page.select_option("select[name=kind]", "added")
    page.select_option("select[name=country]", "CN")
    page.click("form.filters button")
    expect("a filter selects", "1–50 of 61 changes" in count())
    expect("the form keeps the filter", page.input_value("select[name=kind]") == "added")
    page.click("a[rel=next]")
    expect("the next page shows the rest", "51–61 of 61 changes" in count())
    expect("the next page keeps the filter", page.input_value("select[name=country]") == "CN")
    with page.expect_download() as download:
        page.click(".downloads a:has-text('CSV')")
    name = download.value.suggested_filename
    expect("a table is downloaded", name == "entitywatch-changes.csv")
    return wrong


def faults(browser, base, path, scheme, size):
    width, height = size
    # axe is not part of the page, so the page's content security policy would block it.
    page = browser.new_page(
        viewport={"width": width, "height": height}, color_scheme=scheme, bypass_csp=True
    )
    found = []
    page.on("console", lambda message: found.append(message.text) if path != "/nothing" else None)
    page.on("pageerror", lambda error: found.append(str(error)))
    page.goto(urljoin(base, path))
    wide = page.evaluate("document.documentElement.scrollWidth")
    if wide > width:
        found.append(f"the page is {wide} px wide in a window of {width} px")
    for fault in Axe().run(page, options=RULES).response["violations"]:
        found.append(f"{fault['id']}: {fault['help']}: {fault['nodes'][0]['html']}")
    page.close()
    return found


def main(base):
    checked, failed = 0, 0
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium",
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        page = browser.new_page()
        for fault in read(page, base):
            failed += 1
            print(fault, file=sys.stderr)
        for path in paths(page, base):
            for window, size in WINDOWS.items():
                for scheme in ("light", "dark"):
                    checked += 1
                    for fault in faults(browser, base, path, scheme, size):
                        failed += 1
                        print(f"{path} ({window}, {scheme}): {fault}", file=sys.stderr)
        browser.close()
    print(f"checked {checked} views, found {failed} faults")
    return 1 if failed or checked < 16 else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
