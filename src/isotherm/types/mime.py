"""MIME documents of text parts, as cloud-init reads them."""

from collections.abc import Sequence
from email import message_from_string
from email.message import Message
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from hashlib import sha256

Part = tuple[str, str, str]              # text subtype, file name ("": none), content


def multipart(parts: Sequence[Part | Message]) -> str:
    """A MIME document of these parts. Equal parts give an equal document."""
    whole = MIMEMultipart(boundary="=" * 15 + _digest(parts))
    for part in parts:
        whole.attach(part if isinstance(part, Message) else _text(*part))
    return whole.as_string()


def parts_of(text: str) -> list[Message] | None:
    """The parts of a multipart document, those of its inner documents too; None when the text is none."""
    document = message_from_string(text)
    return [part for part in document.walk() if not part.is_multipart()] if document.is_multipart() else None


def _text(kind: str, name: str, content: str) -> MIMEText:
    part = MIMEText(content, kind, "us-ascii" if content.isascii() else "utf-8")
    if name:
        part.add_header("Content-Disposition", "attachment", filename=name)
    return part


def _digest(parts: Sequence[Part | Message]) -> str:
    whole = "\0".join(part.as_string() if isinstance(part, Message) else "\0".join(part) for part in parts)
    return sha256(whole.encode()).hexdigest()[:32]
