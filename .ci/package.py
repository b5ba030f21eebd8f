"""Tests the Debian package, as root inside the container: its whole journey from an installation to
a purge. .ci/package-journey runs it with two packages of different versions. Stops at the first
failure.
"""

import json
import os
import pathlib
import sqlite3
import subprocess
import sys
import time

import systemd
from systemd import Publisher, expect, messages, metric, property_of_the_unit, row, run, wait_for

PACKAGES = [str(path) for path in pathlib.Path("/root").glob("entitywatch_*.deb")]
# `0.1.0~before` is a lower version than `0.1.0`, and a higher text.
AFTER, BEFORE = sorted(PACKAGES)
DATABASE = pathlib.Path("/var/lib/private/entitywatch/entitywatch.db")
BACKUP = pathlib.Path("/root/before-the-upgrade.db")


def apt(*arguments):
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    options = ("--yes", "--allow-downgrades", "-o", "Dpkg::Options::=--force-confold")
    done = subprocess.run(
        ("apt-get", *options, *arguments), capture_output=True, text=True, env=environment
    )
    text = done.stdout + done.stderr
    expect(f"apt-get {' '.join(arguments)} succeeds", done.returncode == 0, text)
    return text


def version():
    return run("dpkg-query", "--show", "--showformat=${Version}", "entitywatch")


def changes():
    return json.loads(run("entitywatch", "changes", "--output", "json"))["changes"]


def from_apt_install_to_the_first_alert():
    began = time.monotonic()
    apt("install", BEFORE)
    expect("nothing is started", property_of_the_unit("ActiveState") == "inactive")
    run("entitywatch", "config", "check")
    systemd.configures()
    run("systemctl", "enable", "--now", "entitywatch")
    wait_for("the baseline is there", lambda: metric("entitywatch_snapshot_entries") == ["2"])
    Publisher.rows = [*Publisher.rows, row(3, "First Addition")]
    run("entitywatch", "check")
    wait_for("the alert arrived", lambda: messages(containing=b"First Addition"))
    print(f"  {time.monotonic() - began:.1f} s")


def has_what_a_package_should_have():
    files = run("dpkg", "--listfiles", "entitywatch").splitlines()
    for file in (
        "/usr/bin/entitywatch",
        "/usr/lib/systemd/system/entitywatch.service",
        "/usr/share/man/man1/entitywatch.1.gz",
        "/usr/share/man/man1/entitywatch-run.1.gz",
        "/usr/share/bash-completion/completions/entitywatch",
        "/usr/share/zsh/vendor-completions/_entitywatch",
        "/usr/share/fish/vendor_completions.d/entitywatch.fish",
        "/usr/share/entitywatch/alerts.yml",
        "/usr/share/doc/entitywatch/copyright",
    ):
        found = [name for name in (file, file.removeprefix("/usr")) if name in files]
        expect(f"the package has {file}", found, files)
    [conffile] = run(
        "dpkg-query", "--show", "--showformat=${Conffiles}", "entitywatch"
    ).strip().splitlines()
    expect("the configuration is a conffile", "/etc/entitywatch/entitywatch.toml" in conffile)
    symbols = run("python3", "-c", "print(b'.symtab' in open('/usr/bin/entitywatch','rb').read())")
    expect("the program is stripped", symbols.strip() == "False", symbols)


def is_upgraded():
    kept = pathlib.Path("/etc/entitywatch/entitywatch.toml").read_text()
    process = property_of_the_unit("MainPID")
    with sqlite3.connect(DATABASE) as database, sqlite3.connect(BACKUP) as copy:
        database.backup(copy)
    old = version()
    apt("install", AFTER)
    expect("the version is another", version() != old, version())
    expect(
        "the configuration is kept",
        pathlib.Path("/etc/entitywatch/entitywatch.toml").read_text() == kept,
    )
    wait_for(
        "the daemon was restarted",
        lambda: property_of_the_unit("ActiveState") == "active"
        and property_of_the_unit("MainPID") != process,
    )
    expect("the history is kept", len(changes()) == 1, changes())
    Publisher.rows = [*Publisher.rows, row(4, "Second Addition")]
    run("entitywatch", "check")
    wait_for("it alerts", lambda: messages(containing=b"Second Addition"))
    expect("the journal is intact", run("entitywatch", "journal", "verify"))


def is_rolled_back():
    """Installs the package before, and the copy of the database from before the upgrade."""
    run("systemctl", "stop", "entitywatch")
    apt("install", BEFORE)
    owner = DATABASE.stat()
    for name in ("entitywatch.db", "entitywatch.db-wal", "entitywatch.db-shm"):
        DATABASE.with_name(name).unlink(missing_ok=True)
    DATABASE.write_bytes(BACKUP.read_bytes())
    os.chown(DATABASE, owner.st_uid, owner.st_gid)
    DATABASE.chmod(0o600)
    before = {message[1]["webhook-id"] for message in messages(containing=b"Second Addition")}
    run("systemctl", "start", "entitywatch")
    run("entitywatch", "check")
    wait_for(
        "the alert from after the copy is repeated",
        lambda: len(messages(containing=b"Second Addition")) == 2,
    )
    after = {message[1]["webhook-id"] for message in messages(containing=b"Second Addition")}
    expect("under the same id", after == before, (before, after))
    expect("the journal is intact", run("entitywatch", "journal", "verify"))


def is_removed_and_installed_again():
    apt("remove", "entitywatch")
    expect("it is stopped", property_of_the_unit("ActiveState") == "inactive")
    expect("the database stays", DATABASE.exists())
    expect("so does the configuration", pathlib.Path("/etc/entitywatch/entitywatch.toml").exists())
    apt("install", AFTER)
    run("systemctl", "start", "entitywatch")
    expect("the history is still there", len(changes()) == 2, changes())


def is_purged():
    text = apt("purge", "entitywatch")
    expect("it says where the database is", str(DATABASE.parent) in text, text)
    expect("the configuration is gone", not pathlib.Path("/etc/entitywatch/entitywatch.toml").exists())
    expect("the database stays", DATABASE.exists())
    expect("the program is gone", not pathlib.Path("/usr/bin/entitywatch").exists())


def main():
    systemd.serve_all()
    return systemd.run_chapters(
        from_apt_install_to_the_first_alert,
        has_what_a_package_should_have,
        is_upgraded,
        is_rolled_back,
        is_removed_and_installed_again,
        is_purged,
    )


if __name__ == "__main__":
    sys.exit(main())
