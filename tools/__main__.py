"""python -m tools COMMAND: each command is the function of that name in its own module."""

import typer

from tools.assess import assess

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)


@app.callback()
def tools() -> None:
    """Local programs of Huifang."""


app.command("assess")(assess)


if __name__ == "__main__":
    app()
