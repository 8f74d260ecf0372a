"""`isotherm db`: the database."""

import sys
from collections.abc import Mapping
from pathlib import Path

import click

from isotherm import wire
from isotherm.cli import unread
from isotherm.cli.process import config_option, one_sentence, settings_from
from isotherm.store import rotation
from isotherm.store.rotation import Found
from isotherm.store.vault import Vault

NAMED = 20                # rows that are named one by one


@click.group("db")
def command() -> None:
    """Look after the database."""


@command.command("upgrade")
@config_option
def upgrade(files: tuple[Path, ...]) -> None:
    """Bring the database to the newest schema; it may be run while the service runs."""
    with one_sentence():
        settings = settings_from(files)
        unread.warn(files, settings)
        store = wire.make_store(settings)
    click.echo(f"The {store.dialect} database has the newest schema.")
    store.dispose()


@command.command("rotate-keys")
@click.option("--check", is_flag=True, help="Only tell which keys are in use; write nothing.")
@config_option
def rotate_keys(files: tuple[Path, ...], check: bool) -> None:
    """Encrypt everything with the first key of [secrets] keys.

    It may be run while the service runs, and again after it was interrupted. All processes must have been restarted with the first
    key first. Exit code 0: only the first key is in use, the others may be removed; 1: another key is still needed.
    """
    with one_sentence():
        settings = settings_from(files)
        unread.warn(files, settings)
        store = wire.make_store(settings)
    vault = Vault(list(settings.secrets.keys))
    found = rotation.count(store, vault) if check else rotation.rotate(store, vault)
    store.dispose()
    click.echo("\n".join(told(found, len(settings.secrets.keys))))
    if any(one.older or one.lost for one in found.values()):
        sys.exit(1)


def told(found: Mapping[str, Found], keys: int) -> list[str]:
    """The table of what there is, and what that means for the keys."""
    width = max(len(name) for name in found)
    lines = [f"{'':{width}}  {'first key':>9}  {'of these new':>12}  {'older key':>9}  {'no key':>6}"]
    lines += [f"{name:{width}}  {one.newest:>9}  {one.rotated:>12}  {one.older:>9}  {len(one.lost):>6}" for name, one in found.items()]
    whole = sum(found.values(), Found())
    if whole.lost:
        named = [f"  {row}" for row in whole.lost[:NAMED]] + ([f"  and {len(whole.lost) - NAMED} more"] if len(whole.lost) > NAMED else [])
        lines += ["", f"No key decrypts {len(whole.lost)} values. Put the key that they were encrypted with at the end of [secrets] keys, and "
                  "run this again:", *named]
    if whole.older:
        lines += ["", f"{whole.older} values still need an older key: keep all keys. Where this command has just been run, another process still "
                  "encrypts with an older key: restart it with the first key, and run this again."]
    if not whole.older and not whole.lost:
        lines += ["", "Only the first key is in use" + (": the others may be taken out of [secrets] keys." if keys > 1 else ".")]
    return lines
