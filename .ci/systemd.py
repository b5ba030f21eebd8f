"""Tests the service under systemd, as root inside the container. Stops at the first failure.

This script also runs the publisher, the webhook, the mail relay and the name server, on loopback.
.ci/systemd runs it. package.py uses its servers.
"""

import base64
import hashlib
import hmac
import http.server
import json
import os
import pathlib
import signal
import socketserver
import subprocess
import sys
import threading
import time
import urllib.request

WEBHOOK_KEY = base64.b64encode(b"a signing key of this test alone").decode()
SECRETS = {
    "erp-url": "http://hook.example.test:8081/in/very-secret-path\n",
    "erp-hook": f"whsec_{WEBHOOK_KEY}\n",
    "smtp-password": "very-secret-password\n",
}
NOT_TO_BE_SEEN = ["very-secret-path", "very-secret-password", WEBHOOK_KEY]

CONFIGURATION = """
[[source]]
name = "csl"
kind = "csl"
url = "http://publisher.example.test:8080/consolidated.csv"
lists = ["EL"]
schedule = "0 0 1 1 *"
allow_private = true
min_entries = { EL = 1 }
max_gain = "100%"
[smtp]
host = "mail.example.test"
port = 2525
tls = "none"
username = "alerts"
password_credential = "smtp-password"
from = "alerts@example.test"
[[receiver]]
name = "compliance"
kind = "email"
to = ["compliance@example.test"]
[[receiver]]
name = "erp"
kind = "webhook"
url_credential = "erp-url"
secret_credential = "erp-hook"
allow_private = true
[delivery]
retry = ["1s", "1s", "2s", "2s", "2s", "2s", "2s", "2s", "2s", "2s", "2s", "2s", "2s", "2s"]
"""

SECOND_RECEIVER = """
[[receiver]]
name = "second"
kind = "webhook"
url = "http://hook.example.test:8081/second"
allow_private = true
"""

HEADER = (
    "_id,source,entity_number,type,programs,name,title,addresses,federal_register_notice,"
    "start_date,end_date,standard_order,license_requirement,license_policy,call_sign,vessel_type,"
    "gross_tonnage,gross_registered_tonnage,vessel_flag,vessel_owner,remarks,source_list_url,"
    "alt_names,citizenships,dates_of_birth,nationalities,places_of_birth,source_information_url,ids"
)


def row(number, name):
    source = "Entity List (EL) - Bureau of Industry and Security"
    beginning = f'{number},{source},,,,{name},,"{number} Mill Lane, CN",91 FR 100,2026-01-05'
    return f"{beginning},,,For all items,Case-by-case review" + "," * 15


class Publisher(http.server.BaseHTTPRequestHandler):
    """Serves the current rows as the list."""

    rows = [row(1, "Example Works"), row(2, "Former House")]

    def do_GET(self):
        body = "\n".join([HEADER, *self.rows, ""]).encode()
        tag = f'"{hashlib.sha256(body).hexdigest()}"'
        same = self.headers["If-None-Match"] == tag
        self.send_response(304 if same else 200)
        self.send_header("ETag", tag)
        if not same:
            self.send_header("Content-Type", "text/csv")
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if not same:
            self.wfile.write(body)

    def log_message(self, *_):
        pass


class Webhook(http.server.BaseHTTPRequestHandler):
    """Accepts every message, or none."""

    refuses = False
    seen = []

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.seen.append((self.path, dict(self.headers.items()), body, not self.refuses))
        self.send_response(503 if self.refuses else 200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


class Mail(socketserver.StreamRequestHandler):
    """A relay that requires a password and accepts every message."""

    passwords = []
    messages = []

    def say(self, line):
        self.wfile.write(f"{line}\r\n".encode())

    def handle(self):
        self.say("220 mail.example.test")
        while line := self.rfile.readline().decode().strip():
            verb = line.split()[0].upper()
            if verb == "EHLO":
                self.say("250-mail.example.test")
                self.say("250 AUTH PLAIN")
            elif verb == "AUTH":
                self.passwords.append(base64.b64decode(line.split()[2]).split(b"\0")[2].decode())
                self.say("235 welcome")
            elif verb == "DATA":
                self.say("354 go on")
                message = b""
                while not message.endswith(b"\r\n.\r\n"):
                    message += self.rfile.readline()
                self.messages.append(message)
                self.say("250 accepted")
            elif verb == "QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 ok")


