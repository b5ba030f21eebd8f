"""Looks at each page that the overview leads to, on a desk and on a phone, in light and in dark.

A page fails that is wider than its window, has an accessibility fault of WCAG 2.2 AA by axe, or makes the browser complain.
"""

import sys
from urllib.parse import urljoin, urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

WINDOWS = {"desk": (1100, 900), "phone": (375, 700)}
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


def paths(page, base):
    """The overview, the pages that it links to, and one that is not there."""
    page.goto(base)
    found = {"/", "/changes", "/entries", "/nothing"}
    for link in page.query_selector_all("main a[href], nav a[href]"):
        address = urlsplit(urljoin(base, link.get_attribute("href")))
        if address.netloc == urlsplit(base).netloc and not address.path.endswith(".atom"):
            found.add(address.path + (f"?{address.query}" if address.query else ""))
    return sorted(found)


def faults(browser, base, path, scheme, size):
    width, height = size
    # The script that looks for faults is not the page's: the policy would refuse it.
    page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=scheme, bypass_csp=True)
    said = []
    page.on("console", lambda message: said.append(message.text) if path != "/nothing" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(urljoin(base, path))
    wide = page.evaluate("document.documentElement.scrollWidth")
    if wide > width:
        said.append(f"is {wide} px wide in a window of {width} px")
    for fault in Axe().run(page, options=RULES).response["violations"]:
        said.append(f"{fault['id']}: {fault['help']}: {fault['nodes'][0]['html']}")
    page.close()
    return said


def main(base):
    looked, failed = 0, 0
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        )
        page = browser.new_page()
        for path in paths(page, base):
            for window, size in WINDOWS.items():
                for scheme in ("light", "dark"):
                    looked += 1
                    for fault in faults(browser, base, path, scheme, size):
                        failed += 1
                        print(f"{path} ({window}, {scheme}): {fault}", file=sys.stderr)
        browser.close()
    print(f"looked at {looked} views, found {failed} faults")
    return 1 if failed or looked < 16 else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
