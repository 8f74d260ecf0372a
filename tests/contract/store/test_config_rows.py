"""Software configs belong to a project, keep what they were given, and are listed newest first."""

from typing import Any

import pytest
import sqlalchemy as sa

from isotherm.model.records import ConfigRow
from isotherm.store import configs
from isotherm.store.schema import software_config
from isotherm.store.store import Store
from rows import later

FULL: dict[str, Any] = {
    "name": "web", "group": "script", "config": "#!/bin/sh\necho s3cret", "inputs": [{"name": "a", "type": "String", "default": 1}],
    "outputs": [{"name": "o", "type": "String", "error_output": False}], "options": {"x": [1]}}


def config(id_: str, project: str = "p1", at: float = 0, **values: Any) -> ConfigRow:
    return ConfigRow(id_, project, later(at), **values)


@pytest.mark.parametrize("values", [
    FULL, {}, {"config": {"a": {"get_input": "b"}, "n": None}}, {"config": ""}, {"config": "é\0\ud800"}, {"config": {}, "options": {}},
    {"group": "g" * 300, "name": "n" * 300}, {"config": [1, {"b": False}]}, {"config": []},
])
def test_a_config_comes_back_as_it_was(store: Store, values: dict[str, Any]) -> None:
    row = config("c1", **values)
    store.write(configs.insert_many, [row])
    found = store.read(configs.get, "p1", "c1")
    assert found == row
    assert store.read(configs.get_many, "p1", ["c1", "c2"]) == {"c1": row}


def test_the_content_is_sealed(store: Store) -> None:
    store.write(configs.insert_many, [config("c1", **FULL)])
    assert "s3cret" not in repr(store.read(lambda conn: conn.execute(sa.select(software_config)).all()))


def test_a_project_sees_its_own_only(store: Store) -> None:
    store.write(configs.insert_many, [config("a"), config("b", "p2"), config("c")])
    assert store.read(configs.get, "p2", "a") is None
    assert store.read(configs.get, None, "b") == config("b", "p2")
    assert store.read(configs.get_many, "p1", ["a", "b"]).keys() == {"a"}
    assert [row.id for row in store.read(configs.page, "p2")] == ["b"]
    assert store.read(configs.count, "p1") == 2
    assert not store.write(configs.delete, "p2", "a")
    assert store.write(configs.delete, "p1", "a")
    assert not store.write(configs.delete, "p1", "a")
    assert [row.id for row in store.read(configs.page, None)] == ["c", "b"]
    store.write(configs.delete_many, ["b", "gone"])
    store.write(configs.delete_many, [])
    assert [row.id for row in store.read(configs.page, None)] == ["c"]


def test_pages_are_newest_first_and_add_up(store: Store) -> None:
    store.write(configs.insert_many, [config("a", at=1, config="text"), config("b", at=3), config("c", at=2), config("d", at=2), config("x", "p2")])
    whole = [row.id for row in store.read(configs.page, "p1")]
    assert whole == ["b", "d", "c", "a"]
    assert [row.id for row in store.read(configs.page, "p1", "b", 2)] == ["d", "c"]
    assert [row.id for row in store.read(configs.page, "p1", "a", 2)] == []
    assert store.read(configs.page, "p1", None, 10)[-1] == config("a", at=1), "a listing brings no content"
    with pytest.raises(LookupError, match="x"):
        store.read(configs.page, "p1", "x")
