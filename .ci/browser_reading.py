"""Searches, filters, pages, downloads and opens an entry, as a reader with a keyboard does."""

from urllib.parse import urljoin


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
