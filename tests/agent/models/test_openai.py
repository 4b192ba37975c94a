"""A model on a real local server that is slow, overloaded, broken or gone."""

import math
import time
from email.utils import formatdate
from typing import Any, cast

import numpy as np
import pytest

from sightline.agent.dialects.canvas import Canvas, Unit
from sightline.agent.dialects.messages import Conversation, Message, Picture
from sightline.agent.models.base import Answer
from sightline.agent.models.connection import seconds_to_wait
from sightline.agent.models.openai import Endpoint, OpenAIModel
from sightline.environments.base import Frame
from sightline.environments.geometry import Size
from sightline.tools.errors import InputError, Unavailable
from tests.agent.models.faults import FAULTS, closed_url
from tests.agent.models.server import Connection, Reply, fails, says, serving

SIZE = Size(width=56, height=28)
SHOT = Picture(Frame(np.zeros((28, 56, 3), np.uint8)), Canvas(SIZE, SIZE, Unit.PER_1000))
QUESTION: Conversation = (Message("system", ("Be brief.",)), Message("user", (SHOT, "where?")))


def ask(url: str, conversation: Conversation = QUESTION, grammar: str = "", **options: Any) -> Answer:
    settings: dict[str, Any] = {"timeout": 2.0, "pause": 0.01, **options}
    model = OpenAIModel(Endpoint(url, "right", **settings))
    try:
        return model.answer(conversation, grammar=grammar, stop=("END",), limit=9)
    finally:
        model.close()


def test_an_answer_is_streamed_counted_and_priced() -> None:
    pieces: list[str] = []
    with serving(says("(12,34)", asked=2000, answered=500, cached=1500)) as server:
        model = OpenAIModel(Endpoint(server.url, "right", price=(1.0, 4.0)))
        answer = model.answer(QUESTION, on_text=pieces.append)
        model.close()
    assert answer.text == "(12,34)" == "".join(pieces)
    assert len(pieces) == 2
    assert (answer.usage.asked, answer.usage.answered, answer.usage.reused) == (2000, 500, 1500)
    assert answer.usage.money == pytest.approx(0.004)
    assert answer.usage.sent == server.sizes[0]


def test_messages_carry_pictures_as_data() -> None:
    with serving(says("ok")) as server:
        ask(server.url)
    system, user = server.bodies[0]["messages"]
    assert system == {"role": "system", "content": "Be brief."}
    picture, text = user["content"]
    assert picture["image_url"]["url"].startswith("data:image/png;base64,iVBOR")
    assert text == {"type": "text", "text": "where?"}
    assert (server.bodies[0]["max_tokens"], server.bodies[0]["stop"]) == (9, ["END"])


@pytest.mark.parametrize("status", [429, 503, 529])
def test_overload_is_waited_out(status: int) -> None:
    with serving(fails(status, "slow down", retry_after="0.2"), fails(503), says("ok")) as server:
        started = time.monotonic()
        answer = ask(server.url)
        assert time.monotonic() - started >= 0.2
    assert answer.text == "ok"
    assert answer.usage.requests == len(server.bodies) == 3
    assert answer.usage.sent == sum(server.sizes)


@pytest.mark.parametrize(
    ("asked", "seconds"),
    [("7", 7.0), ("0.5", 0.5), ("Thu, 01 Jan 1970 00:00:10 GMT", 0.0), ("", None), ("soon", None), ("-3", None)],
)
def test_how_long_a_server_asks_to_wait(asked: str, seconds: float | None) -> None:
    assert seconds_to_wait(asked) == seconds
    assert cast(float, seconds_to_wait(formatdate(time.time() + 3600, usegmt=True))) > 3000


def test_a_long_wait_is_not_waited() -> None:
    with serving(fails(429, "slow down", retry_after="3600")) as server, pytest.raises(Unavailable, match="3600 s"):
        ask(server.url)
    assert len(server.bodies) == 1


