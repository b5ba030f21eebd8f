"""Searches, filters, pages, downloads and opens an entry, as a reader with a keyboard does."""

import csv
from urllib.parse import urljoin


def read(page, base):
    """Searches with another spelling, filters, pages and opens an entry. Returns what is wrong."""
    wrong = []

    def expect(what, holds):
        if not holds:
            wrong.append(f"{what}: {page.url}")

    def count():
        return page.inner_text(".count")

    def follow(act):
        with page.expect_navigation():
            act()

    page.goto(urljoin(base, "/entries"))
    page.focus("input[name=search]")
    page.keyboard.type("exampel werks")
    follow(lambda: page.keyboard.press("Enter"))
    expect("a misspelled search finds one entry", count() == "1 entry")
    follow(lambda: page.click("main article h2 a"))
    expect("the entry has its own page", "Example Works" in page.inner_text("h1"))
    expect("the entry has a timeline", page.locator(".timeline li").count() >= 2)
    page.goto(urljoin(base, "/changes"))
    page.keyboard.press("Tab")
    expect("the first key leads to the content", page.locator(".skip:focus").count() == 1)
    expect("few filters are open", not page.is_visible("input[name=rule]"))
    page.focus(".more summary")
    page.keyboard.press("Enter")
    expect("a key opens the others", page.is_visible("input[name=rule]"))
    page.select_option("select[name=kind]", "added")
    page.select_option("select[name=country]", "CN")
    follow(lambda: page.click("form.filters button"))
    expect("a filter selects", "1–50 of 61 changes" in count())
    expect("the form keeps the filter", page.input_value("select[name=kind]") == "added")
    follow(lambda: page.click("a[rel=next]"))
    expect("the next page shows the rest", "51–61 of 61 changes" in count())
    expect("the next page keeps the filter", page.input_value("select[name=country]") == "CN")
    with page.expect_download() as download:
        page.click(".downloads a:has-text('CSV')")
    name = download.value.suggested_filename
    expect("a table is downloaded", name == "entitywatch-changes.csv")
    # As a spreadsheet opens it: UTF-8 by its mark, and no cell is a formula.
    with open(download.value.path(), encoding="utf-8", newline="") as file:
        expect("the table begins with a mark", file.read(1) == "\ufeff")
        rows = list(csv.DictReader(file))
    expect("the table has the rows of all pages", len(rows) == 61)
    cells = [str(cell) for row in rows for cell in row.values()]
    expect("no cell is a formula", not [cell for cell in cells if cell[:1] in "=+-@\t\r" and cell])
    row = next((row for row in rows if "新厂" in row["entry.name"]), {})
    expect("a formula is a text", row.get("entry.name") == "'=New <b>Works</b> 新厂")
    expect("quotes stay in their cell", '3 \\"Long\\" Street' in row.get("entry.addresses", ""))
    return wrong
