#!/usr/bin/env python3
"""Measures entitywatch beside other programs.

    python3 benches/peers.py BEFORE.csv AFTER.csv    # times diff tools for CSV, if they are installed
    python3 benches/peers.py --screen FOLDER         # scores matchers on a folder of make_watchlist.py

`--screen` installs nomenklatura from PyPI into target/peers, and needs the tools in ../shared/tools.
"""
import pathlib, shutil, subprocess, sys, time

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


def screen(folder):
    """Prints the score of `entitywatch screen` and of nomenklatura's logic-v2."""
    folder, python = pathlib.Path(folder), ROOT / "target" / "peers" / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", python.parent.parent], check=True)
        subprocess.run([python, "-m", "pip", "--quiet", "install", *PEER], check=True)
    entitywatch = shutil.which("entitywatch") or ROOT / "target" / "release" / "entitywatch"
    for name, arguments in [
        ("entitywatch", [entitywatch, "screen", "--watchlist", folder / "watchlist.csv", "--against",
                         folder / "consolidated.csv", "--min-score", "0", "--top", "5", "--output", "json"]),
        ("nomenklatura logic-v2", [python, TOOLS / "peer_matchers.py", folder, "logic-v2"]),
    ]:
        matches = folder / f"matches-{name.split()[0]}.json"
        started = time.monotonic()
        with open(matches, "w", encoding="utf-8") as out:
            subprocess.run(arguments, stdout=out, check=True)
        print(f"{name}: {time.monotonic() - started:.1f} s", flush=True)
        subprocess.run([sys.executable, TOOLS / "score_watchlist.py", folder, matches], check=True)


def main():
    if sys.argv[1] == "--screen":
        return screen(sys.argv[2])
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
