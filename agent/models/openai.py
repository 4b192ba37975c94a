"""Any server that speaks OpenAI's chat completions: vLLM, SGLang, llama.cpp, Ollama, LM Studio or a hosted one.

Answers are always streamed, so that a server that has stopped is told from one that is slow, and a deadline holds.
"""

import base64
import json
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Literal, cast

import openai
from pydantic import Field

from sightline.agent.dialects.canvas import Budget
from sightline.agent.dialects.messages import Conversation, Message, Picture, Video
from sightline.agent.models.base import Answer, prefill
from sightline.agent.models.connection import http_client, read_key, seconds_to_wait, transport_errors
from sightline.agent.models.streamed import Reply
from sightline.tasks.records import Usage
from sightline.tools.deadline import arriving
from sightline.tools.errors import InputError, Unavailable

Server = Literal["", "vllm", "sglang", "llamacpp", "ollama", "lmstudio", "hosted"]
PREFILLS = {
    "vllm": {"continue_final_message": True, "add_generation_prompt": False},
    "sglang": {"continue_final_message": True},
    "llamacpp": {},
}
"""What tells a server to go on from the assistant's last message; others open a new turn after it."""
STANDARD = ("model", "messages", "max_tokens", "temperature", "stop", "stream", "stream_options", "logprobs")
LONGEST_WAIT = 60.0
"""Seconds; a server that asks for more is given up."""
LONGEST_TOKEN = 32
"""Characters; an answer with more than this for each token of the limit comes from a server that ignores the limit."""


_Amount = Annotated[float, Field(ge=0)]


@dataclass(frozen=True)
class Endpoint:
    """An address and how it is used; ``server`` is what answers there, where that is known.

    ``timeout`` is seconds for one try, ``tries`` how often one answer is asked for, ``pause`` the seconds before the
    second try (doubled for each further one, with jitter). ``price`` is money per million tokens asked, answered and,
    where that is another, asked before. ``key`` names the environment variable that holds the key; the key itself is
    kept nowhere else.
    """

    url: str
    model: str
    server: Server = ""
    timeout: Annotated[float, Field(gt=0)] = 120.0
    tries: Annotated[int, Field(ge=1)] = 4
    pause: _Amount = 0.5
    price: tuple[_Amount, _Amount] | tuple[_Amount, _Amount, _Amount] = (0.0, 0.0)
    key: str = "OPENAI_API_KEY"
    temperature: _Amount = 0.0
    constrain: bool = True


class _TryAgain(Exception):
    """A fault that may pass; ``wait`` is the seconds the server asked for."""

    def __init__(self, why: str, wait: float | None = None) -> None:
        super().__init__(why)
        self.wait = wait


class _Unwilling(Exception):
    """A refusal that may be for the wish to be told how likely tokens were."""


