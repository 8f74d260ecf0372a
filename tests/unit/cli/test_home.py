"""The directory of `isotherm up`."""

import stat
from pathlib import Path

import pytest
import yaml

from isotherm.home import Home, HomeError


def test_secrets_and_ports_outlive_the_process(tmp_path: Path) -> None:
    first = Home(tmp_path / "new" / "dir")
    first.keep_ports(8004, 5000)
    first.close()
    second = Home(tmp_path / "new" / "dir")
    assert second.state == first.state
    assert (second.state.api_port, second.state.cloud_port) == (8004, 5000)
    second.close()


def test_two_directories_have_different_secrets(tmp_path: Path) -> None:
    one, two = Home(tmp_path / "1"), Home(tmp_path / "2")
    assert (
        len(
            {
                one.state.key,
                two.state.key,
                one.state.admin_password,
                two.state.admin_password,
                one.state.member_password,
            }
        )
        == 5
    )
    assert one.state.key not in repr(one.state)


def test_files_are_their_owners_alone(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.keep_ports(1, 2)
    home.write_clouds("http://127.0.0.1:2/identity/v3")
    assert {stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()} == {0o600}
    clouds = yaml.safe_load(home.clouds_yaml.read_text())["clouds"]
    assert {name: cloud["auth"]["username"] for name, cloud in clouds.items()} == {
        "isotherm": "demo",
        "isotherm-admin": "admin",
    }
    assert clouds["isotherm"]["auth"]["password"] == home.state.member_password


def test_a_directory_in_use(tmp_path: Path) -> None:
    home = Home(tmp_path)
    with pytest.raises(HomeError, match=r"is in use by process \d+"):
        Home(tmp_path)
    home.close()
    Home(tmp_path).close()


def test_a_directory_that_cannot_be(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(HomeError, match="cannot be used"):
        Home(tmp_path / "file")


def test_a_broken_state_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "state.json").write_text("{")
    with pytest.raises(HomeError, match="holds the passwords"):
        Home(tmp_path)
    assert (tmp_path / "state.json").read_text() == "{"
