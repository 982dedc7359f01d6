"""LanguageTool's answers become notes; a server that fails is an engine error."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

import pytest

from actors.assessment.languagetool import LanguageToolChecker
from actors.ports import EngineError
from policies.recast import corrected


def match(offset: int, length: int, better: str, rule: str, category: str) -> dict[str, Any]:
    """One match as LanguageTool 6 writes it."""
    return {
        "message": "Possible agreement error.",
        "shortMessage": "Grammatical problem",
        "replacements": [{"value": better}] if better else [],
        "offset": offset,
        "length": length,
        "context": {"text": "", "offset": offset, "length": length},
        "sentence": "",
        "type": {"typeName": "Other"},
        "rule": {"id": rule, "description": "", "issueType": "grammar", "category": {"id": category, "name": ""}},
    }


class Server(ThreadingHTTPServer):
    """Speaks /v2/check with whatever ``matches`` or ``body`` a test puts in it."""

    matches: list[dict[str, Any]]
    body: bytes | None
    status: int
    asked: list[dict[str, list[str]]]


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_POST(self) -> None:
        form = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.server.asked.append({"path": [self.path], **parse_qs(form)})
        answer = {
            "software": {"name": "LanguageTool", "version": "6.6", "apiVersion": 1},
            "language": {"name": "English (US)", "code": "en-US"},
            "matches": self.server.matches,
        }
        body = self.server.body if self.server.body is not None else json.dumps(answer).encode()
        self.send_response(self.server.status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Keep the test's output clean."""


@pytest.fixture
def server() -> Iterator[Server]:
    served = Server(("127.0.0.1", 0), Handler)
    served.matches, served.body, served.status, served.asked = [], None, 200, []
    thread = threading.Thread(target=served.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield served
    served.shutdown()
    thread.join()
    served.server_close()


@pytest.fixture
def checker(server: Server) -> LanguageToolChecker:
    return LanguageToolChecker(f"http://127.0.0.1:{server.server_port}/")


def test_a_grammar_match_becomes_a_note_with_the_first_replacement(
    server: Server, checker: LanguageToolChecker
) -> None:
    text = "The cats on the wall sleeps."
    server.matches = [match(21, 6, "sleep", "SUBJECT_VERB_AGREEMENT", "GRAMMAR")]
    (note,) = checker.check(text)
    assert (note.kind, note.said, note.better, note.rule) == ("agreement", "sleeps", "sleep", "SUBJECT_VERB_AGREEMENT")
    assert corrected(text, (note,)) == "The cats on the wall sleep."
    assert checker.version == "6.6"
    assert server.asked == [{"path": ["/v2/check"], "text": [text], "language": ["en-US"]}]


@pytest.mark.parametrize("category", ["TYPOS", "CASING", "PUNCTUATION", "STYLE"])
def test_what_nobody_can_hear_is_no_slip(server: Server, checker: LanguageToolChecker, category: str) -> None:
    server.matches = [match(0, 5, "Hello", "SOME_RULE", category)]
    assert checker.check("hallo there my friends") == ()


def test_a_match_without_a_mending_is_left_out(server: Server, checker: LanguageToolChecker) -> None:
    server.matches = [match(0, 3, "", "ODD", "GRAMMAR")]
    assert checker.check("The end of it all") == ()


def test_offsets_after_an_emoji_are_those_of_python(server: Server, checker: LanguageToolChecker) -> None:
    text = "😀 The cats sleeps"
    server.matches = [match(12, 6, "sleep", "AGREEMENT", "GRAMMAR")]  # the emoji is two UTF-16 units
    assert corrected(text, checker.check(text)) == "😀 The cats sleep"


def test_our_own_rules_for_speech_hold_here_too(checker: LanguageToolChecker) -> None:
    (note,) = checker.check("It depends of the weather.")
    assert note.better == "depends on"


def test_silence_is_not_sent(server: Server, checker: LanguageToolChecker) -> None:
    assert checker.check("  ") == ()
    assert server.asked == []


@pytest.mark.parametrize(
    ("status", "body"), [(500, b"{}"), (200, b"not json"), (200, b"[]"), (200, b"{}"), (200, b'{"matches": [{}]}')]
)
def test_a_server_that_gives_no_sound_answer_is_an_engine_error(
    server: Server, checker: LanguageToolChecker, status: int, body: bytes
) -> None:
    server.status, server.body = status, body
    with pytest.raises(EngineError, match="LanguageTool"):
        checker.check("I am fine today.")


def test_no_server_is_an_engine_error() -> None:
    with pytest.raises(EngineError, match="did not answer"):
        LanguageToolChecker("http://127.0.0.1:9").check("I am fine.")
