"""Checks the Atom feed of a running daemon: its grammar (RFC 4287), its ids and dates, what a feed
reader finds in it, and its validators (RFC 9110).
"""

import pathlib
import sys
import urllib.error
import urllib.request

import feedparser
import lxml.etree
import rnc2rng

ATOM = "{http://www.w3.org/2005/Atom}"
GRAMMAR = pathlib.Path(__file__).with_name("atom.rnc")


def get(address, headers=None):
    request = urllib.request.Request(address, headers=headers or {})
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as refused:
        return refused.code, refused.headers, b""


def faults(address):
    status, headers, body = get(address)
    if status != 200:
        return [f"expected 200, but got {status}"]
    found = []
    if headers["Content-Type"] != "application/atom+xml; charset=utf-8":
        found.append(f"the content type is {headers['Content-Type']}")
    feed = lxml.etree.fromstring(body)
    schema = rnc2rng.dumps(rnc2rng.load(str(GRAMMAR)))
    grammar = lxml.etree.RelaxNG(lxml.etree.fromstring(schema.encode()))
    if not grammar.validate(feed):
        found += [str(error) for error in grammar.error_log]
    entries = feed.findall(f"{ATOM}entry")
    if not entries:
        found.append("the feed has no entry")
    ids = [entry.findtext(f"{ATOM}id") for entry in [feed, *entries]]
    if len(set(ids)) != len(ids):
        found.append("an id stands twice")
    # An entry needs an author, its own or that of the feed (section 4.1.2).
    if feed.find(f"{ATOM}author") is None:
        found.append("the feed has no author")
    relations = [link.get("rel") for link in feed.findall(f"{ATOM}link")]
    if relations.count("self") != 1:
        found.append(f"the feed has the links {relations}")
    # With `alternate`, an entry needs no content (section 4.1.2), and has both here.
    for entry in entries:
        if entry.find(f"{ATOM}content") is None or entry.find(f"{ATOM}link") is None:
            found.append("an entry lacks its content or its link")
    read = feedparser.parse(body)
    if read.bozo or read.version != "atom10" or [entry.id for entry in read.entries] != ids[1:]:
        found.append(f"a feed reader finds {read.version} with {len(read.entries)} entries")
    if not all(entry.title and entry.link and entry.updated_parsed for entry in read.entries):
        found.append("a feed reader misses a title, a link or a time")
    updated = [entry.findtext(f"{ATOM}updated") for entry in entries]
    if updated != sorted(updated, reverse=True):
        found.append("the newest entry is not the first")
    validators = {
        "If-None-Match": headers["ETag"],
        "If-Modified-Since": headers["Last-Modified"],
    }
    for name, value in validators.items():
        status, again, _ = get(address, {name: value})
        if status != 304 or again["ETag"] != headers["ETag"]:
            found.append(f"{name}: {value} is answered {status} with {again['ETag']}")
    if get(address, {"If-None-Match": '"another"'})[0] != 200:
        found.append("another version is answered as unchanged")
    return found


def main(base):
    found = faults(f"{base.rstrip('/')}/feed.atom")
    for fault in found:
        print(f"/feed.atom: {fault}", file=sys.stderr)
    print(f"checked the feed, found {len(found)} faults")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
