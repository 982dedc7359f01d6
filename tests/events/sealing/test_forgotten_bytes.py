"""After ``forget`` no file of ours holds a word or a sound of the learner: log, keys, views, blobs, Kafka, exports."""

import json
import random
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg
import pytest

from events.__main__ import main
from events.blobs import BlobStore
from events.envelope import Fact, Recorded
from events.kafka.topic import KafkaTopic
from events.kafka.verification import kafka_differences
from events.lesson import (
    FeedbackRated,
    SessionEnded,
    SessionStarted,
    SpeechAssessed,
    SpeechTranscribed,
    SpeechUttered,
    TurnFailed,
    TutorHeard,
    TutorReplied,
    TutorSpoken,
)
from events.location import DataFolder, environment_of
from events.opening import open_blobs, open_codec, open_key_store, open_log
from events.readers import KafkaReader
from events.values import Blob, EngineUse, Evidence, Note, Phoneme, Pronunciation, Scores, Word, WordScore
from events.verification import verify
from projections.__main__ import main as projections
from projections.catalogue import PROJECTIONS
from replay.__main__ import main as replay
from tests.events.plaintext import forms_of_bytes, forms_of_text, found_in, in_base64, rare_letters, rare_word
from tests.events.samples import origin
from tests.servers.kafka import Broker

CLEAR = "Recogniser" + uuid4().hex
"""The name of an engine, which is nobody's and stays: by it the search is seen to look into every file."""


class Said:
    """What a learner said, wrote and was told, each by a word of its own, and the recording of it."""

    PLACES = ("goal", "typed", "heard", "slip", "better", "why", "reference", "reply", "evidence", "spoken", "comment")

    def __init__(self, learner: str, seed: int) -> None:
        rng = random.Random(f"{seed} {uuid4()}")
        self.learner = learner
        self.made_up = time.time() - 2.0  # a file system may round the times of its files
        beginning = rare_letters(rng)
        self.words = {place: rare_word(beginning, rng) for place in self.PLACES}
        self._signs = list(forms_of_text(beginning))
        self.sound = rng.randbytes(20_000)

    def forms(self) -> dict[str, list[bytes]]:
        """Whatever would give it away."""
        texts = {place: list(forms_of_text(word)) for place, word in self.words.items()}
        return texts | {"recording": list(forms_of_bytes(self.sound))}

    def found_in(self, *roots: Path) -> dict[str, set[str]]:
        """Of each thing that was said, the files that hold it."""
        forms = self.forms()
        return found_in(roots, forms, since=self.made_up, first=[*self._signs, *forms["recording"]])

    def lesson(self, folder: DataFolder) -> None:
        """Hold a lesson with a typed and a spoken turn."""
        stream = f"lesson-of-{self.learner}"
        audio = open_blobs(folder).of(self.learner).put(self.sound, "audio/flac")
        with open_log(folder) as log:
            log.append(stream, self._events(stream, audio), expected_version=0, origin=origin(self.learner))

    def _events(self, stream: str, audio: Blob) -> Sequence[Fact]:
        word, engine = self.words, EngineUse(kind="asr", name=CLEAR, version="1", latency_ms=9.0)
        badly = tuple(WordScore(text=word[each], start_ms=0, end_ms=9, score=9.0) for each in ("reference", "heard"))
        slip = Note(kind="tense", start=0, end=4, said=word["slip"], better=word["better"], message=word["why"])
        return (
            SessionStarted(
                session=stream,
                learner=self.learner,
                tutor="iris",
                goal=word["goal"],
                level="A2",
                mode="conversation",
                seed=7,
                topic=word["goal"],
            ),
            SpeechUttered(turn=1, source="typed", endpoint="typed", text=f"I {word['typed']} you"),
            SpeechTranscribed(turn=1, text=f"I {word['typed']} you", engine=engine, confidence=1.0),
            SpeechUttered(turn=2, source="upload", endpoint="client", audio=audio, reference=word["reference"]),
            SpeechTranscribed(
                turn=2,
                text=f"the {word['heard']}",
                engine=engine,
                words=(Word(text=word["heard"], start_ms=0, end_ms=9, confidence=0.5),),
            ),
            SpeechAssessed(
                turn=2,
                scores=Scores(total=50.0),
                notes=(slip,) * 3,
                pronunciation=Pronunciation(reference=word["reference"], score=9.0, completeness=100.0, words=badly),
            ),
            TutorReplied(
                turn=2,
                sentence=0,
                text=f"You said {word['reply']}.",
                engine=engine,
                exercise=word["reply"],
                evidence=(Evidence(kind="word", text=word["evidence"]),),
            ),
            TutorSpoken(
                turn=2,
                segment=0,
                sentence=0,
                text=word["spoken"],
                voice="joe",
                audio=audio,
                sample_rate_hz=16_000,
                start_ms=0,
                duration_ms=40,
                engine=engine,
                phonemes=(Phoneme(ipa=word["spoken"], start_ms=0, end_ms=9),),
            ),
            TutorHeard(turn=2, heard_ms=40, text=word["spoken"]),
            TurnFailed(turn=2, stage="voice", code="timeout", message=word["reply"]),
            FeedbackRated(turn=2, stars=2, comment=f"too {word['comment']}"),
            SessionEnded(reason="learner"),
        )


