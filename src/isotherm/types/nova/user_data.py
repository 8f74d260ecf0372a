"""User data as cloud-init gets it."""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from email.message import Message
from json import dumps
from typing import Any

from isotherm.types.base import Values
from isotherm.types.mime import Part, multipart, parts_of

# Where tools on the guest look for what came with the server.
FOLDER = "/var/lib/heat-cfntools"

# cloud-init calls handle_part for each part of the type below: it writes the part to its own file in FOLDER.
PART_HANDLER = f'''\
#part-handler
"""Keep the parts that are for the provisioning tools, each in a file named after it."""
import os

FOLDER = "{FOLDER}"


def list_types():
    return ["text/x-cfninitdata"]


def handle_part(data, ctype, filename, payload):
    if ctype in ("__begin__", "__end__"):
        return
    os.makedirs(FOLDER, mode=0o700, exist_ok=True)
    path = os.path.join(FOLDER, os.path.basename(filename))
    content = payload if isinstance(payload, bytes) else payload.encode("utf-8")
    mode = 0o700 if filename == "cfn-userdata" else 0o600
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(handle, "wb") as part:
        part.write(content)
    os.chmod(path, mode)
'''

# Runs the user's program once, its output in a log of its own, and leaves a mark when it has ended.
RUN_USER_DATA = f'''\
#!/bin/sh
# Run the user data of this server's first boot.
folder={FOLDER}
log=/var/log/heat-provision.log
[ -s "$folder/cfn-userdata" ] || exit 0
umask 077
echo "$(date -u +%FT%TZ) user data begins" >>"$log"
"$folder/cfn-userdata" >>"$log" 2>&1
code=$?
echo "$(date -u +%FT%TZ) user data ended with exit code $code" >>"$log"
date -u +%FT%TZ >"$folder/provision-finished"
exit "$code"
'''

HANDLER: Part = ("part-handler", "part-handler.py", PART_HANDLER)

# What the first line of a text says it is.
STARTS: Mapping[str, str] = {
    "#!": "x-shellscript",
    "#cloud-config-archive": "cloud-config-archive",
    "#cloud-config": "cloud-config",
    "#cloud-boothook": "cloud-boothook",
    "#include-once": "x-include-once-url",
    "#include": "x-include-url",
    "#part-handler": "part-handler",
    "#upstart-job": "upstart-job",
}


# Formats in which user data may be the id of a software config, whose text is then meant.
QUOTING = ("RAW", "SOFTWARE_CONFIG")


def encoded(values: Values, metadata: Mapping[str, Any], texts: Mapping[str, str]) -> str | None:
    """The user data as the compute service takes it: base64, or None for none at all. texts: of software configs, by id."""
    form, given = values.get("user_data_format"), values.get("user_data") or ""
    text = rendered(form, texts.get(given, given) if form in QUOTING else given, metadata)
    return b64encode(text.encode()).decode() if text else None


def rendered(form: str | None, text: str, metadata: Mapping[str, Any]) -> str:
    """The user's text in its format: RAW as it is, else in a multipart document with what the format promises."""
    if form == "RAW":
        return text
    if form == "SOFTWARE_CONFIG":
        return multipart([HANDLER, *_init_data(metadata), *_own_parts(text)])
    script: Part = ("x-cfninitdata", "cfn-userdata", text)
    return multipart([HANDLER, script, *_init_data(metadata), ("x-shellscript", "run-userdata.sh", RUN_USER_DATA)])


def _init_data(metadata: Mapping[str, Any]) -> list[Part]:
    """The resource's metadata as a file on the guest."""
    return [("x-cfninitdata", "cfn-init-data", dumps(dict(metadata), sort_keys=True))] if metadata else []


def _own_parts(text: str) -> Sequence[Part | Message]:
    """The user's text as parts: those of a multipart document one by one, any other text as what it looks like."""
    if (parts := parts_of(text)) is not None:
        return parts
    kind = next((kind for start, kind in STARTS.items() if text.startswith(start)), "x-shellscript")
    return [(kind, "userdata", text)] if text else []
