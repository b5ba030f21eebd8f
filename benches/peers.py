#!/usr/bin/env python3
"""Times other diff tools for CSV on two lists. Prints `skipped` for those that are not installed.

    python3 benches/peers.py BEFORE.csv AFTER.csv
"""
import shutil, subprocess, sys, time


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


def main():
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
