"""Checks each kind of page at desktop and phone width, in light and dark mode, and acts as a person
does: reads (browser_reading.py) and decides (browser_decisions.py).

Reading and deciding are done without JavaScript. A page fails if it is wider than its window,
violates WCAG 2.2 AA (checked with axe), or causes a message in the browser's console. The pages are
those that the overview and the lists link to.

    browser.py URL [NAME TOKEN [FOLDER]]

With the name and the token of an approver it decides. With a folder it keeps a picture of each page.
"""

import pathlib
import re
import sys
from urllib.parse import urljoin, urlsplit

from axe_playwright_python.sync_playwright import Axe
from browser_decisions import decide, sign_in
from browser_reading import read
from playwright.sync_api import sync_playwright

WINDOWS = {"desktop": (1280, 900), "phone": (360, 700)}
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
# Pages of one kind that are checked.
SAMPLES = 2
# Pages that no link leads to.
EXTRA = [
    "/entries?search=nobody+at+all",
    "/entries?as_of=2026-01-31",
    "/changes?kind=revised",
    "/matches?state=confirmed",
]


def kind(path):
    """The path without ids and values, so that few pages of a kind are checked."""
    return re.sub(r"[a-z]{3}_[^/?&]+|=[^&]*", "*", path)


def paths(page, base):
    """The pages that the overview and the lists link to, and a page that does not exist."""
    found = dict.fromkeys(["/", "/nothing", "/sign-in", *EXTRA])
    waiting = ["/"]
    while waiting:
        page.goto(urljoin(base, waiting.pop(0)))
        for link in page.query_selector_all("main a[href], nav a[href]"):
            address = urlsplit(urljoin(base, link.get_attribute("href")))
            path = address.path + (f"?{address.query}" if address.query else "")
            is_page = address.netloc == urlsplit(base).netloc and not re.match(
                r"/(api/|feed\.atom)", address.path
            )
            alike = [other for other in found if kind(other) == kind(path)]
            if is_page and path not in found and len(alike) < SAMPLES:
                found[path] = None
                waiting.append(path)
    return sorted(found)


def faults(context, base, path, name, size, folder):
    page = context.new_page()
    found = []
    page.on("console", lambda message: found.append(message.text) if path != "/nothing" else None)
    page.on("pageerror", lambda error: found.append(str(error)))
    page.goto(urljoin(base, path))
    wide = page.evaluate("document.documentElement.scrollWidth")
    if wide > size[0]:
        found.append(f"the page is {wide} px wide in a window of {size[0]} px")
    for fault in Axe().run(page, options=RULES).response["violations"]:
        found.append(f"{fault['id']}: {fault['help']}: {fault['nodes'][0]['html']}")
    if folder:
        place = re.sub(r"[^a-z0-9]+", "-", path.lower()).strip("-")[:40] or "overview"
        page.screenshot(path=pathlib.Path(folder) / f"{place}-{name}.png", full_page=True)
    page.close()
    return found


def main(base, person=None, token=None, folder=None):
    checked, failed = 0, 0
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium",
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        page = browser.new_page(java_script_enabled=False)
        for fault in read(page, base):
            failed += 1
            print(fault, file=sys.stderr)
        if person:
            sign_in(page, base, person, token)
        all_paths = paths(page, base)
        for window, (width, height) in WINDOWS.items():
            for scheme in ("light", "dark"):
                # axe is not part of the page, so the page's content security policy would block it.
                context = browser.new_context(
                    viewport={"width": width, "height": height},
                    color_scheme=scheme,
                    bypass_csp=True,
                )
                if person:
                    sign_in(context.new_page(), base, person, token)
                for path in all_paths:
                    checked += 1
                    name = f"{window}-{scheme}"
                    for fault in faults(context, base, path, name, (width, height), folder):
                        failed += 1
                        print(f"{path} ({window}, {scheme}): {fault}", file=sys.stderr)
                context.close()
        for fault in decide(browser, base, person, token) if person else []:
            failed += 1
            print(fault, file=sys.stderr)
        browser.close()
    print(f"checked {checked} views of {len(all_paths)} pages, found {failed} faults")
    return 1 if failed or len(all_paths) < 16 else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
