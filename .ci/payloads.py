"""Writes the Slack and Teams messages of every sample, and checks them.

.ci/payloads.py PROGRAM FOLDER

Each Slack message becomes a TypeScript file, which the compiler checks later. Each Teams card must
be valid by the schema of Adaptive Cards.
"""

import copy
import json
import re
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

from jsonschema import Draft6Validator

CONFIGURATION = """
[store]
url = "sqlite://{folder}/entitywatch.db"
[server]
{public_url}
[[source]]
name = "csl"
kind = "csl"
lists = ["EL"]
schedule = "0 0 1 1 *"
[[receiver]]
name = "slack"
kind = "slack"
url = "https://hooks.example.com/slack"
[[receiver]]
name = "teams"
kind = "teams"
url = "https://hooks.example.com/teams"
"""

SLACK = """import type {{ KnownBlock }} from "@slack/types";
export const text: string = {text};
export const blocks = {blocks} satisfies KnownBlock[];
"""

CARD_TYPE = "application/vnd.microsoft.card.adaptive"


def preview(program, configuration, receiver, sample):
    command = [program, "--config", configuration, "receivers", "preview", receiver, "--sample"]
    return subprocess.run(command + [sample], capture_output=True, text=True)


def samples(program, configuration):
    """The names of the samples, which the program lists when it gets an unknown one."""
    return re.findall("`([^`]+)`", preview(program, configuration, "slack", "unknown").stderr)


def payload(program, configuration, receiver, sample):
    result = preview(program, configuration, receiver, sample)
    if result.returncode != 0:
        raise SystemExit(f"failed to preview {sample}: {result.stderr}")
    return json.loads(result.stdout)


def check_card(validator, message, what):
    [attachment] = message["attachments"]
    assert message["type"] == "message" and attachment["contentType"] == CARD_TYPE, what
    card = copy.deepcopy(attachment["content"])
    # The key for Teams is not part of the schema, and the schema refuses unknown keys.
    assert card.pop("msteams") == {"width": "Full"}, what
    for fault in validator.iter_errors(card):
        raise SystemExit(f"{what}: {fault.json_path}: {fault.message[:500]}")


def main(program, folder):
    # The package is located and not imported, because only its data is installed.
    package = Path(find_spec("adaptive_cards").origin).parent
    schema = package / "schemas" / "schema-1.5.json"
    validator = Draft6Validator(json.loads(schema.read_text(encoding="utf-8")))
    # A validator that accepts everything would check nothing.
    broken = {"type": "AdaptiveCard", "version": "1.5", "body": [{"type": "Text", "text": 1}]}
    assert not validator.is_valid(broken)

    folder = Path(folder)
    folder.mkdir(parents=True)
    count = 0
    with tempfile.TemporaryDirectory() as scratch:
        for links in ("commands", "links"):
            public_url = 'public_url = "https://watch.example.com/"' if links == "links" else ""
            configuration = f"{scratch}/{links}.toml"
            Path(configuration).write_text(
                CONFIGURATION.format(folder=scratch, public_url=public_url), encoding="utf-8"
            )
            for sample in samples(program, configuration):
                count += 1
                name = f"{count:03}"
                slack = payload(program, configuration, "slack", sample)
                (folder / f"{name}.ts").write_text(
                    SLACK.format(
                        text=json.dumps(slack["text"]), blocks=json.dumps(slack["blocks"], indent=1)
                    )
                )
                teams = payload(program, configuration, "teams", sample)
                check_card(validator, teams, f"{sample} ({links})")
                card = teams["attachments"][0]["content"]
                (folder / f"{name}.card.json").write_text(json.dumps(card, indent=1))
    if count < 40:
        raise SystemExit(f"expected at least 40 samples, but got {count}")
    print(f"checked {count} Teams cards with the schema")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
