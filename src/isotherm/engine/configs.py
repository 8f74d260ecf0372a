"""Software configs: how many a project may have, and the texts that resources take by their ids."""

import json
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from re import compile
from typing import Any

import sqlalchemy as sa

from isotherm.model.errors import Invalid
from isotherm.model.records import ConfigRow, ResourceRow, StackRow
from isotherm.model.step import Publish, Step, Withdraw
from isotherm.store import configs
from isotherm.store.store import Store

ID = compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
Changes = Mapping[str, ConfigRow | None]                 # id -> the config to be added; None: to be removed


class Configs:
    """The software configs of all projects. most: as many as a project may have; below 0: any number."""

    def __init__(self, store: Store, most: int):
        self._store, self._most = store, most

    def create(self, row: ConfigRow) -> None:
        """Add a config. Raises Invalid when the project has as many as it may have."""
        self._store.write(self._create, row)

    def admit(self, project_id: str, steps: Iterable[Step]) -> None:
        """Raises Invalid when the steps would keep more configs than the project may have."""
        if any(isinstance(step, Publish) for step in steps):
            self._store.read(self._check_room, project_id)

    def texts(self, project_id: str, ids: Collection[str]) -> dict[str, str]:
        """id -> text of those that are configs of the project; a structure is told as JSON."""
        found = self._store.read(configs.get_many, project_id, sorted(id_ for id_ in ids if ID.fullmatch(id_)))
        return {id_: text(row.config) for id_, row in found.items()}

    def _create(self, conn: sa.Connection, row: ConfigRow) -> None:
        self._check_room(conn, row.project_id)
        configs.insert_many(conn, [row])

    def _check_room(self, conn: sa.Connection, project_id: str) -> None:
        if 0 <= self._most <= configs.count(conn, project_id):
            raise Invalid(f"The project has {self._most} software configs, which is as many as it may have; delete one first",
                          wire="RequestLimitExceeded")


def text(config: Any) -> str:
    """What a config holds, as text."""
    return config if isinstance(config, str) else "" if config is None else json.dumps(config)


def changes(step: Step, row: ResourceRow, stack: StackRow, now: datetime) -> Changes:
    """What this step, just run for the resource, does to the configs."""
    match step:
        case Publish(group, config, inputs, outputs, options) if row.physical_id:
            return {row.physical_id: ConfigRow(row.physical_id, stack.project_id, now, row.physical_name, group, config, inputs, outputs, options)}
        case Withdraw() if row.physical_id:
            return {row.physical_id: None}
    return {}


def record(conn: sa.Connection, changed: Iterable[Changes]) -> None:
    """Write down what steps have done to the configs."""
    every = [one for some in changed for one in some.items()]
    configs.insert_many(conn, [row for _, row in every if row is not None])
    configs.delete_many(conn, [id_ for id_, row in every if row is None])
