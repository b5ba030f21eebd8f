#!/usr/bin/env python3
"""Measures entitywatch beside other programs.

    python3 benches/peers.py BEFORE.csv AFTER.csv    # times diff tools for CSV that are installed
    python3 benches/peers.py --screen FOLDER...      # scores matchers on folders, all together

`--screen` takes folders of make_watchlist.py. It installs nomenklatura from PyPI into target/peers,
and needs the tools in ../shared/tools.
"""
import json, math, pathlib, shutil, subprocess, sys, time

ROOT = pathlib.Path(__file__).resolve().parent.parent
TOOLS = ROOT.parent / "shared" / "tools"
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


def screen(folders):
    """Prints the scores of `entitywatch screen` and of nomenklatura's logic-v2."""
    python = ROOT / "target" / "peers" / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", python.parent.parent], check=True)
        subprocess.run([python, "-m", "pip", "--quiet", "install", *PEER], check=True)
    entitywatch = shutil.which("entitywatch") or ROOT / "target" / "release" / "entitywatch"
    for name, arguments in [
        ("entitywatch", lambda folder: [
            entitywatch, "screen", "--watchlist", folder / "watchlist.csv", "--against",
            folder / "consolidated.csv", "--min-score", "0", "--top", "5", "--output", "json"]),
        ("nomenklatura logic-v2", lambda folder: [
            python, TOOLS / "peer_matchers.py", folder, "logic-v2"]),
    ]:
        scored, started = [], time.monotonic()
        for folder in map(pathlib.Path, folders):
            matches = folder / f"matches-{name.split()[0]}.json"
            with open(matches, "w", encoding="utf-8") as out:
                subprocess.run(arguments(folder), stdout=out, check=True)
            figures = subprocess.run(
                [sys.executable, TOOLS / "score_watchlist.py", folder, matches, "--json"],
                stdout=subprocess.PIPE, check=True)
            scored.append(json.loads(figures.stdout))
        print(f"{name}: {time.monotonic() - started:.1f} s", flush=True)
        for kind, of in scored[0].items():
            if not isinstance(of, dict):
                shares = [figures[kind] for figures in scored]
                mean = sum(shares) / len(shares)
                each = ", ".join(f"{share:.3f}" for share in shares)
                print(f"  {kind:<26} {mean:.3f}, by folder {each}")
                continue
            rows = [figures[kind] for figures in scored]
            count = sum(row["n"] for row in rows)
            share = lambda key: interval(sum(row[key] * row["n"] for row in rows) / count, count)
            keys = ["r1", "r5", "shown", "strong"] if of["listed"] else ["shown", "strong"]
            print(f"  {kind:<10} {count:>5}  " + "  ".join(f"{key} {share(key)}" for key in keys))


def main():
    if sys.argv[1] == "--screen":
        return screen(sys.argv[2:])
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