class Names(socketserver.BaseRequestHandler):
    """Resolves every name to this machine. Answers only queries for IPv4 addresses."""

    asked = set()

    def handle(self):
        question, socket = self.request
        end = question.index(b"\0", 12) + 5
        labels, at = [], 12
        while question[at]:
            labels.append(question[at + 1 : at + 1 + question[at]].decode())
            at += 1 + question[at]
        self.asked.add(".".join(labels))
        known = question[end - 4 : end - 2] == b"\0\1"
        header = (
            question[:2] + b"\x81\x80" + b"\0\1" + (b"\0\1" if known else b"\0\0") + b"\0\0\0\0"
        )
        answer = b"\xc0\x0c\0\1\0\1\0\0\0\1\0\4\x7f\0\0\1" if known else b""
        socket.sendto(header + question[12:end] + answer, self.client_address)


def serve(server, address, handler):
    server.allow_reuse_address = True
    server.daemon_threads = True
    threading.Thread(target=server(address, handler).serve_forever, daemon=True).start()


def run(*command, expected=0):
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    if done.returncode != expected:
        got = f"{done.returncode}: {done.stdout}{done.stderr}"
        raise AssertionError(f"expected exit status {expected} of {command}, but got {got}")
    return done.stdout + done.stderr


def property_of_the_unit(name):
    return run("systemctl", "show", "--value", f"--property={name}", "entitywatch").strip()


def wait_for(what, condition, seconds=60):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if found := condition():
            return found
        time.sleep(0.1)
    raise AssertionError(f"expected within {seconds} s that {what}, but it did not happen")


def expect(what, condition, found=""):
    if not condition:
        raise AssertionError(f"expected that {what}, but got: {found}")


def metric(name):
    text = urllib.request.urlopen("http://127.0.0.1:8744/metrics", timeout=10).read().decode()
    return [line.split()[-1] for line in text.splitlines() if line.startswith(name)]


def journal():
    return [
        json.loads(line)
        for line in run(
            "journalctl", "--unit=entitywatch", "--output=json", "--all", "--no-pager"
        ).splitlines()
    ]


def logged(text):
    return [entry for entry in journal() if text in str(entry.get("MESSAGE"))]


def messages(path="/in/very-secret-path", containing=b""):
    return [message for message in Webhook.seen if message[0] == path and containing in message[2]]


def write_configuration(text):
    pathlib.Path("/etc/entitywatch/entitywatch.toml").write_text(text)


def installs():
    """Follows config/README.md: the program, its unit, and the configuration."""
    run("install", "-m", "0755", "/root/entitywatch", "/usr/local/bin/entitywatch")
    unit = "/etc/systemd/system/entitywatch.service"
    run("install", "-m", "0644", "/root/entitywatch.service", unit)
    configures()


def configures():
    """Credentials of mode 0600, no secret in the configuration, a drop-in."""
    folder = pathlib.Path("/etc/entitywatch/credentials")
    folder.mkdir(mode=0o700, parents=True)
    for name, secret in SECRETS.items():
        (folder / name).write_text(secret)
        (folder / name).chmod(0o600)
    write_configuration(CONFIGURATION)
    drop_in = pathlib.Path("/etc/systemd/system/entitywatch.service.d/override.conf")
    drop_in.parent.mkdir()
    credentials = "".join(f"LoadCredential={name}:{folder}/{name}\n" for name in SECRETS)
    # A short watchdog and restart delay keep the test short.
    drop_in.write_text(f"[Service]\n{credentials}WatchdogSec=4\nRestartSec=1\n")
    run("systemctl", "daemon-reload")


def starts():
    run("systemctl", "enable", "--now", "entitywatch")
    expect(
        "the unit is active once it is ready",
        run("systemctl", "is-active", "entitywatch").strip() == "active",
    )
    expect("it is of type notify", property_of_the_unit("Type") == "notify")
    wait_for(
        "it is ready",
        lambda: urllib.request.urlopen("http://127.0.0.1:8744/readyz", timeout=10).status == 200,
    )
    wait_for(
        "the list was read at the start", lambda: metric("entitywatch_snapshot_entries") == ["2"]
    )
    owner = pathlib.Path("/var/lib/private/entitywatch").stat()
    expect(
        "the state belongs to its own user",
        owner.st_uid > 60000 and owner.st_mode & 0o777 == 0o700,
        owner,
    )


def alerts_a_change():
    Publisher.rows = [*Publisher.rows, row(3, "First Addition")]
    text = run("entitywatch", "check")
    expect("a check from a root shell finds it", "1 added" in text, text)
    [(_, headers, body, _)] = wait_for(
        "the message arrived", lambda: messages(containing=b"First Addition")
    )
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    signature = base64.b64encode(
        hmac.digest(base64.b64decode(WEBHOOK_KEY), signed, "sha256")
    ).decode()
    expect("the signature is right", headers["webhook-signature"] == f"v1,{signature}", headers)
    wait_for(
        "the email arrived",
        lambda: [message for message in Mail.messages if b"First Addition" in message],
    )
    expect(
        "the relay got the password",
        set(Mail.passwords) == {"very-secret-password"},
        Mail.passwords,
    )
    expect(
        "the names were looked up",
        {"publisher.example.test", "hook.example.test", "mail.example.test"} <= Names.asked,
        Names.asked,
    )