class OpenAIModel:
    """A model behind a server; what that does to pictures is unknown, so they are sent at sizes it leaves alone."""

    architecture = ""
    factor: int | None = None
    budget: Budget | None = None

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self.name = endpoint.model
        self._key = read_key(endpoint.key)
        self._client = openai.OpenAI(
            base_url=endpoint.url,
            api_key=self._key or "none",
            timeout=openai.Timeout(endpoint.timeout, connect=min(10.0, endpoint.timeout)),
            max_retries=0,
            http_client=http_client(endpoint.url),
        )
        self._faults = (openai.OpenAIError, *transport_errors(), ValueError)
        self._wants_likelihoods = True

    def answer(
        self,
        conversation: Conversation,
        *,
        stop: tuple[str, ...] = (),
        grammar: str = "",
        limit: int = 1024,
        on_text: Callable[[str], None] | None = None,
    ) -> Answer:
        """The next turn; raises Unavailable when the tries are used up or the server refuses.

        After a fault in the middle of an answer `on_text` is called anew from its beginning.
        """
        started = time.monotonic()
        tries = requests = sent = 0
        while True:
            body = self.request(conversation, stop, grammar, limit)
            requests += 1
            sent += len(json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode())
            try:
                reply = self._ask(body, Reply(on_text))
            except _Unwilling:
                self._wants_likelihoods = False
            except _TryAgain as fault:
                tries += 1
                self._wait(fault, tries)
            else:
                break
        usage = Usage(
            requests=requests, asked=reply.asked, reused=reply.reused, answered=reply.answered, sent=sent,
            seconds=time.monotonic() - started, money=self._money(reply),
        )  # fmt: skip
        text = self._whole(prefill(conversation), reply.text)
        return Answer(text, usage, reply.finish != "length", reply.certainty)

    def close(self) -> None:
        self._client.close()

    def request(
        self, conversation: Conversation, stop: tuple[str, ...] = (), grammar: str = "", limit: int = 1024
    ) -> dict[str, Any]:
        """The body that is sent, as JSON."""
        server = self._endpoint.server
        extra: dict[str, Any] = {}
        if prefill(conversation):
            if server in PREFILLS:
                extra |= PREFILLS[server]
            else:
                conversation = conversation[:-1]
        if grammar and self._endpoint.constrain:
            extra |= {"vllm": {"structured_outputs": {"regex": grammar}}, "sglang": {"regex": grammar}}.get(server, {})
        if server in ("vllm", "sglang"):
            extra |= {"skip_special_tokens": False}
        if self._wants_likelihoods:
            extra |= {"logprobs": True}
        body = {
            "model": self._endpoint.model,
            "messages": [_as_json(message) for message in conversation],
            "max_tokens": limit,
            "temperature": self._endpoint.temperature,
            "stream": True,
            "stream_options": {"include_usage": True},
        }
        return body | ({"stop": list(stop)} if stop else {}) | extra

    def _ask(self, body: dict[str, Any], reply: Reply) -> Reply:
        """One try, heard to its end or its limit."""
        deadline = time.monotonic() + self._endpoint.timeout
        most = LONGEST_TOKEN * body["max_tokens"]
        try:
            for piece in arriving(lambda: self._stream(body), deadline, self._faults):
                reply.add(piece.model_dump(warnings=False))
                if len(reply.text) > most:
                    reply.finish = "length"
                    break
        except (TimeoutError, openai.APITimeoutError):
            did = "finish" if reply.begun else "answer"
            raise _TryAgain(f"did not {did} within {self._endpoint.timeout:g} s") from None
        except openai.APIStatusError as error:
            if self._wants_likelihoods and error.status_code in (400, 403, 422, 501):
                raise _Unwilling from None
            raise self._refused(error) from None
        except self._faults as error:
            raise _TryAgain(self._explain(error)) from None
        if not reply.finish:
            raise _TryAgain(
                "broke off in the middle of its answer" if reply.text else "answered nothing that can be read"
            )
        if not reply.text.strip():
            raise _TryAgain("gave an empty answer")
        return reply

    def _stream(self, body: dict[str, Any]) -> Iterator[openai.BaseModel]:
        standard = {name: value for name, value in body.items() if name in STANDARD}
        extra = {name: value for name, value in body.items() if name not in STANDARD}
        create = cast(Callable[..., Any], self._client.chat.completions.create)
        with create(**standard, extra_body=extra) as stream:
            yield from stream

    def _refused(self, error: openai.APIStatusError) -> Exception:
        """What an HTTP status means: worth another try, or one line for the operator."""
        status = error.status_code
        why = self._first_line(error).removeprefix(f"Error code: {status} - ")
        if status in (408, 409, 429) or status >= 500:
            return _TryAgain(
                f"answered {status}: {why}", seconds_to_wait(error.response.headers.get("retry-after", ""))
            )
        if status in (401, 403):
            return Unavailable(f"{self._where}: refused the key ({status}); set {self._endpoint.key} to one it accepts")
        if status == 404:
            return Unavailable(f"{self._where}: does not know the model or the address ({why}); {self._served()}")
        return Unavailable(f"{self._where}: refused the question ({status}): {why}")

    @property
    def _where(self) -> str:
        return f"{self._endpoint.model} at {self._endpoint.url}"

    def _served(self) -> str:
        """Which models there are, for someone who named another."""
        deadline = time.monotonic() + min(10.0, self._endpoint.timeout)
        try:
            names = [model.id for model in arriving(self._client.models.list, deadline, self._faults)]
        except (TimeoutError, *self._faults):
            return "it does not tell which models it has; expected an address that ends in /v1"
        return f"expected one of {', '.join(names[:8])}" if names else "it serves no model"

    def _wait(self, fault: _TryAgain, tries: int) -> None:
        """Sleeps before the next try; raises Unavailable when there is none, or it would be too long until then."""
        if tries >= self._endpoint.tries:
            times = f", {tries} times" if tries > 1 else ""
            raise Unavailable(f"{self._where}: {fault}{times}; check that the server runs and is not overloaded")
        backoff = self._endpoint.pause * 2 ** (tries - 1) * random.uniform(0.75, 1.25)
        wait = backoff if fault.wait is None else max(fault.wait, backoff)
        if wait > LONGEST_WAIT:
            raise Unavailable(f"{self._where}: {fault}, and asks to wait {wait:.0f} s; try again then")
        time.sleep(wait)

    def _whole(self, before: str, text: str) -> str:
        """The assistant's text with its beginning, where the server returned only what it went on with."""
        return before + text if self._endpoint.server in PREFILLS and not (before and text.startswith(before)) else text

    def _money(self, reply: Reply) -> float:
        asked, answered, *other = self._endpoint.price
        reused = other[0] if other else asked
        return ((reply.asked - reply.reused) * asked + reply.reused * reused + reply.answered * answered) / 1_000_000

    def _explain(self, error: Exception) -> str:
        match error:
            case openai.APIConnectionError():
                cause = error.__cause__
                return f"cannot be reached, or the connection broke off ({self._first_line(cause or error)})"
            case ValueError():
                return "answered with something that is no chat completion"
            case openai.OpenAIError():
                return f"broke off: {self._first_line(error)}"
            case _:
                return f"broke off in the middle of its answer ({self._first_line(error)})"

    def _first_line(self, error: BaseException) -> str:
        """What an error says, without the key, which some servers repeat."""
        lines = str(error).strip().splitlines()
        line = lines[0][:200].rstrip(".") if lines else type(error).__name__
        return line.replace(self._key, f"${self._endpoint.key}") if self._key else line


def _as_json(message: Message) -> dict[str, Any]:
    if not message.sights:
        return {"role": message.role, "content": message.text}
    return {"role": message.role, "content": [_part(part) for part in message.parts]}


def _part(part: str | Picture | Video) -> dict[str, Any]:
    if isinstance(part, str):
        return {"type": "text", "text": part}
    if isinstance(part, Video):
        raise InputError("a video cannot be sent to a server; expected pictures, or a model in this process")
    return {"type": "image_url", "image_url": {"url": "data:image/png;base64," + base64.b64encode(part.png).decode()}}
