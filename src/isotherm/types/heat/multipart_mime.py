"""OS::Heat::MultipartMime"""

from collections.abc import Iterator, Mapping, Sequence
from email.message import Message
from pathlib import PurePosixPath
from typing import Any

from isotherm.model.schema import AllowedValues, Prop, Support
from isotherm.model.step import Keep, Publish, Step
from isotherm.model.subject import Subject
from isotherm.types.base import Values
from isotherm.types.heat.config_io import GROUP
from isotherm.types.heat.software_config import Config
from isotherm.types.mime import Part, multipart, parts_of
from isotherm.types.registry import register

PART = (
    Prop("config", str, "The text of the part, or the id of a software config that holds it.", required=True),
    Prop("filename", str, "The name that the part has as a file."),
    Prop("subtype", str, "What kind of text it is, e.g. `x-shellscript`; the beginning of the file's name when not given."),
    Prop("type", str, "`multipart` takes the parts of what is a MIME document already, one by one; one that is none adds nothing.",
         default="text", constraints=(AllowedValues(("text", "multipart")),)),
)


@register("OS::Heat::MultipartMime")
class MultipartMime(Config):
    """Several texts put together in one MIME document, for cloud-init to take apart again."""

    properties = (
        Prop("parts", list, "The parts, in their order.", default=[], item=Prop("*", dict, schema=PART)),
        Prop("group", str, "The tool that is to apply the document.", default=GROUP, support=Support(version="14.0.0")),
    )
    support = Support(version="2014.1")

    def quotes(self, properties: Values) -> set[str]:
        return {part["config"] for part in properties.get("parts") or ()}

    def create(self, subject: Subject) -> Sequence[Step]:
        document = multipart([one for part in subject.properties.get("parts") or () for one in _parts(part, subject.texts)])
        return [Keep(data={"document": document}), Publish(subject.properties.get("group", GROUP), document)]

    def content(self, subject: Subject) -> Any:
        return subject.data.get("document")


def _parts(part: Mapping[str, Any], texts: Mapping[str, str]) -> Iterator[Part | Message]:
    text, name = texts.get(part["config"], part["config"]), part.get("filename") or ""
    if part.get("type") == "multipart":
        yield from parts_of(text) or ()
    else:
        yield part.get("subtype") or PurePosixPath(name).stem or "plain", name, text
