"""URLs become engines; times and words become what every database stores."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from isotherm.store.dialect import Utc, Words, make_engine


@pytest.mark.parametrize(("url", "driver"), [
    ("sqlite:///x.db", "pysqlite"), ("postgresql://u@h/d", "psycopg"), ("mysql://u@h/d", "pymysql"),
    ("mariadb://u@h/d", "pymysql"), ("mysql+mysqldb://u@h/d", "pymysql"),
])
def test_the_driver_is_ours_to_choose(url: str, driver: str) -> None:
    assert make_engine(url).dialect.driver == driver


def test_the_connection_speaks_all_of_unicode() -> None:
    assert make_engine("mysql://u@h/d").url.query["charset"] == "utf8mb4"
    assert make_engine("mysql://u@h/d?charset=utf8").url.query["charset"] == "utf8"


def test_an_unknown_database_is_named_with_those_there_are() -> None:
    with pytest.raises(ValueError, match=r"oracle.*sqlite.*postgresql"):
        make_engine("oracle://u@h/d")


@pytest.mark.parametrize("microsecond", [0, 1, 2, 123_457, 999_999])
def test_times_come_back_to_the_microsecond(microsecond: int) -> None:
    at = datetime(2038, 1, 19, 3, 14, 8, microsecond, tzinfo=timezone(timedelta(hours=5)))
    stored = Utc().process_bind_param(at, None)
    assert Utc().process_result_value(stored, None) == at
    assert Utc().process_result_value(stored, None).tzinfo is UTC  # type: ignore[union-attr]


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(TypeError):
        Utc().process_bind_param(datetime(2026, 1, 1), None)


@pytest.mark.parametrize(("said", "stored"), [(None, None), ("", ""), ("größe \U0001f600", "größe \U0001f600"), ("a\0b\ud800", "a?b?")])
def test_words_lose_only_what_no_database_stores(said: str | None, stored: str | None) -> None:
    assert Words().process_bind_param(said, None) == stored
