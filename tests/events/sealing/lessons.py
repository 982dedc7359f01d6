"""Lessons that hold a secret, for tests that look for it afterwards, and the data folders that they are held in."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg
import pytest

from events.blobs import BlobStore
from events.codec import CODEC
from events.envelope import Unknown
from events.lesson import SessionEnded, SpeechAssessed, SpeechTranscribed, SpeechUttered, TutorReplied
from events.location import DataFolder
from events.opening import open_blobs, open_log
from events.postgres import PostgresEventLog
from events.sqlite import SQLiteEventLog
from events.values import Blob, Pronunciation, Scores, WordScore
from tests.events.samples import ENGINE, origin, started

SECRET = "aquamarine lighthouse"
VOICE = b"fLaC " + SECRET.encode() * 50


@pytest.fixture(params=["sqlite", "postgres"])
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[DataFolder]:
    """A data folder; with PostgreSQL its log is in a database of its own."""
    if request.param == "sqlite":
        yield DataFolder(tmp_path / "data")
        return
    server, name = request.getfixturevalue("postgres_url"), f"forget_{uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    yield DataFolder(tmp_path / "data", urlsplit(server)._replace(path=f"/{name}").geturl())
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


def pronounced(said: str) -> Pronunciation:
    """Every word of it said badly, so that views of weaknesses and vocabulary keep them."""
    words = tuple(WordScore(text=word, start_ms=0, end_ms=9, score=20.0) for word in said.split())
    return Pronunciation(reference=said, score=20.0, completeness=100.0, words=words)


def hold_lesson(folder: DataFolder, learner: str) -> None:
    """A short lesson in which the learner says the secret in every way there is."""
    said = f"{SECRET} of {learner}"
    audio = open_blobs(folder)
    with open_log(folder) as log:
        stream = f"lesson-of-{learner}"
        log.append(stream, [started(learner, stream)], expected_version=0, origin=origin(learner))
        recording = audio.of(learner).put(VOICE, "audio/flac")
        events = [
            SpeechUttered(turn=1, source="upload", endpoint="client", audio=recording, reference=said),
            SpeechTranscribed(turn=1, text=said, engine=ENGINE),
            SpeechAssessed(turn=1, scores=Scores(total=50.0), pronunciation=pronounced(said)),
            TutorReplied(turn=1, sentence=0, text=f"You said {said}.", engine=ENGINE, exercise=said, topic=SECRET),
        ]
        log.append(stream, events, expected_version=1, origin=origin(learner))


def places_of(folder: DataFolder, word: bytes) -> list[str]:
    """Every file of the data folder, and of the database server where it is here, that has the word in it."""
    roots = [folder.root]
    if folder.log_url:
        with psycopg.connect(folder.log_url, autocommit=True) as connection:
            connection.execute("CHECKPOINT")
            row = connection.execute("SHOW data_directory").fetchone()
            roots += [Path(row[0])] if row and Path(row[0]).exists() else []
    return [str(path) for root in roots for path in root.rglob("*") if path.is_file() and word in path.read_bytes()]


def hold_unsealed_lesson(folder: DataFolder, learner: str, recording: bytes) -> Blob:
    """A lesson from before there were keys."""
    blob, stream = BlobStore(folder.blobs).put(recording, "audio/flac"), f"old-of-{learner}"
    said = SpeechTranscribed(turn=1, text=f"{SECRET} {learner}" * 500, engine=ENGINE)
    events = [
        started(learner, stream),
        SpeechUttered(turn=1, source="upload", endpoint="client", audio=blob),
        said,
        Unknown(tag="dance.danced.v1", payload=b'{"type":"dance.danced.v1","song":"aquamarine"}'),
        SessionEnded(reason="learner"),
    ]
    origin_of = origin(learner)
    clear = PostgresEventLog(folder.log_url, codec=CODEC) if folder.log_url else SQLiteEventLog(folder.log, codec=CODEC)
    with clear as log:
        log.append(stream, events, expected_version=0, origin=origin_of)
    return blob
