"""Runs a conformance case through the compiler and an evaluation in memory: no database, no cloud, no threads.

Types that plan only `Keep` and local steps are run; a case that needs another one is an error of stage "cloud".
"""

import json
import os
from collections.abc import Mapping
from typing import Any

from isotherm.engine.names import physical_name
from isotherm.engine.validation import validate
from isotherm.model.errors import Invalid
from isotherm.model.problem import Severity
from isotherm.model.request import Caller, ValidateRequest
from isotherm.model.step import Keep, Pause, Publish
from isotherm.model.subject import Subject
from isotherm.template import (
    EMPTY,
    Definition,
    Environment,
    Facade,
    Limits,
    Pseudo,
    Template,
    Unknown,
    compile,
    declarations,
    merge,
    parse,
    parse_environment,
    problems,
    select,
)
from isotherm.template.dependencies import order
from isotherm.template.expression import unknowns
from isotherm.template.nested import TemplateType, environment_of
from isotherm.template.resources import AnyType
from isotherm.types.registry import registry

STACK_ID = "6d2a3b8e-0d4c-4a50-9d5c-0f1d0b3c2a11"
CATALOG = registry()
LIMITS = Limits(resources=1000, nested=5)


class Failed(Exception):
    """The case ends in an error of a stage."""

    def __init__(self, stage: str, kind: str, message: str):
        super().__init__(message)
        self.stage, self.kind = stage, kind


class Stack:
    """A stack that lives only in this object; its own `World`."""

    def __init__(self, definition: Definition, name: str, files: Mapping[str, str]):
        self.definition, self.name, self.files = definition, name, files
        self.subjects: dict[str, Subject] = {}
        self.children: dict[str, Stack] = {}

    def create(self) -> None:
        requires = {name: one.requires for name, one in self.definition.resources.items()}
        for name in order(requires):
            try:
                self.make(name)
            except Invalid as exc:
                raise Failed("create", exc.wire, str(exc)) from None

    def make(self, name: str) -> None:
        resource = self.definition.resources[name]
        properties = self.definition.properties(name, self)
        if isinstance(resource.schema, TemplateType):
            self.nest(name, resource.schema, properties)
            return
        kind = CATALOG.get(resource.target)
        assert kind is not None
        subject = Subject(name, resource.target, STACK_ID, self.name, "corpus_project", physical_name(self.name, name, STACK_ID),
                          properties=kind.translate(properties), metadata=self.definition.metadata(name, self))
        if resource.target == "OS::Heat::TestResource" and properties.get("fail"):
            raise Failed("create", "ResourceFailure", "told to fail")
        wrong = kind.validate(properties)
        if wrong:
            raise Invalid(wrong)
        data: dict[str, Any] = {}
        identity = subject.physical_name
        for step in kind.create(subject):
            if isinstance(step, Keep):
                data |= step.data
                identity = step.physical_id or identity
            elif not isinstance(step, Pause | Publish) and not getattr(step, "local", False):
                raise Failed("cloud", resource.target, "needs a cloud")
        identity = resource.external_id or identity
        self.subjects[name] = Subject(
            name, resource.target, STACK_ID, self.name, "corpus_project", identity, identity, subject.properties, data,
            metadata=subject.metadata, status=("CREATE", "COMPLETE"))

    def nest(self, name: str, schema: TemplateType, properties: dict[str, Any]) -> None:
        resource = self.definition.resources[name]
        facade = Facade(self.definition.metadata(name, self), resource.deletion_policy, self.definition.update_policy(name))
        nested = compile(schema.template, environment_of(name, self.definition.environment), self.files, catalog=CATALOG,
                         parameters=properties, pseudo=Pseudo(STACK_ID, physical_name(self.name, name, STACK_ID), "corpus_project"), facade=facade)
        child = Stack(nested, physical_name(self.name, name, STACK_ID), self.files)
        child.create()
        self.children[name] = child

    def reference(self, name: str) -> Any:
        if name in self.children:
            child = self.children[name]
            if "OS::stack_id" in child.definition.outputs:
                return child.definition.output("OS::stack_id", child)
            return f"arn:openstack:heat::corpus_project:stacks/{child.name}/{STACK_ID}"
        subject = self.subjects[name]
        kind = CATALOG.get(subject.type)
        return kind.reference(subject) if kind else name

    def attribute(self, name: str, path: tuple[Any, ...]) -> Any:
        if not path:
            schema = self.definition.resources[name].schema
            return {one.name: self.attribute(name, (one.name,)) for one in schema.attributes if one.name != "show"}
        if name in self.children:
            return select(self.child_attribute(self.children[name], path[0]), path[1:])
        subject = self.subjects[name]
        kind = CATALOG.get(subject.type)
        return select(kind.attribute(subject, path[0]), path[1:]) if kind else None

    def child_attribute(self, child: "Stack", name: str) -> Any:
        if name.startswith("resource."):
            _, inner, *rest = name.split(".")
            return child.attribute(inner, tuple(rest)) if rest else child.reference(inner)
        if name == "outputs":
            return child.outputs()
        return child.definition.output(name, child)

    def outputs(self) -> dict[str, Any]:
        return {key: self.definition.output(key, self) for key in self.definition.outputs}


def environment_of_case(case: Mapping[str, Any], template: Template) -> Environment:
    names = case.get("environment_files")
    if names:
        return merge(*(parse_environment(case["files"][name], name) for name in names), declarations=declarations(template),
                     given=case.get("parameters"))
    return parse_environment(case["environment"]) if case.get("environment") else EMPTY


