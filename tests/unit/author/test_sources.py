"""Templates with what they name, from where it lies."""

from pathlib import Path

import pytest

from isotherm.author.checking import check
from isotherm.author.sources import Sources, load
from isotherm.model.errors import Invalid
from isotherm.types.registry import registry

HEAD = "heat_template_version: 2021-04-16\n"
STRING = HEAD + "outputs: {o: {value: {get_file: text.txt}}}\nresources: {s: {type: OS::Heat::RandomString}}\n"


def write(folder: Path, **files: str) -> None:
    for name, text in files.items():
        path = folder / name.replace("__", "/").replace("_yaml", ".yaml").replace("_txt", ".txt")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def problems(sources: Sources) -> list[str]:
    found = check(sources.template, sources.environment, sources.files, types=registry()).problems
    return [str(one) for one in sources.located(found)]


def test_names_are_looked_up_beside_the_file_that_has_them(tmp_path: Path) -> None:
    write(tmp_path, top_yaml=HEAD + "resources: {a: {type: parts/a.yaml}}\n", parts__a_yaml=STRING, parts__text_txt="inner")
    sources = load(tmp_path / "top.yaml")
    assert problems(sources) == []
    assert sources.files["text.txt"] == "inner"


def test_one_name_in_two_folders_is_two_files(tmp_path: Path) -> None:
    write(tmp_path, top_yaml=HEAD + "outputs: {o: {value: {get_file: text.txt}}}\nresources:\n  a: {type: parts/a.yaml}\n", text_txt="outer",
          parts__a_yaml=STRING, parts__text_txt="inner")
    sources = load(tmp_path / "top.yaml")
    assert problems(sources) == []
    assert sorted(sources.files[name] for name in sources.files if name.endswith("text.txt")) == ["inner", "outer"]
    assert str(tmp_path / "parts" / "text.txt") in sources.files["parts/a.yaml"]
    assert sources.files["parts/a.yaml"].count("\n") == STRING.count("\n")


def test_a_registry_names_files_beside_its_environment(tmp_path: Path) -> None:
    write(tmp_path, top_yaml=HEAD + "resources: {a: {type: My::Type}, b: {type: My::Other}}\n", env__parts__a_yaml=HEAD,
          env__e_yaml="resource_registry: {base_url: parts, 'My::Type': a.yaml, resources: {b: {'My::Other': a.yaml}}}\n")
    assert problems(load(tmp_path / "top.yaml", [tmp_path / "env" / "e.yaml"])) == []


def test_templates_in_a_circle_are_read_once(tmp_path: Path) -> None:
    write(tmp_path, top_yaml=HEAD + "resources: {a: {type: top.yaml}}\n")
    assert any("without end" in one for one in problems(load(tmp_path / "top.yaml")))


def test_places_name_the_files_as_they_lie(tmp_path: Path) -> None:
    write(tmp_path, top_yaml=HEAD + "resources: {a: {type: parts/a.yaml}}\n", parts__a_yaml=HEAD + "resources: {s: {type: Nope}}\n")
    (said,) = problems(load(tmp_path / "top.yaml"))
    assert said.startswith(f"{tmp_path}/parts/a.yaml:2:")


def test_a_file_that_is_not_there_is_told_at_its_place(tmp_path: Path) -> None:
    write(tmp_path, top_yaml=HEAD + "resources:\n  a:\n    type: nowhere.yaml\n")
    (said,) = problems(load(tmp_path / "top.yaml"))
    assert said.startswith(f"{tmp_path}/top.yaml:4:11: ")


def test_what_is_wrong_with_every_text_is_told_at_once(tmp_path: Path) -> None:
    write(tmp_path, top_yaml="resources: [", e_yaml="parameter: {}", f_yaml="[")
    with pytest.raises(Invalid) as caught:
        load(tmp_path / "top.yaml", [tmp_path / "e.yaml", tmp_path / "f.yaml"])
    assert {one.code for one in caught.value.problems} == {"bad-environment", "not-yaml"}
    assert len(caught.value.problems) == 3


def test_open_texts_go_before_those_on_disk(tmp_path: Path) -> None:
    write(tmp_path, top_yaml="[")
    sources = load(tmp_path / "top.yaml", read=lambda path: STRING if path.name == "top.yaml" else None)
    assert [one for one in problems(sources) if "text.txt" in one]


def test_places_are_relative_when_the_template_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, top_yaml=HEAD + "resources: {a: {type: parts/a.yaml}}\n", parts__a_yaml=HEAD + "resources: {s: {type: Nope}}\n")
    monkeypatch.chdir(tmp_path)
    (said,) = problems(load(Path("top.yaml")))
    assert said.startswith("parts/a.yaml:2:")