@pytest.mark.parametrize("status", [500, 502, 503])
def test_a_broken_server_is_given_up(status: int) -> None:
    with (
        serving(fails(status, "it\nbroke")) as server,
        pytest.raises(Unavailable, match=rf"{status}.*3 times") as raised,
    ):
        ask(server.url, tries=3)
    assert len(server.bodies) == 3
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(("fault", "said"), FAULTS)
def test_a_fault_is_tried_again_then_told_in_one_line(fault: Any, said: str) -> None:
    with serving(fault, says("(1,2)")) as server:
        assert ask(server.url, timeout=0.4).text == "(1,2)"
    with serving(fault) as server, pytest.raises(Unavailable, match=said) as raised:
        ask(server.url, timeout=0.4, tries=2)
    assert len(server.bodies) == 2
    assert "\n" not in str(raised.value)


def test_a_closed_port() -> None:
    with pytest.raises(Unavailable, match="cannot be reached"):
        ask(closed_url(), tries=2)


def never_ends(connection: Connection) -> None:
    connection.headers()
    while True:
        connection.piece("1234 ")


def test_a_server_that_ignores_the_limit_is_cut_off() -> None:
    with serving(never_ends) as server:
        answer = ask(server.url, tries=1)
    assert not answer.complete
    assert answer.text.startswith("1234 1234 ")
    assert len(server.bodies) == 1


def test_an_answer_cut_at_the_limit_is_not_complete() -> None:
    def cut(connection: Connection) -> None:
        connection.headers()
        connection.piece("(1", "length")
        connection.done()

    with serving(cut) as server:
        assert not ask(server.url).complete


def tells(*pieces: tuple[str, object]) -> Reply:
    """Answers with these pieces and what is said of their probabilities."""

    def reply(connection: Connection) -> None:
        connection.headers()
        for text, told in pieces:
            connection.piece(text, logprobs=told)
        connection.piece("", "stop")
        connection.done()

    return reply


def test_certainty_is_that_of_the_digits_a_server_tells_of() -> None:
    shares = (("(", 0.1), ("1", 0.5), ("2", 0.9), (",", 0.2), ("34", 0.4), (")", 0.1))
    told = [(text, {"content": [{"token": text, "logprob": math.log(share)}]}) for text, share in shares]
    with serving(tells(*told)) as server:
        assert ask(server.url).certainty == pytest.approx((0.5 * 0.9 * 0.4) ** (1 / 3))
    assert server.bodies[0]["logprobs"] is True


@pytest.mark.parametrize(
    "told", [None, {"tokens": ["1"], "token_logprobs": [-0.5]}, "0.5", {"content": [{"token": 1}]}]
)
def test_a_server_that_tells_no_probabilities(told: object) -> None:
    with serving(tells(("1", told))) as server:
        answer = ask(server.url)
    assert (answer.text, answer.certainty) == ("1", None)


@pytest.mark.parametrize("status", [400, 403, 422, 501])
def test_a_server_that_refuses_to_tell_probabilities_is_asked_without(status: int) -> None:
    with serving(fails(status, "unknown field logprobs"), says("(1,2)")) as server:
        model = OpenAIModel(Endpoint(server.url, "right", tries=1))
        answers = [model.answer(QUESTION), model.answer(QUESTION)]
        model.close()
    assert [answer.certainty for answer in answers] == [None, None]
    assert ["logprobs" in body for body in server.bodies] == [True, False, False]
    assert [answer.usage.requests for answer in answers] == [2, 1]


def test_a_question_that_is_refused_either_way_is_told() -> None:
    with serving(fails(400, "too many pictures")) as server, pytest.raises(Unavailable, match="too many pictures"):
        ask(server.url)
    assert len(server.bodies) == 2


def test_tokens_read_before_have_a_price_of_their_own() -> None:
    with serving(says("ok", asked=2000, answered=500, cached=1500)) as server:
        usage = ask(server.url, price=(1.0, 4.0, 0.1)).usage
    assert usage.money == pytest.approx((500 * 1.0 + 1500 * 0.1 + 500 * 4.0) / 1_000_000)


