"""Where one is in YAML's flow style - braces and brackets, so JSON too - when the text ends in the middle."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Frame:
    """An open brace or bracket. words: the items of a list so far. valued: after a key's colon."""

    kind: str
    key: str = ""
    valued: bool = False
    words: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Flow:
    """path: within the flow. word: what stands at its end. key, value: what the word may be. before: earlier items of its list."""

    path: tuple[Any, ...]
    word: str
    key: bool
    value: bool
    before: tuple[str, ...]


def flow(text: str) -> Flow | None:
    """Where the end of the text is; None when every brace and bracket is closed, or text goes on after them."""
    scanner = Scanner(text)
    scanner.run()
    return scanner.found()


class Scanner:
    """Reads characters, and keeps what is open."""

    def __init__(self, text: str):
        self.text = text
        self.frames: list[Frame] = []
        self.word, self.quote = "", ""
        self.quoted = False

    def run(self) -> None:
        comment = False
        for index, char in enumerate(self.text):
            if comment:
                comment = char != "\n"
            elif self.quote:
                self.in_quotes(char, index)
            elif char == "#" and self.text[index - 1:index].isspace():
                comment = True
            else:
                self.plain(char, self.text[index + 1:index + 2])

    def in_quotes(self, char: str, index: int) -> None:
        if char != self.quote or (self.quote == '"' and self.text[index - 1] == "\\"):
            self.word += char
        else:
            self.quote, self.quoted = "", True

    def plain(self, char: str, following: str) -> None:
        top = self.frames[-1] if self.frames else None
        if char in "\"'" and not self.word.strip():
            self.word, self.quote = "", char
        elif char in "{[":
            self.frames.append(Frame(char))
            self.clear()
        elif char in "}]" and top is not None:
            self.frames.pop()
            self.clear()
            self.word = char                        # so that the outer frame sees an item
        elif char == "," and top is not None:
            top.words.append(self.word.strip())
            top.key, top.valued = "", False
            self.clear()
        elif char == ":" and top is not None and top.kind == "{" and not top.valued and (self.quoted or following.isspace() or not following):
            top.key, top.valued = self.word.strip(), True
            self.clear()
        else:
            self.word += char

    def clear(self) -> None:
        self.word, self.quoted = "", False

    def found(self) -> Flow | None:
        if not self.frames:
            return None
        path: list[Any] = [one.key if one.kind == "{" else len(one.words) for one in self.frames if one.kind == "[" or one.valued]
        top = self.frames[-1]
        key = top.kind == "{" and not top.valued
        return Flow(tuple(path), self.word.lstrip(), key, not key, tuple(top.words))