def compiled(case: Mapping[str, Any], parameters: Mapping[str, Any] | None, template_text: str) -> Definition:
    try:
        template = parse(template_text, limits=LIMITS)
        environment = environment_of_case(case, template)
    except Invalid as exc:
        raise Failed("parse", exc.wire, str(exc)) from None
    given = {} if case.get("environment_files") else parameters or {}
    try:
        definition = compile(template, environment, case.get("files") or {}, catalog=CATALOG, parameters=given,
                             pseudo=Pseudo(STACK_ID, "corpus", "corpus_project", "",
                                           f"arn:openstack:heat::corpus_project:stacks/corpus/{STACK_ID}"))
        check(definition)
    except Invalid as exc:
        raise Failed("validate", exc.wire, str(exc)) from None
    return definition


def check(definition: Definition) -> None:
    """The rules of the types themselves, as the engine asks them."""
    for name, resource in definition.resources.items():
        kind = CATALOG.get(resource.target)
        found = kind.validate(definition.partial(name)) if kind else []
        if found:
            raise Invalid(found)


def run(case: Mapping[str, Any]) -> dict[str, Any]:
    """One case, as the corpus' runner wants it."""
    try:
        return outcome(case)
    except Failed as exc:
        return {"error": {"stage": exc.stage, "kind": exc.kind, "message": str(exc)}}


def outcome(case: Mapping[str, Any]) -> dict[str, Any]:
    definition = compiled(case, case.get("parameters"), case["template"])
    if case.get("until"):
        return {"valid": True}
    if case.get("then"):
        definition = updated(case, definition)
    stack = Stack(definition, "corpus", case.get("files") or {})
    stack.create()
    try:
        outputs = stack.outputs()
        assert not any(isinstance(one, Unknown) for one in unknowns(outputs))
    except Invalid as exc:
        raise Failed("output", exc.wire, str(exc)) from None
    return {
        "outputs": json.loads(json.dumps(outputs)),
        "resources": {name: one.type for name, one in definition.resources.items()},
        **({} if case.get("environment_files") else {"schema": schema(case)}),
        "stack_parameters": {name: text for name, text in definition.parameter_texts.items() if not name.lower().endswith(("stack_id", "stackid"))},
    }


def schema(case: Mapping[str, Any]) -> dict[str, Any]:
    """What POST validate answers, but for the environment."""
    request = ValidateRequest(case["template"], case.get("files") or {}, case.get("environment") or {},
                              tuple(case.get("environment_files") or ()), case.get("parameters") or {})
    answer = validate(request, Caller("user", "corpus_project"), CATALOG, LIMITS).answer
    return {key: value for key, value in answer.items() if key != "Environment"}


def updated(case: Mapping[str, Any], old: Definition) -> Definition:
    then = case["then"]
    try:
        new = compiled(case, {**(case.get("parameters") or {}), **(then.get("parameters") or {})}, then.get("template") or case["template"])
    except Failed as exc:
        raise Failed("update", exc.kind, str(exc)) from None
    for name, one in new.parameters.items():
        before = old.parameters.get(name)
        if one.declaration.immutable and before is not None and before.value != one.value:
            raise Failed("update", "ImmutableParameterModified", f"{name} cannot change")
    return new


class Anything:
    """The known types; one of the usual name spaces that is not known takes every property and has every attribute."""

    def schema(self, name: str) -> Any:
        return CATALOG.schema(name) or (AnyType(name) if name.startswith(("OS::", "AWS::")) else None)

    def names(self) -> tuple[str, ...]:
        return CATALOG.names()


def describe(entry: Mapping[str, Any], root: str) -> dict[str, Any]:
    """A public template: what is in it, its edges, and whether it is valid."""
    try:
        template = parse(entry["text"], limits=LIMITS)
    except Invalid:
        return {"parse": "error"}
    files = {name: read(root, path) for name, path in entry.get("files", {}).items() if os.path.exists(f"{root}/{path}")}
    environment = parse_environment({"resource_registry": entry.get("resource_registry") or {}})
    given = {"files": files, "catalog": Anything(), "pseudo": Pseudo(STACK_ID, "stack", "project")}
    loose = [one for one in problems(template, environment, **given, strict=False) if one.severity is Severity.ERROR]
    strict = [one for one in problems(template, environment, **given, parameters=entry.get("sample_parameters") or {})
              if one.severity is Severity.ERROR]
    told: dict[str, Any] = {
        "parse": "ok", "version": {template.dialect.key: str(template.tree[template.dialect.key])},
        "template_validate": "ok" if not loose else "; ".join(map(str, loose)),
        "create_validate": "ok" if not strict else "; ".join(map(str, strict)),
        "parameters": {name: {"type": one.written[template.dialect.spell("type")], "required": one.required, "hidden": one.hidden}
                       for name, one in declarations(template).items()},
    }
    if not strict:
        told |= shape(compile(template, environment, **given, parameters=entry.get("sample_parameters") or {}))
    return told


def shape(definition: Definition) -> dict[str, Any]:
    required_by: dict[str, list[str]] = {name: [] for name in definition.resources}
    for name, one in definition.resources.items():
        for other in one.requires:
            required_by[other].append(name)
    word = definition.template.dialect.spell("type")
    types = {name: one[word] for name, one in definition.template.section("resources").items()}
    return {
        "resources": types, "resource_types": sorted(set(types.values())),
        "outputs": sorted(definition.outputs), "disabled_resources": sorted(definition.disabled),
        "required_by": {name: sorted(others) for name, others in required_by.items()},
    }


def read(root: str, path: str) -> str:
    with open(f"{root}/{path}", encoding="utf-8", errors="replace") as file:
        return file.read()