def answers_commands():
    before = len(Webhook.seen)
    text = run("entitywatch", "receivers", "test", "erp")
    expect("a test message arrived", len(Webhook.seen) == before + 1, text)
    expect("it comes from the daemon, which alone can read the secrets", messages()[-1][3])
    expect(
        "the socket is in the runtime directory",
        pathlib.Path("/run/entitywatch/control.sock").is_socket(),
    )
    link = pathlib.Path("/var/lib/entitywatch/entitywatch.sock")
    expect(
        "a link beside the database leads to it",
        link.is_symlink()
        and link.resolve() == pathlib.Path("/run/entitywatch/control.sock").resolve(),
    )
    changes = json.loads(run("entitywatch", "changes", "--output", "json"))["changes"]
    expect("the change is recorded", "First Addition" in json.dumps(changes), changes)


def reloads():
    write_configuration(CONFIGURATION + SECOND_RECEIVER)
    process = property_of_the_unit("MainPID")
    run("systemctl", "reload", "entitywatch")
    wait_for("the reload is logged", lambda: logged("the configuration was reloaded"))
    run("entitywatch", "receivers", "test", "second")
    expect("the new receiver is there", len(messages("/second")) == 1)
    write_configuration(CONFIGURATION + SECOND_RECEIVER + "\n[nonsense]\n")
    run("systemctl", "reload", "entitywatch")
    wait_for(
        "an invalid file shows in the metrics",
        lambda: metric("entitywatch_config_last_reload_successful") == ["0"],
    )
    wait_for(
        "an invalid file is logged",
        lambda: [
            entry
            for entry in logged("the previous one stays in effect")
            if "nonsense" in json.dumps(entry)
        ],
    )
    run("entitywatch", "check", expected=2)
    write_configuration(CONFIGURATION + SECOND_RECEIVER)
    run("entitywatch", "receivers", "test", "second")
    expect("the previous configuration stays in effect", len(messages("/second")) == 2)
    run("systemctl", "reload", "entitywatch")
    wait_for(
        "a valid file is accepted again",
        lambda: metric("entitywatch_config_last_reload_successful") == ["1"],
    )
    expect("it is the same process", property_of_the_unit("MainPID") == process)
    expect("it is active", property_of_the_unit("ActiveState") == "active")


def survives_a_kill():
    Webhook.refuses = True
    Publisher.rows = [*Publisher.rows, row(4, "Second Addition")]
    run("entitywatch", "check")
    wait_for("the webhook refused it", lambda: messages(containing=b"Second Addition"))
    process = int(property_of_the_unit("MainPID"))
    os.kill(process, signal.SIGKILL)
    wait_for(
        "systemd restarted it",
        lambda: property_of_the_unit("ActiveState") == "active"
        and int(property_of_the_unit("MainPID")) not in (0, process),
    )
    refused = len(messages(containing=b"Second Addition"))
    wait_for("it keeps retrying", lambda: len(messages(containing=b"Second Addition")) > refused)
    Webhook.refuses = False
    wait_for(
        "the change arrived",
        lambda: [message for message in messages(containing=b"Second Addition") if message[3]],
    )
    ids = {headers["webhook-id"] for _, headers, _, _ in messages(containing=b"Second Addition")}
    expect("every attempt had the same id", len(ids) == 1, ids)
    time.sleep(3)
    expect(
        "it arrived once",
        len([message for message in messages(containing=b"Second Addition") if message[3]]) == 1,
    )
    mails = [message for message in Mail.messages if b"Second Addition" in message]
    expect("the mail was not repeated", len(mails) == 1, len(mails))


def answers_the_watchdog():
    restarts, process = int(property_of_the_unit("NRestarts")), int(property_of_the_unit("MainPID"))
    time.sleep(9)
    expect(
        "it feeds the watchdog",
        int(property_of_the_unit("NRestarts")) == restarts
        and int(property_of_the_unit("MainPID")) == process,
    )
    os.kill(process, signal.SIGSTOP)
    wait_for(
        "a stopped process is replaced", lambda: int(property_of_the_unit("NRestarts")) > restarts
    )
    wait_for("it is active again", lambda: property_of_the_unit("ActiveState") == "active")
    expect("it answers", "csl: not modified" in run("entitywatch", "check"))


