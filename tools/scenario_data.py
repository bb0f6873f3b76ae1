"""What a scenario is made of: units and their people, appliances, names, telephone numbers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit and its technicians, with their `phones`.

    How well they work: `weights` of the grades A to E, `blamed` is its share of the complaints.
    """

    unit_id: str
    name: str
    language: str
    technicians: tuple[str, ...]
    phones: tuple[str, ...]
    weights: tuple[int, int, int, int, int]
    blamed: int


UNITS: Final = (
    Unit(
        "north",
        "北区售后服务部",
        "zh",
        ("王建国", "李敏", "赵强"),
        ("+85263330001", "+85263330002", "+85263330003"),
        (50, 30, 12, 5, 3),
        1,
    ),
    Unit(
        "harbour",
        "Harbour Service",
        "en",
        ("T. Ng", "S. Miller"),
        ("+85263330004", "+85263330005"),
        (25, 30, 20, 15, 10),
        9,
    ),
)

APPLIANCES: Final = {
    "zh": ("洗衣机", "冰箱", "空调", "热水器", "油烟机", "净水器", "燃气灶", "壁挂炉"),
    "en": ("washing machine", "fridge", "air conditioner", "dishwasher", "oven", "boiler"),
}
NAMES: Final = {
    "zh": ("陈先生", "林女士", "黄太太", "吴先生", "周女士", "何先生", "郑太太", "叶女士"),
    "en": ("Mr Hall", "Mrs Reid", "Ms Patel", "Mr Olsen", "Mrs Grant", "Mr Diaz", "Ms Lowe"),
}

NUMBERS: Final[Mapping[tuple[str, str], tuple[str, ...]]] = {
    ("zh", "mobile"): ("+85261xxxxxx", "+85264xxxxxx", "+88691xxxxxxx", "+6581xxxxxx"),
    ("zh", "one_way"): ("+86139xxxxxxxx",),
    ("zh", "landline"): ("+85228xxxxxx", "+8621654xxxxx"),
    ("en", "mobile"): ("+44752012xxxx", "+1202555xxxx", "+6141234xxxx", "+1613555xxxx"),
    ("en", "one_way"): ("+86138xxxxxxxx",),
    ("en", "landline"): ("+44207946xxxx", "+6562xxxxxx"),
}
"""Language and place → numbers that are valid whatever digits the x are. In China (+86) nobody
can answer a text by text."""
