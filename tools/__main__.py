"""python -m tools COMMAND: each command is the function of that name in its own module."""

import typer

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)


if __name__ == "__main__":
    app()
