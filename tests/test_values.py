"""The value of a label on a real page: beside it, below it, in its field; and where one cannot tell."""

from collections.abc import Iterator

import pytest

from sightline.agent.grounders.reading import value_of
from sightline.environments.actions import Open
from sightline.environments.base import Observation
from sightline.environments.browser import BrowserEnvironment, BrowserOptions
from sightline.environments.settled import Settled
from sightline.tasks.records import NotFound
from sightline.tools.sight import Sight
from tests.running import TESTS
from tests.screens import shared_reader


@pytest.fixture(scope="module", params=[1, 2], ids=["scale 1", "scale 2"])
def page(request: pytest.FixtureRequest) -> Iterator[tuple[Observation, Sight]]:
    screen = Settled(BrowserEnvironment(BrowserOptions(viewport=(900, 960), scale=request.param)))
    screen.observe()
    screen.act(Open(location=str(TESTS / "pages" / "values.html")))
    yield screen.observe(), Sight(reader=shared_reader())
    screen.close()


@pytest.mark.parametrize(
    "values",
    [
        {"Average Age:": "34.5", "Average Pay": "2100", "Unknown Pay:": "", "Lowest Age:": "19"},
        {"Change": "-12.5", "Balance:": "-3", "Phase": "two"},
        {"Status": "active", "Owner": "Grace", "Seats": "12"},
        {"Person": "Ada", "Years": "36", "Place": "London"},
        {"Country": "Norway", "Capital": "Oslo"},
        {"Author": "Mary Shelley", "Title": "Frankenstein"},
        {"Revenue": "$4,300", "Orders": "87", "Visits": "9,120"},
        {"Street:": "Elm Road", "Town": "Derry"},
        {"First name": "Beverly", "Last name": "Marsh", "Nickname": ""},
    ],
    ids=["grid", "lines", "pairs", "heads", "list", "stacked list", "cards", "labels left", "labels above"],
)  # fmt: skip
def test_the_value_of_a_label(values: dict[str, str], page: tuple[Observation, Sight]) -> None:
    assert {label: value_of(label, *page) for label in values} == values


def test_what_may_be_either_is_said(page: tuple[Observation, Sight]) -> None:
    said = value_of("North", *page)
    assert isinstance(said, NotFound)
    assert "'apples', the text right of it or 'South', the text below it" in said.why
    assert value_of('text right of "North"', *page) == "apples"
    assert value_of('text below "North"', *page) == "South"
