"""A tutor behind any OpenAI-compatible chat API, streamed and checked sentence by sentence.

It trusts nothing that comes back: a sentence that `policies.tutor.check` refuses is dropped, and a reply without any
sound sentence is an `EngineError`, so that the chain goes on to the rules. What the learner shall say next in guided
mode, and a question where the model asked none, come from the rules.
"""

import time
from collections.abc import Iterable, Iterator

import httpx

from actors.ports import EngineError
from actors.tutor.stream import BrokenStream, lines, pieces, sentences
from policies.tutor.check import Verdict, check
from policies.tutor.context import Sentence, TutorContext
from policies.tutor.plan import Plan, plan
from policies.tutor.prompt import messages

_NEXT_KEY = frozenset((401, 403, 429))


class ProviderError(EngineError):
    """The provider gave no usable reply."""


class ProviderTimedOut(ProviderError):
    """The provider took too long: raise the limit, or use a faster model."""


class ProviderUnreachable(ProviderError):
    """No connection to the provider: check COLLOQUY_TUTOR_URL."""


class ProviderRefused(ProviderError):
    """The provider answered with an HTTP error."""

    def __init__(self, status: int) -> None:
        super().__init__(f"The provider answered with HTTP {status}; check its URL, model and key.")
        self.status = status
        self.retryable = status >= 500 or status == 429

    def __reduce__(self) -> tuple[type, tuple[int]]:
        return type(self), (self.status,)


class ReplyUnsound(ProviderError):
    """No sentence of the reply could be said to a learner."""


class ProviderTutor:
    """Streams a reply from ``url`` (".../v1"). Of several keys in ``key``, with commas between, a refused one rotates.

    ``first_s`` limits the wait for the first piece (and for each next one), ``total_s`` the whole reply.
    """

    name = "provider"
    digest = ""

    def __init__(
        self, url: str, *, model: str = "", key: str = "", first_s: float = 4.0, total_s: float = 12.0
    ) -> None:
        base = url.rstrip("/").removesuffix("/chat/completions")
        self._url = f"{base}/chat/completions" if base.endswith("/v1") else f"{base}/v1/chat/completions"
        self.version = model or "default"
        self._model = model
        self._keys = [part.strip() for part in key.split(",") if part.strip()] or [""]
        self._first_s = first_s
        self._total_s = total_s
        self._client = httpx.Client(timeout=httpx.Timeout(first_s, connect=min(first_s, 2.0)))

    def reply(self, context: TutorContext) -> Iterator[Sentence]:
        """Sound sentences as they come. Raises a `ProviderError` only before the first of them."""
        planned = plan(context)
        told: tuple[str, ...] = ()
        faults: list[str] = []
        try:
            for text in sentences(self._pieces(context, planned)):
                verdict = check(text, context, planned, told)
                if verdict.fault:
                    faults.append(verdict.fault)
                    continue
                yield sentence_of(text, verdict, planned)
                told = (*told, text)
        except ProviderError:
            if not told:
                raise  # after the first sentence the rules' closing below makes the reply whole
        if not told:
            raise ReplyUnsound(f"No sentence of the provider's reply passed: {', '.join(faults) or 'it was empty'}.")
        yield from _closing(told, planned)

    def _pieces(self, context: TutorContext, planned: Plan) -> Iterator[str]:
        body = {
            "model": self._model,
            "messages": messages(context, planned),
            "stream": True,
            "temperature": 0.7,
            "max_tokens": 120,
            "seed": context.seed * 1000 + context.turn,
        }
        deadline = time.monotonic() + self._total_s
        for attempt in range(len(self._keys)):
            try:
                yield from self._streamed(body, deadline)
                return
            except ProviderRefused as refused:
                if refused.status not in _NEXT_KEY or attempt == len(self._keys) - 1:
                    raise
                self._keys = [*self._keys[1:], self._keys[0]]

    def _streamed(self, body: dict[str, object], deadline: float) -> Iterator[str]:
        headers = {"Authorization": f"Bearer {self._keys[0]}"} if self._keys[0] else {}
        try:
            with self._client.stream("POST", self._url, json=body, headers=headers) as response:
                if response.status_code != 200:
                    raise ProviderRefused(response.status_code)
                awaited = [min(deadline, time.monotonic() + self._first_s), deadline]
                for piece in pieces(lines(_in_time(response.iter_bytes(), awaited))):
                    del awaited[:-1]  # it speaks: from now on only the whole counts
                    yield piece
        except httpx.TimeoutException as error:
            raise ProviderTimedOut("The provider kept us waiting too long for its next word.") from error
        except BrokenStream as error:
            raise ProviderError(str(error)) from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise ProviderUnreachable(f"No connection to the provider at {self._url}: {error}") from error

    def close(self) -> None:
        """Close the connections."""
        self._client.close()


def _in_time(chunks: Iterable[bytes], awaited: list[float]) -> Iterator[bytes]:
    """Chunks until the first of the deadlines that are awaited; bytes that are no text do not put it off."""
    for chunk in chunks:
        if time.monotonic() > awaited[0]:
            raise ProviderTimedOut("The provider did not answer in time.")
        yield chunk


def sentence_of(text: str, verdict: Verdict, planned: Plan) -> Sentence:
    """A sentence that passed the check, with what it does and what it rests on."""
    evidence, feedback = verdict.evidence, verdict.feedback
    if text.endswith("?"):
        return Sentence(text=text, emotion="neutral", acts=("ask",), evidence=evidence, topic=planned.topic)
    acts = ("correct",) if feedback else ("react", "recast") if planned.heard.slips else ("react",)
    return Sentence(text=text, emotion="encouraging" if feedback else planned.emotion, acts=acts, evidence=evidence)


def _closing(told: tuple[str, ...], planned: Plan) -> Iterator[Sentence]:
    """What every reply must have: the next exercise in guided mode, else one question (none after a goodbye)."""
    if planned.exercise is not None:
        yield planned.exercise
    elif planned.question is not None and not any("?" in text for text in told):
        yield planned.question
