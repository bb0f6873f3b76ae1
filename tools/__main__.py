"""python -m tools COMMAND: each command is the function of that name in its own module."""

import typer

from tools.act import act_command
from tools.assess import assess
from tools.bench import bench
from tools.corpus import corpus
from tools.coverage import coverage
from tools.draw import draw
from tools.outcomes import outcomes
from tools.payroll import payroll
from tools.people import people
from tools.read import read
from tools.rehearse import rehearse
from tools.report import report
from tools.run import run
from tools.tick import tick
from tools.verify_chain import verify_chain
from tools.verify_draw import verify_draw
from tools.verify_month import verify_month

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)


@app.callback()
def tools() -> None:
    """Local programs of Huifang."""


app.command("act", context_settings={"ignore_unknown_options": True})(act_command)
app.command("assess")(assess)
app.command("bench")(bench)
app.command("corpus")(corpus)
app.command("coverage")(coverage)
app.command("draw")(draw)
app.command("payroll")(payroll)
app.command("outcomes")(outcomes)
app.command("people")(people)
app.command("read")(read)
app.command("rehearse")(rehearse)
app.command("report")(report)
app.command("run")(run)
app.command("tick")(tick)
app.command("verify-chain")(verify_chain)
app.command("verify-draw")(verify_draw)
app.command("verify-month")(verify_month)


if __name__ == "__main__":
    app()
