"""What a request's templates name and the client did not send: the operator's files, and what is fetched by URL."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from isotherm.cloud.fetcher import Fetcher, Unfetched
from isotherm.engine.site import FILE, Site
from isotherm.model.errors import Invalid
from isotherm.model.problem import Problem
from isotherm.model.schema import is_template
from isotherm.template import Environment, Limits, Template
from isotherm.template.files import parse_once
from isotherm.template.naming import templates_of, types_and_files

MISSING = "missing-file"


class Sources:
    """Where files come from that did not come with a request. What is found is stored with the definition: it is never fetched again."""

    def __init__(self, site: Site, fetcher: Fetcher, limits: Limits):
        self.site, self.fetcher, self.limits = site, fetcher, limits

    def fetch(self, url: str) -> str:
        """The text at a URL that a user names. Raises Unfetched."""
        return self.fetcher.text(url)

    def complete(self, template: Template, environment: Environment, files: Mapping[str, str]) -> tuple[Mapping[str, str], Mapping[str, str]]:
        """The files of a request with all that could be found: (name -> text, name -> why it could not be had)."""
        search = _Search(self, environment, dict(files))
        search.look(template)
        return search.files, search.absent


class _Search:
    """One request's. files: those found so far; absent: what could not be had, and why."""

    def __init__(self, sources: Sources, environment: Environment, files: dict[str, str]):
        self.sources, self.registry, self.files = sources, environment.registry, files
        self.site = sources.site
        self.absent: dict[str, str] = {}
        self.fetched = 0
        self._seen: set[str] = set()

    def look(self, template: Template) -> None:
        """Find what a user's template names, and what that names in turn."""
        wanted = [(template, False)]
        while wanted:
            template, trusted = wanted.pop()
            types, files = types_and_files(template)
            for url in (*templates_of(types, self.registry), *files):
                if url in self._seen:
                    continue
                self._seen.add(url)
                own = trusted or url in self.site.urls
                self.find(url, own)
                if (nested := self.parsed(url)) is not None:
                    wanted.append((nested, own and url in self.site.files))

    def parsed(self, name: str) -> Template | None:
        """A file as a template. None when it is none; whoever uses it as one is told."""
        if name not in self.files or not is_template(name):
            return None
        try:
            return parse_once(self.files[name], name, self.sources.limits)
        except Invalid:
            return None

    def find(self, url: str, trusted: bool) -> None:
        """Add one file, if it can be had. trusted: the operator named it. What the operator maps a type to is the operator's file, whatever the client sent."""
        if trusted and url in self.site.files:
            self.files[url] = self.site.files[url]
        elif url in self.files or "://" not in url:
            return
        elif url.startswith(FILE):
            self.absent[url] = "This service reads no files of its own host for users; send the file's content along"
        elif self.fetched >= self.sources.fetcher.options.max_files:
            self.absent[url] = f"More than {self.sources.fetcher.options.max_files} files are to be fetched, which is the limit"
        else:
            self.fetched += 1
            try:
                self.files[url] = self.sources.fetcher.text(url, trusted)
            except Unfetched as error:
                self.absent[url] = str(error)


def explained(problems: Iterable[Problem], absent: Mapping[str, str]) -> Sequence[Problem]:
    """The problems, where those of files that could not be had say why."""
    return [_explained(one, absent) if one.code == MISSING else one for one in problems] if absent else list(problems)


def _explained(problem: Problem, absent: Mapping[str, str]) -> Problem:
    why = [reason for name, reason in absent.items() if repr(name) in problem.message]
    return replace(problem, hint=why[0] + ".") if why else problem
