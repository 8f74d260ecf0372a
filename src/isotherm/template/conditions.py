"""The conditions section: each condition is worked out once, when something first asks for it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from isotherm.model.errors import Invalid
from isotherm.model.problem import Severity
from isotherm.model.unknown import Unknown
from isotherm.template.expression import BadArgument, Call, ListOf, MapOf, Scope, evaluate
from isotherm.template.functions.logic import truth
from isotherm.template.functions.registry import FUNCTIONS, Grammar, grammar
from isotherm.template.report import Report, near, shown
from isotherm.template.tree import Path
from isotherm.template.versions import Dialect

FAILED = Unknown(bool, (), ("failed",))


class Conditions:
    """name -> whether it holds. A condition that nothing uses may be wrong: that is only a warning."""

    def __init__(self, dialect: Dialect, section: Mapping[Any, Any], scope: Scope):
        self.grammar: Grammar = grammar(dialect, condition=True)
        self.values: Grammar = grammar(dialect)
        self.choice = "if" if dialect.hot else "Fn::If"
        self.section, self.scope = section, scope
        self.root = dialect.spell("conditions")
        self.known: dict[str, Any] = {}
        self.active: list[str] = []

    def holds(self, name: str) -> Any:
        """Whether the named condition holds; Unknown when a parameter has no value yet. Raises BadArgument, Invalid."""
        if name in self.known:
            return self.known[name]
        if name not in self.section:
            raise BadArgument(f"there is no condition {name!r}.", "unknown-condition", near(name, self.section))
        if name in self.active:
            chain = " -> ".join([*self.active[self.active.index(name):], name])
            raise BadArgument(f"the conditions need each other: {chain}.", "circular-conditions")
        self.active.append(name)
        try:
            self.known[name] = self.defined(self.section[name], (self.root, name))
        finally:
            self.active.pop()
        return self.known[name]

    def truth(self, snippet: Any, path: Path, report: Report) -> Any:
        """Whether a condition, named or written out, holds. Problems go to the report, and the answer is Unknown."""
        try:
            return self.compute(snippet, path)
        except Invalid as exc:
            report.problems.extend(exc.problems)
        except BadArgument as exc:
            report.add(exc.code, (*path, *exc.at), sentence(exc), hint=exc.hint)
        return FAILED

    def defined(self, snippet: Any, path: Path) -> Any:
        """The value of a definition, which is a boolean: unlike where a condition is used, the name of another does not do."""
        found = evaluate(self.parse(snippet, path), self.scope)
        if isinstance(found, bool | Unknown):
            return found
        raise BadArgument(f"this condition is {shown(found)}, not true or false.", "bad-condition")

    def compute(self, snippet: Any, path: Path) -> Any:
        return truth(self.scope, evaluate(self.parse(snippet, path), self.scope))

    def parse(self, value: Any, path: Path) -> Any:
        """As `Snippets.parse`, in the grammar of conditions."""
        if isinstance(value, Mapping):
            if len(value) == 1:
                (name, argument), = value.items()
                row = self.grammar.functions.get(name) if isinstance(name, str) else None
                if row is not None:
                    if row.literal and not isinstance(argument, list if row.shape == "list" else Mapping):
                        raise BadArgument(f"{name}: its {row.shape} must be written out here.", "bad-condition")
                    if argument is None and row.shape == "value":
                        raise BadArgument(f"{name}: it has no argument.", "bad-condition")
                    parsed = self.parse(argument, (*path, name))
                    if row.literal and isinstance(parsed, Call):
                        raise BadArgument(f"{name}: its {row.shape} must be written out here.", "bad-condition")
                    return Call(row, parsed, (*path, name))
                if name in self.values.functions or name in self.values.removed or name == self.choice:
                    raise BadArgument(f"the function {name} cannot be used in conditions.", "bad-condition",
                                      near(name, self.grammar.functions))
            return MapOf(tuple((key, self.parse(part, (*path, key))) for key, part in value.items()))
        if isinstance(value, list):
            return ListOf(tuple(self.parse(part, (*path, index)) for index, part in enumerate(value)))
        return value

    def check(self, report: Report) -> None:
        """Look at every condition, used or not."""
        for name, snippet in self.section.items():
            path = (self.root, name)
            if isinstance(snippet, Mapping) and len(snippet) == 1 and next(iter(snippet)) not in self.grammar.functions:
                report.add("bad-condition", (*path, next(iter(snippet))), f"{next(iter(snippet))!r} is no function of conditions.", value=False,
                           allowed=sorted(self.grammar.functions), hint=near(next(iter(snippet)), self.grammar.functions))
            elif not isinstance(snippet, bool) and not (isinstance(snippet, Mapping) and len(snippet) == 1):
                report.add("bad-condition", path, f"A condition is a function or a boolean, not {shown(snippet)}.")
            elif name not in self.known:
                self.check_unused(name, snippet, path, report)

    def check_unused(self, name: str, snippet: Any, path: Path, report: Report) -> None:
        try:
            self.parse(snippet, path)
        except BadArgument as exc:
            report.add(exc.code, path, str(exc)[:1].upper() + str(exc)[1:], hint=exc.hint)
            return
        try:
            self.holds(name)
        except Invalid as exc:
            for problem in exc.problems:
                if problem.code == "bad-argument":
                    report.problems.append(problem)
                else:
                    report.problems.append(replace(problem, severity=Severity.WARNING))
        except BadArgument as exc:
            report.warn(exc.code, path, sentence(exc), exc.hint)


def sentence(exc: BadArgument) -> str:
    """What is wrong, with a capital letter unless it begins with the name of a function."""
    text = str(exc)
    return text if text.partition(": ")[0] in FUNCTIONS else text[:1].upper() + text[1:]
