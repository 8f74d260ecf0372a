"""The resources section: each resource's keys, type, dependencies and static properties."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from isotherm.model.errors import Invalid
from isotherm.model.problem import Problem
from isotherm.model.schema import SUPPORTED, Attr, Catalog, Prop, Support, TypeSchema, is_template
from isotherm.model.unknown import Source, Unknown
from isotherm.template.conditions import Conditions
from isotherm.template.definition import ResourceDefinition, known
from isotherm.template.document import Template
from isotherm.template.environment import Environment
from isotherm.template.expression import OMIT, Facade, MapOf, Scope, evaluate, evaluate_entries
from isotherm.template.fingerprint import fingerprint
from isotherm.template.nested import TemplateType, differences, within
from isotherm.template.nesting import Nesting
from isotherm.template.paths import Holder
from isotherm.template.properties import SCALARS, Coercion, CustomCheck
from isotherm.template.report import Report, near, shown
from isotherm.template.snippets import FAILED, Snippets
from isotherm.template.static import StaticWorld
from isotherm.template.tree import EMPTY_MAP, Path, key_text

# What stands at a key, if the key stands there; in some places a function may, which is a map.
SHAPES: tuple[tuple[str, Any, str], ...] = (
    ("properties", Mapping, "a map"), ("metadata", Mapping, "a map"), ("update_policy", Mapping, "a map"),
    ("depends_on", (str, list), "the name of a resource, or a list of names"), ("description", str, "a string"),
    ("external_id", (str, Mapping), "a string"),
)
EVALUATED = ("properties", "metadata", "update_policy", "deletion_policy", "external_id")
FURTHEST = 8        # resources that are looked at ahead of their turn, one for the sake of another


@dataclass(frozen=True, slots=True)
class AnyType:
    """Stands in for a type that is not known, so that its resource causes one error and not many."""

    name: str
    properties: tuple[Prop, ...] = ()
    attributes: tuple[Attr, ...] = ()
    open: bool = True
    support: Support = SUPPORTED


@dataclass(slots=True)
class _Draft:
    """A resource whose condition holds, before its snippets are looked at."""

    name: str
    type: str
    target: str
    schema: TypeSchema
    path: Path
    raw: Mapping[str, Any]


class Resources:
    """Reads the section in two passes: first who there is, of which type; then what they say of each other."""

    def __init__(self, template: Template, environment: Environment, catalog: Catalog, conditions: Conditions, report: Report,
                 nesting: Nesting):
        self.template, self.environment, self.catalog = template, environment, catalog
        self.conditions, self.report, self.nesting = conditions, report, nesting
        self.spell = template.dialect.spell
        self.drafts: list[_Draft] = []
        self.schemas: dict[str, TypeSchema] = {}
        self.disabled: dict[str, tuple[Mapping[str, Any], Path]] = {}
        self.uses: dict[str, frozenset[tuple[Any, ...]]] = {}
        self.customs: list[CustomCheck] = []
        self.holders: dict[str, Holder] = {}
        self.made: dict[str, ResourceDefinition] = {}
        self.ahead: dict[str, Mapping[str, Any]] = {}
        self.depth = 0

    def gather(self, parameters: frozenset[str]) -> None:
        """The first pass."""
        section = self.template.section("resources")
        root = self.spell("resources")
        limit = self.template.limits.resources
        if len(section) > limit:
            self.report.add("too-many-resources", (root,), f"There are {len(section)} resources; at most {limit} are allowed.")
            return
        for key, raw in section.items():
            name, path = key_text(key), (root, key)
            if "/" in name:
                self.report.add("bad-name", path, f"{name!r} cannot be the name of a resource, because it has a slash.")
            if name in self.template.dialect.pseudo:
                self.report.add("duplicate-name", path, f"{name!r} is the name of a pseudo parameter.")
            if name in parameters:
                self.report.add("duplicate-name", path, f"{name!r} is the name of a parameter and of a resource.")
            if not isinstance(raw, Mapping):
                self.report.add("bad-resource", path, f"A resource is a map with its type, not {shown(raw)}.")
                continue
            self.check_keys(raw, path)
            written = self.written(name, raw, path)
            if self.enabled(raw, path):
                self.draft(name, written, raw, path)
            else:
                self.disabled[name] = (raw, path)

    def check_keys(self, raw: Mapping[str, Any], path: Path) -> None:
        allowed = self.template.dialect.resource_keys
        for key in raw:
            if key not in allowed:
                say = self.report.add if self.template.dialect.hot else self.report.warn
                say("unknown-resource-key", (*path, key), f"{key!r} is no key of a resource.", hint=near(key, allowed))
        for word, kinds, said in SHAPES:
            key = self.spell(word)
            if key in allowed and key in raw and not isinstance(raw[key], kinds):
                self.report.add("bad-resource", (*path, key), f"`{key}` is {said}, not {shown(raw[key])}.")
        key = self.spell("depends_on")
        for index, name in enumerate(raw[key]) if isinstance(raw.get(key), list) else ():
            if not isinstance(name, str):
                self.report.add("bad-resource", (*path, key, index), f"`{key}` names resources; this is {shown(name)}.")

    def enabled(self, raw: Mapping[str, Any], path: Path) -> bool:
        key = self.spell("condition")
        if key not in raw or not self.template.dialect.conditions:
            return True
        if raw[key] is None:
            self.report.add("bad-condition", (*path, key), "A condition is true, false, a function, or the name of one; not null.")
        found = self.conditions.truth(raw[key], (*path, key), self.report)
        return isinstance(found, Unknown) or bool(found)

    def written(self, name: str, raw: Mapping[str, Any], path: Path) -> str:
        """The type as the template says it; "" when it says none."""
        key = self.spell("type")
        written = raw.get(key)
        if isinstance(written, str) and written:
            return written
        said = f"is a string, not {shown(written)}" if key in raw else "is missing"
        self.report.add("unknown-type", (*path, key) if key in raw else path, f"The type of the resource {name!r} {said}.")
        return ""

    def draft(self, name: str, written: str, raw: Mapping[str, Any], path: Path) -> None:
        key = self.spell("type")
        if not written:
            schema: TypeSchema = AnyType("?")
            written, target = "?", "?"
        else:
            target = self.environment.registry.target(written, name) or ""
            found = self.nested(target, (*path, key)) if is_template(target) else self.catalog.schema(target) if target else None
            if found is None and target and not is_template(target) and (found := self.catalog.schema(written)) is not None:
                self.report.warn("unknown-type", (*path, key), f"The registry maps {written!r} to {target!r}, which there is not: it is itself.")
                target = written
            if found is None and is_template(target):
                self.report.add("missing-file", (*path, key), f"No template {target!r} came with this one.",
                                hint=near(target, self.nesting.files))
            elif found is None:
                said = f" (the registry maps it to {target!r})" if target and target != written else ""
                if (whole := self.environment.registry.whole) is not None and is_template(whole.target(written, name) or ""):
                    said = " (what the registry says of it does not count inside the template that takes its place)"
                self.report.add("unknown-type", (*path, key), f"There is no resource type {written!r}{said}.",
                                hint=near(written, self.catalog.names()))
            schema = found or AnyType(written)
            replaced = self.catalog.schema(written) if isinstance(found, TemplateType) else None
            for why in differences(found, replaced) if isinstance(found, TemplateType) and replaced and not replaced.open else ():
                self.report.add("wrong-interface", (*path, key), f"The template {target!r} cannot take the place of {written}: {why}.")
            self.check_support(schema, written, (*path, key))
        self.schemas[name] = schema
        self.holders[name] = Holder(name, schema, lambda: self.given(name),
                                    lambda: self.nesting.environment_in(name, written).registry)
        self.drafts.append(_Draft(name, written, target, schema, path, raw))

    def nested(self, target: str, path: Path) -> TypeSchema | None:
        """The type that a template implements. One that cannot be read is a problem here as well as there."""
        try:
            return self.nesting.schema(target)
        except Invalid as exc:
            self.report.problems.extend(within(problem, self.report.locate(path, True)) for problem in exc.problems)
            return AnyType(target)

    def check_support(self, schema: TypeSchema, written: str, path: Path) -> None:
        if schema.support.status == "DEPRECATED":
            self.report.warn("deprecated-type", path, f"The type {written} is deprecated.", schema.support.message or "")

    def define(self, snippets: Snippets, scope: Scope, world: StaticWorld) -> dict[str, ResourceDefinition]:
        """The second pass. Of resources that do not exist only the form is looked at."""
        self.scope, self.world = scope, world
        for raw, path in self.disabled.values():
            before = len(self.report.problems)
            expressions = {word: snippets.parse(raw.get(self.spell(word)), (*path, self.spell(word))) for word in EVALUATED}
            self.report.soften(before, "removed-function")
            self.deletion_policy(raw, path, expressions, scope)
            world.take()
        uses: dict[str, set[tuple[Any, ...]]] = {}
        for draft in self.drafts:
            one, attributes = self.resource(draft, snippets, scope, world)
            self.made[draft.name] = one
            for name, path in attributes:
                uses.setdefault(name, set()).add(path)
        self.uses = {name: frozenset(paths) for name, paths in uses.items()}
        return self.made

    def lookup(self, target: str) -> TypeSchema | None:
        """The type that a target of the registry is; None when there is none that can be read."""
        try:
            return self.nesting.schema(target) if is_template(target) else self.catalog.schema(target)
        except Invalid:
            return None

    def given(self, name: str) -> Mapping[str, Any]:
        """The properties of a resource as far as they are known, which it may be too early to tell the problems of."""
        if name in self.made:
            return self.made[name].static
        if name not in self.ahead and self.depth < FURTHEST:
            self.ahead[name] = {}                   # in a circle nothing is known of a resource by way of itself
            self.depth += 1
            self.ahead[name] = self.foreseen(next(one for one in self.drafts if one.name == name))
            self.depth -= 1
        return self.ahead.get(name, {})

    def foreseen(self, draft: _Draft) -> Mapping[str, Any]:
        """The properties of a resource whose turn has not come. Nothing is reported, and nothing counts as asked for."""
        aside = Snippets(self.template.dialect, self.conditions, Report(self.report.locate))
        path = (*draft.path, self.spell("properties"))
        asked, self.world.asked = self.world.asked, {}
        try:
            values = evaluate_entries(aside.parse(draft.raw.get(self.spell("properties")), path), replace(self.scope, noticed=[]), [])
        except Invalid:
            values = {}
        self.world.asked = asked
        return Coercion(validate=False).properties(draft.schema.properties, values, (), True)

    def resource(self, draft: _Draft, snippets: Snippets, scope: Scope,
                 world: StaticWorld) -> tuple[ResourceDefinition, frozenset[Source]]:
        expressions = {word: snippets.parse(draft.raw[self.spell(word)], (*draft.path, self.spell(word)))
                       for word in EVALUATED if draft.raw.get(self.spell(word)) is not None}
        values = self.section(draft, "properties", expressions, scope, snippets)
        metadata = self.section(draft, "metadata", expressions, scope, snippets)
        referenced, attributes = world.take()
        policy = self.section(draft, "update_policy", expressions, scope, snippets)
        if world.take()[0] - {None}:
            key = self.spell("update_policy")
            self.report.add("bad-resource", (*draft.path, key), f"`{key}` cannot wait for a resource.")
        external = self.external_id(draft, expressions, scope)
        deletion = "Retain" if external is not None else self.deletion_policy(draft.raw, draft.path, expressions, scope)
        world.take()
        run = Coercion(self.template.place, validate=external is None,
                       template=isinstance(draft.schema, TemplateType), meter=scope.meter)
        static = run.properties(draft.schema.properties, values, (*draft.path, self.spell("properties")), draft.schema.open)
        if policy and not draft.schema.open:
            run.properties(getattr(draft.schema, "update_policies", ()), policy, (*draft.path, self.spell("update_policy")))
        self.report.problems.extend(run.problems)
        self.customs.extend(run.customs)
        place = self.template.place(draft.path)
        facade = Facade(metadata, str(draft.raw.get(self.spell("deletion_policy")) or "Delete"), policy)
        self.report.problems.extend(self.nesting.check(draft.schema, draft.name, draft.type, without(static, run.problems), facade, place))
        depends_on = self.depends_on(draft, scope)
        references = referenced - {None}
        return ResourceDefinition(
            name=draft.name, type=draft.type, target=draft.target, schema=draft.schema, requires=references | depends_on,
            references=references, depends_on=depends_on, deletion_policy=deletion, external_id=external,
            condition=draft.raw.get(self.spell("condition")), place=place, path=draft.path,
            fingerprint=fingerprint([draft.target, values, metadata, policy, deletion, sorted(depends_on), external,
                                     *self.nesting.identity(draft.schema, draft.name, draft.type, values),
                                     *([draft.type] if draft.type != draft.target else [])]),
            raw=draft.raw, static=static, settled=known(values), expressions=expressions), attributes

    def section(self, draft: _Draft, word: str, expressions: Mapping[str, Any], scope: Scope,
                snippets: Snippets) -> dict[Any, Any]:
        """A map of the resource, evaluated as far as it can be."""
        key = self.spell(word)
        raw = draft.raw.get(key)
        if raw is None:
            return EMPTY_MAP
        if not isinstance(raw, Mapping):
            return EMPTY_MAP
        expression = expressions[word]
        if word != "metadata" and snippets.calls(raw):
            if expression is not FAILED:
                self.report.add("bad-resource", (*draft.path, key), f"`{key}` is a map written out here; no function can make it.")
            return EMPTY_MAP
        before = len(self.report.problems)
        try:
            whole = evaluate_entries(expression, scope, self.report.problems) if isinstance(expression, MapOf) else \
                evaluate(expression, scope)
        except Invalid as exc:
            self.report.problems.extend(exc.problems)
            return EMPTY_MAP
        if word == "metadata":
            self.report.soften(before, "bad-argument", "missing-parameter", "unknown-attribute")
        elif draft.schema.open and not isinstance(draft.schema, AnyType):  # such a type does nothing with its properties
            self.report.soften(before, "bad-argument", "missing-parameter")
        if whole is OMIT or whole is None:
            return EMPTY_MAP
        if not isinstance(whole, dict):
            if whole is not FAILED:  # which only a function made
                self.report.warn("bad-resource", (*draft.path, key), f"`{key}` is a map, not {shown(whole)}, so there is none.")
            return EMPTY_MAP
        return whole

    def depends_on(self, draft: _Draft, scope: Scope) -> frozenset[str]:
        key = self.spell("depends_on")
        raw = draft.raw.get(key)
        found = set()
        for index, name in enumerate([raw] if isinstance(raw, str) else raw if isinstance(raw, list) else ()):
            path = (*draft.path, key, index) if isinstance(raw, list) else (*draft.path, key)
            if not isinstance(name, str):
                continue
            if name in self.schemas:
                found.add(name)
            elif name not in self.disabled:
                self.report.add("unknown-resource", path, f"There is no resource {name!r}.", hint=near(name, self.schemas))
        return frozenset(found)

    def value(self, word: str, expressions: Mapping[str, Any], scope: Scope) -> Any:
        """A single value that must be known before the run."""
        if word not in expressions:
            return None
        try:
            made = evaluate(expressions[word], scope)
        except Invalid as exc:
            self.report.problems.extend(exc.problems)
            return None
        return None if made is OMIT or isinstance(made, Unknown) else made

    def deletion_policy(self, raw: Mapping[str, Any], path: Path, expressions: Mapping[str, Any], scope: Scope) -> str:
        key, policies = self.spell("deletion_policy"), self.template.dialect.policies
        made = raw.get(key, "Delete")
        if isinstance(made, Mapping):
            made = self.value("deletion_policy", expressions, scope)
            if made is None and self.world.asked:
                self.report.add("bad-deletion-policy", (*path, key), f"`{key}` cannot wait for a resource.")
            if made is None:
                return "Delete"
        if isinstance(made, str) and made in policies:
            return policies[made]
        self.report.add("bad-deletion-policy", (*path, key), f"{shown(made)} is no deletion policy.", allowed=policies, hint=near(made, policies))
        return "Delete"

    def awaits_parameter(self, draft: _Draft, expressions: Mapping[str, Any], scope: Scope) -> bool:
        """Whether only a parameter without a value keeps the id of what exists already from being known."""
        if "external_id" not in expressions or self.world.asked:
            return False
        return isinstance(evaluate(expressions["external_id"], scope), Unknown)

    def external_id(self, draft: _Draft, expressions: Mapping[str, Any], scope: Scope) -> str | None:
        """What the resource is in the cloud already, "" when that is not known yet; None when a function says that it is to be made after all."""
        if "external_id" not in self.template.dialect.resource_keys:
            return None
        before = len(self.report.problems)
        made, path = self.value("external_id", expressions, scope), (*draft.path, "external_id")
        if made is None:
            if len(self.report.problems) > before or self.awaits_parameter(draft, expressions, scope):
                return ""
            if self.world.asked:
                self.report.warn("bad-resource", path, "`external_id` cannot wait for another resource, so this one will be made.")
            return None
        if made == "" or not isinstance(made, SCALARS):
            self.report.add("bad-resource", path, f"`external_id` is a string, and not empty; this is {shown(made)}.")
        elif draft.raw.get(self.spell("depends_on")):
            self.report.add("bad-resource", (*draft.path, self.spell("depends_on")),
                            "A resource with an `external_id` exists already: it waits for no other.")
        return str(made)


def without(properties: Mapping[str, Any], problems: Sequence[Problem]) -> Mapping[str, Any]:
    """The properties with those that are wrong unknown, so that a nested template does not tell of them again."""
    wrong = {part for problem in problems for part in problem.place.path.split(".")[3:4]} if problems else set()
    return {name: FAILED if name in wrong else value for name, value in properties.items()} if wrong else properties
