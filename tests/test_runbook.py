"""Nobody is woken by an alarm without a page that says what to do."""

import json
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_every_alarm_has_its_page_in_the_runbook() -> None:
    resources = json.loads((ROOT / ".chalice" / "resources.json").read_text("utf-8"))["Resources"]
    alarms = [n for n, r in resources.items() if r.get("Type") == "AWS::CloudWatch::Alarm"]
    runbook = (ROOT / "docs" / "runbook.md").read_text("utf-8")
    headings = " ".join(line for line in runbook.splitlines() if line.startswith("## "))
    assert alarms
    assert [alarm for alarm in alarms if alarm not in headings] == []
