"""`isotherm lsp`: the language server for editors."""

from importlib import import_module
from importlib.util import find_spec

import click

SERVER = "isotherm.cli.lsp_server"  # needs packages that a service does not


@click.command("lsp")
def command() -> None:
    """Serve editors over standard input and output, by the Language Server Protocol.

    Editors start this command themselves. Environments are named, from the workspace's root, by the initialization option
    `environments`, a list of files.
    """
    if find_spec("pygls") is None:
        raise click.ClickException("The language server needs the package pygls: pip install 'isotherm[editor]'.")
    import_module(SERVER).serve()
