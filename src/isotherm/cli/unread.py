"""What a configuration file holds that nobody reads: mistakes, told by line with what was probably meant, and options of Heat."""

import difflib
import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from isotherm.cli.heat_options import ELSEWHERE, SECTIONS, is_heats
from isotherm.config import Settings, options
from isotherm.configfile import DEFAULT_FILES

log = logging.getLogger(__name__)

CLOSE, FAR = 0.6, 0.8     # likeness from which on a word is taken for another one, misspelt: among few words, among many


@dataclass(frozen=True, slots=True)
class Line:
    """An option as a file has it. name "": the head of a section."""

    file: Path
    number: int
    section: str
    name: str = ""
    value: str = ""


@dataclass(frozen=True, slots=True)
class Unread:
    """A line without effect. wrong: somebody expects something of it; else it is an option of Heat without meaning here."""

    line: Line
    said: str
    wrong: bool

    def __str__(self) -> str:
        name = f" {self.line.name}" if self.line.name else ""
        return f"{self.line.file}:{self.line.number}: [{self.line.section}]{name}: {self.said}"


def unread(files: Sequence[Path], settings: Settings) -> list[Unread]:
    """The lines without effect in these files; none given: in those read by default. settings: what was read of them."""
    chosen = files or [path for path in DEFAULT_FILES if path.is_file()]
    found = (judged(line, settings) for file in chosen for line in lines_of(file))
    return [one for one in found if one is not None]


def warn(files: Sequence[Path], settings: Settings) -> None:
    """Tell of them in the log: a warning for each that is wrong, one line for all the others."""
    found = unread(files, settings)
    for one in found:
        if one.wrong:
            log.warning("%s", one)
    others = sum(not one.wrong for one in found)
    if others:
        log.info("%d options in the configuration are Heat's without meaning here; `isotherm config check` names them", others)


def lines_of(file: Path) -> Iterator[Line]:
    """Sections and options, as the parser that reads them takes them."""
    section = ""
    for number, text in enumerate(file.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
        if not text.strip() or text[0].isspace() or text[0] in "#;":
            continue                                        # what is indented goes on with the value above
        if text.startswith("["):
            section = text[1:].partition("]")[0]
            section = section if section == "DEFAULT" else section.lower()
            yield Line(file, number, section)
        else:
            cut = min(at for at in (text.find("="), text.find(":"), len(text)) if at >= 0)
            yield Line(file, number, section, text[:cut].strip(), text[cut + 1:].strip())


def judged(line: Line, settings: Settings) -> Unread | None:
    """None for a line that is read."""
    places = known()
    sections = {section for section, _ in places}
    if not line.name:
        if line.section in sections or is_heats(line.section, ""):
            return None
        return Unread(line, f"there is no such section, so nothing in it is read{_guess(_close(line.section, sections | SECTIONS), '[{}]')}", True)
    if (line.section, line.name) in places:
        return None
    if line.section not in sections and not is_heats(line.section, ""):
        return None                                         # said once, of the section
    place = ELSEWHERE.get((line.section, line.name))
    if place is not None:
        return Unread(line, f"not read here; set [{place[0]}] {place[1]} instead", _is_missed(line, place, settings))
    if is_heats(line.section, line.name):
        return Unread(line, "an option of Heat without meaning here", False)
    return Unread(line, f"there is no such option, so it does nothing{_meant(line, places)}", True)


def known() -> set[tuple[str, str]]:
    """(section, name) of everything that is read."""
    found = set()
    for option in options():
        found.add((option.group, option.name))
        if option.was:
            section, _, name = option.was.partition(".")
            found.add((section, name))
    return found


def _is_missed(line: Line, place: tuple[str, str], settings: Settings) -> bool:
    """Whether the file asks for something that has not been asked for in its own place."""
    group, name = place
    value = getattr(getattr(settings, group), name)
    default = next(option.default for option in options() if (option.group, option.name) == place)
    return bool(value == default and line.value.lower() not in ("", str(default).lower()))


def _meant(line: Line, places: set[tuple[str, str]]) -> str:
    """The option of just that name in another section, or of nearly that name in this one or else in another."""
    here, everywhere = {name for section, name in places if section == line.section}, {name for _, name in places}
    if line.name not in everywhere and (close := _close(line.name, here)):
        return _guess(close, "{}")
    close = _close(line.name, everywhere, FAR)
    section = min((section for section, name in places if name == close), key=lambda section: (section == "DEFAULT", section), default="")
    return _guess(close, f"[{section}] {{}}")


def _close(word: str, words: Iterable[str], cutoff: float = CLOSE) -> str:
    return next(iter(difflib.get_close_matches(word.replace("-", "_"), sorted(words), n=1, cutoff=cutoff)), "")


def _guess(word: str, form: str) -> str:
    return f"; did you mean {form.format(word)}?" if word else ""
