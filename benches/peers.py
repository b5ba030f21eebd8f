#!/usr/bin/env python3
"""Measures entitywatch beside other programs.

    python3 benches/peers.py BEFORE.csv AFTER.csv    # times diff tools for CSV that are installed
    python3 benches/peers.py --screen PROGRAM [FOLDER...]

`--screen` scores the program at a path, such as target/release/entitywatch, and nomenklatura on
folders of make_watchlist.py, all together. Without folders, it makes three of parties that were
first listed from 2020 to 2022. It prints twenty aliases that the program misses. It installs
nomenklatura from PyPI into target/peers, and needs ../shared/tools and ../shared/data.
"""
import csv, json, math, pathlib, shutil, subprocess, sys, time

ROOT = pathlib.Path(__file__).resolve().parent.parent
TOOLS = ROOT.parent / "shared" / "tools"
DATA = ROOT.parent / "shared" / "data"
SEEDS = [1, 2, 3]
EXAMPLES = 20
PEER = ["nomenklatura==4.17.4", "rapidfuzz", "numpy"]


def installed(module):
    try:
        __import__(module)
        return True
    except ImportError:
        return False


def timed(name, arguments):
    started = time.monotonic()
    done = subprocess.run(arguments, capture_output=True, text=True, timeout=900)
    took = time.monotonic() - started
    lines = (done.stdout or done.stderr).strip().splitlines()
    print(f"  {name:<28} {took * 1000:>10.0f} ms   {lines[0][:80] if lines else ''}")


def interval(share, count, z=1.96):
    """The 95 % interval of a share (Wilson)."""
    middle = (share + z * z / (2 * count)) / (1 + z * z / count)
    spread = math.sqrt(share * (1 - share) / count + z * z / (4 * count * count))
    half = z * spread / (1 + z * z / count)
    return f"{share:.3f} [{max(0, middle - half):.2f}-{min(1, middle + half):.2f}]"


def folders_of(years):
    """Makes a folder of counterparties with known truth for each seed."""
    first, last = years.split("-")
    folders = []
    for seed in SEEDS:
        folder = ROOT / "target" / "screening" / f"{years}-{seed}"
        subprocess.run([
            sys.executable, TOOLS / "make_watchlist.py",
            DATA / "entity-list-to-2022.json.xz", folder,
            "--others", DATA / "clean-names.txt.xz", "--clean", "5000",
            "--from-year", first, "--to-year", last, "--seed", str(seed),
        ], check=True, stdout=subprocess.DEVNULL)
        folders.append(folder)
    return folders


def peer_python():
    python = ROOT / "target" / "peers" / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", python.parent.parent], check=True)
        subprocess.run([python, "-m", "pip", "--quiet", "install", *PEER], check=True)
    return python


def scored(name, folders, arguments):
    """The matches of a program in each folder, with their figures."""
    figures, started = [], time.monotonic()
    for folder in folders:
        matches = folder / f"matches-{name}.json"
        with open(matches, "w", encoding="utf-8") as out:
            subprocess.run(arguments(folder), stdout=out, check=True)
        done = subprocess.run(
            [sys.executable, TOOLS / "score_watchlist.py", folder, matches, "--json"],
            stdout=subprocess.PIPE, check=True)
        figures.append(json.loads(done.stdout))
    print(f"{name}: {time.monotonic() - started:.1f} s", flush=True)
    return figures


def cell(figures, kind, key):
    rows = [of_folder[kind] for of_folder in figures]
    count = sum(row["n"] for row in rows)
    return sum(row[key] * row["n"] for row in rows) / count, count


def screen(program, folders):
    """Prints the scores of `entitywatch screen` and of nomenklatura's logic-v2, as a table."""
    ours = scored("entitywatch", folders, lambda folder: [
        program, "screen", "--watchlist", folder / "watchlist.csv", "--against",
        folder / "consolidated.csv", "--min-score", "0", "--top", "5", "--output", "json"])
    peer = scored("logic-v2", folders, lambda folder: [
        peer_python(), TOOLS / "peer_matchers.py", folder, "logic-v2"])
    print("| kind | n | R@1 | R@5 | shown | strong |\n|---|---|---|---|---|---|")
    for kind, of in ours[0].items():
        if isinstance(of, dict):
            cells = []
            for key in ["r1", "r5", "shown", "strong"]:
                if not of["listed"] and key in ("r1", "r5"):
                    cells.append("–")
                    continue
                share, count = cell(ours, kind, key)
                cells.append(f"{interval(share, count)} ({cell(peer, kind, key)[0]:.3f})")
            print(f"| {kind} | {count} | " + " | ".join(cells) + " |")
    for kind, of in ours[0].items():
        if not isinstance(of, dict):
            each = ", ".join(f"{figures[kind]:.3f}" for figures in ours)
            other = sum(figures[kind] for figures in peer) / len(peer)
            mean = sum(figures[kind] for figures in ours) / len(ours)
            print(f"{kind}: {mean:.3f}, by folder {each} ({other:.3f})")
    for kind in ["alias", "sister"]:
        each = "; ".join(
            " ".join(f"{key} {figures[kind][key]:.3f}" for key in ["r1", "r5", "shown", "strong"])
            for figures in ours)
        print(f"{kind} by folder: {each}")
    missed(folders[0])


def missed(folder):
    """Prints aliases whose entry is not among the first five, and what was found instead."""
    matches = json.loads((folder / "matches-entitywatch.json").read_text())["matches"]
    with open(folder / "truth.csv", encoding="utf-8") as truth:
        expected = {row["id"]: row["expected"] for row in csv.DictReader(truth)
                    if row["kind"] == "alias"}
    with open(folder / "watchlist.csv", encoding="utf-8") as watchlist:
        names = {row["id"]: row["name"] for row in csv.DictReader(watchlist)}
    best, found = {}, set()
    for match in matches:
        party = match["counterparty"]["id"]
        best.setdefault(party, match)
        if match["entry"]["name"] in expected.get(party, "").split(" | "):
            found.add(party)
    lost = [party for party in expected if party not in found]
    print(f"{len(lost)} of {len(expected)} aliases are not among the first five, such as:")
    for party in lost[:: max(1, len(lost) // EXAMPLES)][:EXAMPLES]:
        instead = best.get(party)
        shown = (f"{instead['score']:.2f} {instead['compared']['entry']}: "
                 f"{'; '.join(instead['reasons'])}" if instead else "nothing")
        print(f"  {names[party]} | {expected[party]} | instead {shown}")


def main():
    if sys.argv[1] == "--screen":
        program, *folders = sys.argv[2:]
        folders = [pathlib.Path(folder) for folder in folders] or folders_of("2020-2022")
        return screen(pathlib.Path(program).resolve(), folders)
    before, after = sys.argv[1:3]
    entitywatch = shutil.which("entitywatch") or "target/release/entitywatch"
    timed("entitywatch, EL", [entitywatch, "diff", before, after, "--output", "json"])
    for name, module, arguments in [
        ("csv-diff (PyPI)", "csv_diff", ["csv-diff", before, after, "--key=_id"]),
        ("csvdiff (PyPI)", "csvdiff", ["csvdiff", "--style=summary", "_id", before, after]),
    ]:
        if installed(module) and shutil.which(arguments[0]):
            timed(name, arguments)
        else:
            print(f"  {name:<28} skipped: it is not installed")


if __name__ == "__main__":
    main()