class Place:
    """A data folder with its log, its topic on Kafka, its views, and files that were exported from them."""

    def __init__(self, folder: DataFolder, kafka: Broker, exports: Path) -> None:
        self.folder = folder
        self._kafka = kafka
        self._exports = exports
        self.options = ["--kafka", kafka.address, "--topic", f"forgotten-{uuid4().hex}"]
        self.topic = KafkaTopic(servers=(kafka.address,), name=self.options[-1])
        assert main(["topics", "--create", *self.options], folder) == 0

    def bring_up_to_date(self, exports: str) -> Path:
        """Relay, fold, and export every view that holds words; the folder of the exports."""
        assert main(["relay", *self.options], self.folder) == 0
        assert projections(["run", "--once"], self.folder) == 0
        target = self._exports / exports
        target.mkdir(parents=True)
        for form in ("csv", "parquet"):
            assert projections(["export", "--format", form, "--out", str(target)], self.folder) == 0
        assert main(["export", str(target / "log.jsonl")], self.folder) == 0
        read_parquet(target)
        return target

    def analyse(self) -> None:
        """What PostgreSQL does by itself after a minute: it keeps samples of what is in the tables."""
        if self.folder.log_url:
            with psycopg.connect(self.folder.log_url, autocommit=True) as connection:
                connection.execute("ANALYZE")

    def roots(self) -> dict[str, Path]:
        """The folders that are searched, by what is in them."""
        roots = {"data": self.folder.root, "kafka": self._kafka.records}
        if self.folder.log_url:
            with psycopg.connect(self.folder.log_url, autocommit=True) as connection:
                connection.execute("CHECKPOINT")
                row = connection.execute("SHOW data_directory").fetchone()
            assert row is not None
            if Path(row[0]).exists():
                roots["postgres"] = Path(row[0])
        return roots

    def stored(self, learner: str) -> list[bytes]:
        """The learner's events as their store has them, byte for byte."""
        with open_log(self.folder) as log:
            return [row.state for row in log.stored_tail(0, limit=100) if row.stream == f"lesson-of-{learner}"]

    def read(self, learner: str) -> tuple[Recorded, ...]:
        """The learner's events."""
        with open_log(self.folder) as log:
            return log.read(f"lesson-of-{learner}")

    def read_from_kafka(self, learner: str) -> list[Recorded]:
        """The learner's events as a reader of the topic sees them."""
        reader = KafkaReader(self.topic, BlobStore(self.folder.blobs), codec=open_codec(self.folder))
        with open_log(self.folder) as log:
            head = log.head()
        events: dict[int, Recorded] = {}
        while len(events) < head:
            for delivery in reader.read(limit=100, timeout_s=1.0):
                events[delivery.mark.position] = delivery.recorded
        reader.close()
        return [events[position] for position in sorted(events) if events[position].stream == f"lesson-of-{learner}"]


def read_parquet(folder: Path) -> None:
    """Beside each Parquet file, which is compressed, put its rows as text."""
    import pyarrow.parquet as pq

    for path in folder.glob("*.parquet"):
        rows = pq.read_table(path).to_pylist()
        path.with_suffix(".rows").write_text(json.dumps(rows, default=str, ensure_ascii=False))