def test_a_proxy_is_used_but_never_for_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    with serving(says("ok")) as server:
        monkeypatch.setenv("HTTP_PROXY", closed_url())
        monkeypatch.setenv("http_proxy", closed_url())
        assert ask(server.url).text == "ok"
        monkeypatch.setenv("http_proxy", server.url.removesuffix("/v1"))
        assert ask("http://models.example/v1").text == "ok"
    assert server.paths == ["/v1/chat/completions", "http://models.example/v1/chat/completions"]


@pytest.mark.parametrize("proxy", ["ftp://127.0.0.1:1", "http://[::1"])
def test_a_proxy_that_cannot_be_used(monkeypatch: pytest.MonkeyPatch, proxy: str) -> None:
    monkeypatch.setenv("ALL_PROXY", proxy)
    monkeypatch.setenv("http_proxy", proxy)
    with pytest.raises(Unavailable, match="HTTP_PROXY"):
        ask("http://models.example/v1")


def test_a_wrong_model_name_is_not_tried_again() -> None:
    with (
        serving(fails(404, "model not found"), models=("qwen2-vl", "qwen3-vl")) as server,
        pytest.raises(Unavailable, match="qwen2-vl, qwen3-vl"),
    ):
        ask(server.url)
    assert len(server.bodies) == 1


def test_a_key_comes_from_the_environment_and_is_never_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME_KEY", "sk-very-secret")
    with (
        serving(fails(401, "bad key sk-very-secret")) as server,
        pytest.raises(Unavailable, match="SOME_KEY") as raised,
    ):
        ask(server.url, key="SOME_KEY")
    assert server.keys == ["Bearer sk-very-secret"]
    assert "very-secret" not in str(raised.value)


@pytest.mark.parametrize("fault", [fails(500, "no sk-very-secret"), fails(400, "no sk-very-secret")])
def test_a_key_that_a_server_repeats_is_not_told(monkeypatch: pytest.MonkeyPatch, fault: Reply) -> None:
    monkeypatch.setenv("SOME_KEY", "sk-very-secret")
    with serving(fault) as server, pytest.raises(Unavailable, match="no \\$SOME_KEY") as raised:
        ask(server.url, key="SOME_KEY", tries=1)
    assert "very-secret" not in str(raised.value)


def test_a_key_may_end_with_a_newline_but_not_hold_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME_KEY", "sk-1\n")
    with serving(says("ok")) as server:
        ask(server.url, key="SOME_KEY")
    assert server.keys == ["Bearer sk-1"]
    monkeypatch.setenv("SOME_KEY", "sk-1\nsk-2")
    with pytest.raises(InputError, match="SOME_KEY") as raised:
        ask(server.url, key="SOME_KEY")
    assert "sk-" not in str(raised.value)


@pytest.mark.parametrize(
    ("kind", "wish"),
    [("vllm", {"structured_outputs": {"regex": r"\d+"}}), ("sglang", {"regex": r"\d+"}), ("ollama", {})],
)
def test_a_grammar_is_wished_for_where_it_is_known(kind: str, wish: dict[str, Any]) -> None:
    with serving(says("1")) as server:
        ask(server.url, server=kind, grammar=r"\d+")
    known = {key: value for key, value in server.bodies[0].items() if key in ("structured_outputs", "regex")}
    assert known == wish


def test_going_on_from_own_words() -> None:
    begun = (*QUESTION, Message("assistant", ("<box>",)))
    with serving(says("(1,2)")) as server:
        assert ask(server.url, begun, server="vllm").text == "<box>(1,2)"
        assert server.bodies[0]["continue_final_message"] is True
        assert ask(server.url, begun, server="lmstudio").text == "(1,2)"
    assert len(server.bodies[1]["messages"]) == 2