def exposes_little():
    line = (
        run("systemd-analyze", "security", "--no-pager", "--threshold=15", "entitywatch.service")
        .strip()
        .splitlines()[-1]
    )
    print(f"  {line}")
    filters = pathlib.Path(f"/proc/{property_of_the_unit('MainPID')}/status").read_text()
    for line in ("Seccomp:\t2", "NoNewPrivs:\t1", "CapEff:\t0000000000000000"):
        expect(f"the process has {line!r}", line in filters, filters)


def keeps_its_secrets():
    entries = journal()
    expect(
        "its own fields are in the journal",
        [e for e in entries if any(key.startswith("ENTITYWATCH_") for key in e)],
        entries[-1].keys(),
    )
    expect(
        "the journal has levels",
        {"6", "3"} <= {e.get("PRIORITY") for e in entries},
        {e.get("PRIORITY") for e in entries},
    )
    pages = "".join(
        urllib.request.urlopen(f"http://127.0.0.1:8744{path}", timeout=10).read().decode()
        for path in ("/", "/metrics")
    )
    shown = (
        run("entitywatch", "config", "show")
        + run("entitywatch", "receivers", "list")
        + run("entitywatch", "deliveries", "--output", "json")
    )
    for secret in NOT_TO_BE_SEEN:
        for where, text in (
            ("journal", json.dumps(entries)),
            ("pages", pages),
            ("commands", shown),
        ):
            expect(f"no secret is in the {where}", secret not in text, secret)
    expect("the journal of checks is intact", "" != run("entitywatch", "journal", "verify"))


def stops_and_starts_again():
    began = time.monotonic()
    run("systemctl", "stop", "entitywatch")
    took = time.monotonic() - began
    expect(
        "it stops cleanly",
        (property_of_the_unit("Result"), property_of_the_unit("ExecMainStatus"))
        == ("success", "0"),
    )
    expect("it stops at once", took < 10, took)
    expect("it logs the stop", logged("stopped"))
    # Root reads and acts while the service is down. The files that this leaves must not keep the
    # service from its own.
    run("entitywatch", "changes")
    text = run("entitywatch", "check", expected=2)
    expect(
        "without the daemon, the command reports the missing secrets", "credential" in text, text
    )
    write_configuration(
        CONFIGURATION.split("[smtp]")[0] + '[[receiver]]\nname = "log"\nkind = "console"\n'
    )
    run("entitywatch", "check")
    write_configuration(CONFIGURATION)
    run("systemctl", "start", "entitywatch")
    Publisher.rows = [*Publisher.rows, row(5, "Third Addition")]
    run("entitywatch", "check")
    wait_for(
        "it continues where it stopped", lambda: len(messages(containing=b"Third Addition")) == 1
    )


def stays_stopped_with_an_invalid_configuration():
    run("systemctl", "stop", "entitywatch")
    write_configuration("[nonsense]\n")
    run("systemctl", "start", "entitywatch", expected=1)
    time.sleep(3)
    expect(
        "it is not restarted",
        property_of_the_unit("ActiveState") == "failed",
        property_of_the_unit("ActiveState"),
    )
    expect(
        "its exit status is 2",
        property_of_the_unit("ExecMainStatus") == "2",
        property_of_the_unit("ExecMainStatus"),
    )


def serve_all():
    serve(http.server.ThreadingHTTPServer, ("127.0.0.1", 8080), Publisher)
    serve(http.server.ThreadingHTTPServer, ("127.0.0.1", 8081), Webhook)
    serve(socketserver.ThreadingTCPServer, ("127.0.0.1", 2525), Mail)
    serve(socketserver.ThreadingUDPServer, ("127.0.0.1", 53), Names)


def run_chapters(*chapters):
    """Runs the chapters in order. Returns the exit status."""
    for chapter in chapters:
        print(chapter.__name__.replace("_", " "), flush=True)
        try:
            chapter()
        except (AssertionError, OSError, subprocess.TimeoutExpired) as problem:
            print(f"failed: {problem}", file=sys.stderr)
            print(
                run("journalctl", "--unit=entitywatch", "--no-pager", "--lines=60"), file=sys.stderr
            )
            return 1
    names = ", ".join(chapter.__name__.replace("_", " ") for chapter in chapters)
    print(f"covered: {len(chapters)} chapters under a real systemd: {names}")
    return 0


def main():
    serve_all()
    return run_chapters(
        installs,
        starts,
        alerts_a_change,
        answers_commands,
        reloads,
        survives_a_kill,
        answers_the_watchdog,
        exposes_little,
        keeps_its_secrets,
        stops_and_starts_again,
        stays_stopped_with_an_invalid_configuration,
    )


if __name__ == "__main__":
    sys.exit(main())