def replayed(folder: DataFolder, learner: str, capfd: pytest.CaptureFixture[str], patch: pytest.MonkeyPatch) -> str:
    """What ``python -m replay show`` prints of the lesson."""
    capfd.readouterr()
    with patch.context() as patched:
        for name, value in environment_of(folder).items():
            patched.setenv(name, value)
        assert replay(["show", f"lesson-of-{learner}", "--json"]) == 0
    return capfd.readouterr().out


@pytest.fixture(params=["sqlite", "postgres"])
def place(request: pytest.FixtureRequest, tmp_path: Path, kafka: Broker) -> Iterator[Place]:
    pytest.importorskip("pyarrow", reason="no pyarrow: install the extra `analytics`")
    if request.param == "sqlite":
        yield Place(DataFolder(tmp_path / "data"), kafka, tmp_path / "exports")
        return
    server, name = request.getfixturevalue("postgres_url"), f"bytes_{uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    url = urlsplit(server)._replace(path=f"/{name}").geturl()
    yield Place(DataFolder(tmp_path / "data", url), kafka, tmp_path / "exports")
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


def test_after_forgetting_no_file_holds_a_word_or_a_sound_of_the_learner(
    place: Place, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    ana, ben = Said("ana", 1), Said("ben", 2)
    ana.lesson(place.folder)
    ben.lesson(place.folder)
    before = place.bring_up_to_date("before")
    place.analyse()
    ben_before = (place.stored("ben"), place.read("ben"), replayed(place.folder, "ben", capfd, monkeypatch))
    ana_before = place.read("ana")
    # The search finds what is there: the words in views and exports, and what is in the clear in every store.
    assert said_in(ana, *place.roots().values()) == {"goal", "typed", "heard", "reference", "spoken"}
    assert said_in(ana, before) == set(ana.PLACES)
    for name, root in place.roots().items():
        of_log = name != "data" or not place.folder.log_url
        assert bool(found_in([root], {"engine": [CLEAR.encode()]}, since=ana.made_up)["engine"]) == of_log, name
    register(place.folder, "words 1", learners=("ana", "ben"))
    (key,) = open_key_store(place.folder).keys_of("ana")
    wrapped = {"key": [key.wrapped, key.wrapped.hex().encode(), *in_base64(key.wrapped)]}
    assert found_in(place.roots().values(), wrapped, since=ana.made_up)["key"] != set()

    assert main(["forget", "ana", "--yes"], place.folder) == 0

    after = place.bring_up_to_date("after")
    nothing: dict[str, set[str]] = {said: set() for said in ana.forms()}
    assert ana.found_in(*place.roots().values()) == nothing
    assert ana.found_in(after) == nothing
    assert found_in(place.roots().values(), wrapped, since=ana.made_up)["key"] == set()
    # A file that was exported earlier is its owner's to make anew: the manifest names it if it was registered.
    assert said_in(ana, before) == set(ana.PLACES)
    (manifest,) = place.folder.forgotten.iterdir()
    assert json.loads(manifest.read_bytes())["datasets"] == ["words 1"]
    # All else replays.
    assert (place.stored("ben"), place.read("ben"), replayed(place.folder, "ben", capfd, monkeypatch)) == ben_before
    assert tuple(place.read_from_kafka("ben")) == ben_before[1]
    assert [each.forgotten for each in place.read_from_kafka("ana")] == [True] * len(ana_before)
    assert [each.type for each in place.read("ana")] == [each.type for each in ana_before]
    assert said_in(ben, after) == set(ben.PLACES)
    for projection in PROJECTIONS:
        assert projections(["diff", projection.name], place.folder) == 0
    with open_log(place.folder) as log:
        assert list(verify(log, BlobStore(place.folder.blobs))) == []
        assert list(kafka_differences(log, place.topic, BlobStore(place.folder.blobs))) == []


def said_in(said: Said, *roots: Path) -> set[str]:
    """What of it some file below the folders holds."""
    return {place for place, files in said.found_in(*roots).items() if files}


def register(folder: DataFolder, dataset: str, *, learners: tuple[str, ...]) -> None:
    """Tell the system of a dataset that was made."""
    name, version = dataset.split()
    folder.datasets.parent.mkdir(parents=True)
    folder.datasets.write_text(json.dumps([{"name": name, "version": version, "learners": learners}]))
