"""What a vault seals, only a vault with the same key opens."""

import pytest

from isotherm.store.vault import HARMLESS, Vault, VaultError

OLD, NEW = Vault.new_key(), Vault.new_key()


@pytest.mark.parametrize("value", [{"a": [1, 2.5, None, True, "é\0\ud800"]}, "text", 0, False, "", {}, [], None, "{}", "null"])
def test_a_value_comes_back(value: object) -> None:
    vault = Vault([NEW])
    found = vault.unseal(vault.seal(value))
    assert found == value
    assert type(found) is type(value)


def test_the_sealed_text_tells_nothing() -> None:
    vault = Vault([NEW])
    assert "s3cret" not in vault.seal({"password": "s3cret"})
    assert vault.seal({"password": "s3cret"}) != vault.seal({"password": "s3cret"})


@pytest.mark.parametrize("value", [{}, [], None])
def test_empty_values_are_not_worth_a_cipher(value: object) -> None:
    assert Vault([NEW]).seal(value) in HARMLESS


def test_an_older_key_still_opens_and_rotating_makes_it_superfluous() -> None:
    sealed = Vault([OLD]).seal({"x": 1})
    both = Vault([NEW, OLD])
    assert both.unseal(sealed) == {"x": 1}
    assert Vault([NEW]).unseal(both.seal({"x": 2})) == {"x": 2}
    assert Vault([NEW]).unseal(both.rotate(sealed)) == {"x": 1}
    assert both.rotate("{}") == "{}"


@pytest.mark.parametrize("use", ["unseal", "rotate"])
def test_a_wrong_key_says_what_to_do(use: str) -> None:
    sealed = Vault([OLD]).seal("s3cret")
    with pytest.raises(VaultError, match="key") as caught:
        getattr(Vault([NEW]), use)(sealed)
    assert sealed not in str(caught.value)


@pytest.mark.parametrize("text", ['{"a": 1}', "", "gAAAA"])
def test_what_was_never_sealed_is_refused(text: str) -> None:
    with pytest.raises(VaultError):
        Vault([NEW]).unseal(text)


@pytest.mark.parametrize("keys", [[], ["short"], [NEW, "é" * 44]])
def test_bad_keys_say_how_to_make_one(keys: list[str]) -> None:
    with pytest.raises(VaultError, match="generate_key"):
        Vault(keys)


def test_what_json_cannot_hold_is_an_error() -> None:
    with pytest.raises(TypeError):
        Vault([NEW]).seal({"when": object()})
