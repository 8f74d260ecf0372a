"""Runs a node as far as it goes: prepares its plan, runs its local steps on the spot and its outside steps one at a time."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from isotherm.cloud.cloud import Cloud
from isotherm.engine import hooks, prepare, steps
from isotherm.engine.brief import Brief, Told, subject_of
from isotherm.engine.children import LOOK, Children, awaited
from isotherm.engine.configs import Changes, Configs, changes
from isotherm.engine.credentials import Credentials
from isotherm.engine.definitions import Definitions
from isotherm.engine.implied import attributes_read
from isotherm.engine.names import utcnow
from isotherm.engine.prepare import Prepared, Restricted, Target
from isotherm.engine.report import Report
from isotherm.model.errors import CloudError, Invalid, IsothermError
from isotherm.model.outcome import Done, Facts, Failed, Next, Outcome
from isotherm.model.records import ResourceRow
from isotherm.model.step import Await, Publish, Spawn, Step, Withdraw, from_json, to_json
from isotherm.types.base import ResourceType
from isotherm.types.finding import Wanted
from isotherm.types.nested import NestedType
from isotherm.types.registry import Registry

log = logging.getLogger(__name__)

MOST_TRIES = 10                 # claims of one step that ended without a word: it kills its workers


@dataclass(frozen=True, slots=True)
class Job:
    """A plan under way. fresh: the plan is new and not stored yet. number: the step to run. configs: what this turn's steps have done to
    software configs."""

    brief: Brief
    prepared: Prepared
    number: int = 0
    fresh: bool = False
    live: Mapping[str, Any] | None = None
    configs: Changes = field(default_factory=dict)

    @property
    def kind(self) -> ResourceType | None:
        return self.prepared.kind

    @property
    def row(self) -> ResourceRow:
        return self.prepared.row

    @property
    def step(self) -> Step | None:
        return self.prepared.steps[self.number] if self.number < len(self.prepared.steps) else None


class Attempts:
    """Turns briefs into reports. Nothing is written here."""

    def __init__(self, definitions: Definitions, types: Registry, credentials: Credentials, configs: Configs, children: Children,
                 max_attempts: int):
        self.definitions, self.types, self.credentials, self.configs = definitions, types, credentials, configs
        self.children, self.max_attempts = children, max_attempts

    def inline(self, brief: Brief) -> Report | None:
        """The report, if no call is needed to get it; None if this is work for a thread."""
        if brief.node.tries > MOST_TRIES:
            return self.failed(brief, brief.row, "The engine was lost each time it tried this step")
        if brief.node.plan is None and brief.overtaken:
            return Report(brief, Done(), quiet=True)
        if why := brief.unreadable:
            log.error("%s of %s in stack %s fails: %s", brief.node.kind, brief.node.name, brief.stack.id, why)
            return self.failed(brief, brief.row, why)
        if brief.node.plan is None and brief.node.kind == "converge" and self.definitions.cached(brief.stack.definition_id) is None:
            return None
        return self.guarded(brief, allow_calls=False)

    def outside(self, brief: Brief) -> Report:
        """The report, with calls to the cloud where the plan has them: at most one step that goes outside."""
        report = self.guarded(brief, allow_calls=True)
        if report is None:
            raise AssertionError("a node that may call always comes to a report")
        return report

    def guarded(self, brief: Brief, allow_calls: bool) -> Report | None:
        """Every way this can end is a report (or None: calls are needed and not allowed)."""
        halted = before_hook(brief)
        if halted is not None:
            return halted
        try:
            job = self.resume(brief) if brief.node.plan is not None else self.begin(brief, allow_calls)
            return job if job is None or isinstance(job, Report) else self.advance(job, allow_calls)
        except Restricted as refusal:
            return refused(brief, refusal)
        except Invalid as refusal:
            return self.failed(brief, brief.row, str(refusal))
        except IsothermError as error:
            return self.stumbled(brief, error)
        except Exception as error:
            log.exception("%s of %s in stack %s failed", brief.node.kind, brief.node.name, brief.stack.id)
            return self.failed(brief, brief.row, f"The engine met a fault of its own ({type(error).__name__}); its log tells more under stack "
                                                 f"{brief.stack.id}, resource {brief.node.name}")

    def begin(self, brief: Brief, allow_calls: bool) -> Job | Report | None:
        """Make the plan."""
        now = utcnow()
        if brief.node.kind != "converge":
            prepared = prepare.cleanup(brief, self.types, now)
            return Report(brief, Done(), quiet=True) if prepared is None else Job(brief, prepared, fresh=True)
        definition = self.definitions.get(brief.stack)
        goal = prepare.target(brief, definition, self.types, attributes_read(definition, brief.node.name, self.types))
        quoted = goal.kind.quotes(goal.properties)
        if not allow_calls and (goal.names or quoted or goal.kind.publishes):
            return None
        goal = replace(goal, texts=self.configs.texts(brief.stack.project_id, quoted) if quoted else {})
        prepared = prepare.converge(brief, goal, self.find(brief, goal), now)
        self.configs.admit(brief.stack.project_id, prepared.steps)
        return Job(brief, prepared, fresh=True)

    def find(self, brief: Brief, goal: Target) -> Mapping[Wanted, str]:
        if not goal.names:
            return {}
        ids, unfound = self.credentials.cloud(brief.stack).find_all(goal.names, believe_ids=True)
        if unfound:
            raise Invalid([one.problem for one in unfound])
        return ids

    def resume(self, brief: Brief) -> Job | Report:
        """Take up a stored plan."""
        if brief.row is None:
            return Report(brief, Done(), quiet=True)
        held = brief.node.progress
        kind = self.types.get(brief.row.implementation)
        prepared = Prepared(brief.row, from_json(brief.node.plan or []), quiet=held.get("quiet", False), gone=held.get("gone", False),
                            kind=kind, reads=frozenset(held.get("reads", ())))
        return Job(brief, prepared, brief.node.step, live=held.get("live"))

    def advance(self, job: Job, allow_calls: bool) -> Report | None:
        """Run steps until one goes outside, waits, fails, or none is left."""
        called = False
        while (step := job.step) is not None:
            if isinstance(step, Spawn):
                return self.spawned(job, step) if allow_calls else None
            if isinstance(step, Await) and (job.fresh or job.number != job.brief.node.step):
                return self.report(job, Next(job.number))           # the child is looked at when the node is claimed
            if not steps.is_local(step):
                if job.fresh or called:
                    return self.report(job, Next(job.number))       # the plan is on record before its first call
                if not allow_calls:
                    return None
                called = True
            outcome, facts = self.run(job, step)
            job = learn(job, facts)
            if isinstance(step, Publish | Withdraw):
                job = replace(job, configs={**job.configs, **changes(step, job.row, job.brief.stack, utcnow())})
            if not (isinstance(outcome, Next) and outcome.step > job.number and not outcome.seconds):
                if isinstance(outcome, Done):
                    break
                return replace(self.report(job, outcome, facts), awaits=job.row.physical_id or "" if isinstance(step, Await) else "")
            job = replace(job, number=outcome.step)
        return self.finished(job)

    def spawned(self, job: Job, step: Spawn) -> Report:
        """The child stack is to set out for its goal when this is recorded."""
        brief, kind = job.brief, job.kind
        if not isinstance(kind, NestedType):
            raise Invalid(f"The resource type {job.row.type} is not known to this engine as one that is a stack")
        if brief.overtaken:
            return Report(brief, Done(), quiet=True)
        goal = self.children.goal(brief.stack, job.row, step, kind, subject_of(brief.stack, job.row), job.prepared.reads)
        job = learn(job, Facts(goal.stack_id, goal.data)) if goal.row else job
        return replace(self.report(job, Next(job.number + 1, LOOK)), spawn=goal)

    def run(self, job: Job, step: Step) -> tuple[Outcome, Facts]:
        brief, node = job.brief, job.brief.node
        kind = job.kind
        if kind is None:
            raise Invalid(f"The resource type {job.row.type} is not known to this engine")
        if isinstance(step, Await) and isinstance(kind, NestedType):
            told = brief.child or Told(None)
            return awaited(told, step, job.number, kind, subject_of(brief.stack, job.row), job.prepared.reads, self.types)
        cloud: Cloud | None = None if steps.is_local(step) else self.credentials.cloud(brief.stack)
        here = job.number == node.step and not job.fresh
        turn = steps.Turn(step, job.number, kind, replace(subject_of(brief.stack, job.row), live=job.live or {}),
                          # A try that was lost may have come to this step by way of local ones before it.
                          again=not job.fresh and (node.tries > 1 or node.attempt > 0), now=utcnow(), since=node.since if here else None,
                          waited=(node.due_at - node.since).total_seconds() if here and node.since else 0.0,
                          winding_down=brief.overtaken == "DELETE" and not job.prepared.gone, latest=brief.latest)
        try:
            return steps.run(turn, cloud)
        except CloudError as error:
            attempt = node.attempt if here else 0
            return steps.translate(error, attempt, self.max_attempts), Facts()

    def finished(self, job: Job) -> Report:
        """The plan is through."""
        prepared, row, now = job.prepared, job.row, utcnow()
        begun = begun_row(job)
        if prepared.gone:
            row = row if prepared.quiet else replace(row, status="COMPLETE", updated_at=now)
        else:
            row = row if prepared.quiet else replace(row, status="COMPLETE", reason="state changed", updated_at=now)
            row = replace(row, attributes=attributes(job, row), requires=job.brief.node.requires)
        report = Report(job.brief, Done(), row, begun, prepared.replaces if job.fresh else None, quiet=prepared.quiet, gone=prepared.gone,
                        configs=job.configs)
        hook = "" if prepared.quiet else f"post-{row.action.lower()}"
        return self.after_hook(job, report, hook) if hook in job.brief.node.hooks else report

    def after_hook(self, job: Job, report: Report, hook: str) -> Report:
        """The same report of a node that stands before the hook that comes after its work: all that is left then is to let others go."""
        return replace(report, outcome=Next(len(job.prepared.steps), hooks.LOOK), gone=False, paused=hook,
                       plan=to_json(job.prepared.steps) if job.fresh else None, progress=progress(job, quiet=True))

    def report(self, job: Job, outcome: Outcome, facts: Facts | None = None) -> Report:
        """The plan goes on, is retried, or has failed."""
        replaces = job.prepared.replaces if job.fresh else None
        if isinstance(outcome, Failed):
            row = replace(job.row, status="FAILED", reason=outcome.reason, updated_at=utcnow())
            if job.prepared.quiet:
                row = replace(row, action="UPDATE")
            return Report(job.brief, outcome, row, begun_row(job), replaces, configs=job.configs)
        changed = job.fresh or job.row is not job.brief.row      # what any step of this turn has learnt, not only the last
        kept = progress(job, job.prepared.quiet) if job.fresh or facts is None or facts.live is not None else job.brief.node.progress
        return Report(job.brief, outcome, job.row if changed else None, begun_row(job), replaces,
                      plan=to_json(job.prepared.steps) if job.fresh else None, progress=kept, configs=job.configs)

    def failed(self, brief: Brief, row: ResourceRow | None, reason: str) -> Report:
        """The node fails, and its resource with it."""
        if row is not None:
            begun = row.action if row.status == "IN_PROGRESS" else "CREATE" if row.action == "INIT" else "UPDATE"
            action = "DELETE" if brief.node.kind != "converge" else begun
            row = replace(row, action=action, status="FAILED", reason=reason, updated_at=utcnow())
        return Report(brief, Failed(reason), row)

    def stumbled(self, brief: Brief, error: IsothermError) -> Report:
        """An error before the plan was made, e.g. while looking up names: retried where that may help."""
        outcome = steps.translate(error, brief.node.attempt, self.max_attempts)
        return self.failed(brief, brief.row, str(error)) if isinstance(outcome, Failed) else Report(brief, outcome)


def before_hook(brief: Brief) -> Report | None:
    """The report of a node that stands before a hook: the one that comes before its work, or any that nobody has cleared yet."""
    node = brief.node
    if node.paused or (node.plan is None and node.hooks and node.hooks[0].startswith("pre-")):
        return Report(brief, Next(node.step, hooks.LOOK), progress=node.progress, paused=node.hooks[0])
    return None


def progress(job: Job, quiet: bool) -> dict[str, Any]:
    """What to keep of a job until the node is claimed again."""
    held = {"live": job.live, "reads": sorted(job.prepared.reads), "quiet": quiet, "gone": job.prepared.gone}
    return {key: value for key, value in held.items() if value}


def refused(brief: Brief, refusal: Restricted) -> Report:
    """The node fails; its resource stays what it is, and the user is told by an event."""
    told = None if brief.row is None else replace(brief.row, action="UPDATE", status="FAILED", reason=str(refusal))
    return Report(brief, Failed(str(refusal)), begun=told)


def begun_row(job: Job) -> ResourceRow | None:
    """The row as an IN_PROGRESS event announces it, when this report is the plan's first."""
    if not job.fresh or job.prepared.quiet:
        return None
    return replace(job.row, status="IN_PROGRESS", reason="state changed")


def learn(job: Job, facts: Facts) -> Job:
    """The job with what a step found out."""
    if facts.physical_id is None and not facts.data and facts.live is None:
        return job
    row = job.row
    if facts.physical_id is not None or facts.data:
        row = replace(row, physical_id=facts.physical_id or (None if facts.physical_id == "" else row.physical_id), data={**row.data, **facts.data})
    return replace(job, prepared=replace(job.prepared, row=row), live=facts.live if facts.live is not None else job.live)


def attributes(job: Job, row: ResourceRow) -> dict[str, Any]:
    """The attributes others use. When nothing was done, those that only a live body tells keep their last value."""
    kind = job.kind
    if kind is None:
        return {}
    subject = replace(subject_of(job.brief.stack, row), live=job.live or {})
    idle = job.prepared.quiet and not job.prepared.steps
    told = {name for name in job.prepared.reads if not (idle and kind.reads({name}))}
    kept = {name: value for name, value in row.attributes.items() if name in job.prepared.reads}
    return kept | {name: kind.attribute(subject, name) for name in told}
