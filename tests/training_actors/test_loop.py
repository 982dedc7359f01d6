"""From a rated corpus to a model that scores: the whole loop, on a few recordings and with next to no training."""

import json
import os
import shutil
from pathlib import Path

import pytest

from actors.assessment.lexicon import Lexicon, bundled_dictionary
from actors.chains import chain_of
from actors.hearing.decode import decode_audio
from actors.hearing.whisper import WhisperRecogniser
from actors.hearing.whisper_model import LoadedWhisper
from actors.models import ModelStore
from actors.models.errors import ModelError
from actors.pronunciation.listening import WhisperListener
from actors.pronunciation.model import SHIPPED, open_model
from actors.pronunciation.scorer import TrainedPronunciationScorer
from actors.settings import read_settings
from events.counterfactual import CounterfactualRun
from events.location import DataFolder, data_folder
from events.opening import open_existing_log
from events.sealing.forgetting import DATASET, HEARD, MODEL, registered
from events.sealing.holders import holders
from events.training import ModelPromoted, ModelRolledBack, ModelTrained, stream_of
from replay.__main__ import main as replay
from training_actors.__main__ import main as train
from training_actors.pronunciation.rated import rated_utterances
from training_actors.registry.commands import NOT_PASSED

CORPUS = Path(__file__).parents[3] / "shared/data/speechocean762-train"
LEARNERS, EACH = 4, 5
SMALL = ["--sentences", "4", "--planted", "2", "--folds", "2", "--seeds", "1", "--epochs", "1"]


@pytest.fixture(scope="module")
def slice_of_corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A few short recordings of children and adults."""
    if not CORPUS.is_dir():
        pytest.skip(f"no speechocean762 at {CORPUS}: the loop is run on its recordings")
    folder = tmp_path_factory.mktemp("corpus")
    (folder / "audio").mkdir()
    rows = [json.loads(line) for line in (CORPUS / "utterances.jsonl").read_text("utf-8").splitlines()]
    short = [row for row in rows if row["duration_s"] < 4 and len(row["words"]) > 2]
    kept: dict[str, list[dict[str, object]]] = {}
    for row in sorted(short, key=lambda row: (row["age"] >= 16, row["id"])):
        kept.setdefault(row["speaker"], []).append(row)
    speakers = [speaker for speaker, of in kept.items() if len(of) >= EACH]
    chosen = [row for speaker in (*speakers[:2], *speakers[-2:]) for row in kept[speaker][:EACH]]
    for row in chosen:
        shutil.copy(CORPUS / str(row["audio"]), folder / str(row["audio"]))
    (folder / "utterances.jsonl").write_text("".join(json.dumps(row) + "\n" for row in chosen), "utf-8")
    return folder


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of the loop."""
    return tmp_path_factory.mktemp("data")


@pytest.fixture(scope="module")
def work(slice_of_corpus: Path, data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run on the slice, imported into a log of its own."""
    work = tmp_path_factory.mktemp("work")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COLLOQUY_DATA", str(data))
        assert replay(["import", "speechocean762", str(slice_of_corpus)]) == 0
        try:
            assert train(["train", "pronunciation", "--work", str(work), *SMALL]) == 0
        except ModelError as error:
            pytest.skip(f"a model cannot be had: {error}")
    return work


def test_a_run_on_rated_recordings_makes_a_model_that_opens(work: Path) -> None:
    (folder,) = work.glob("*/model")
    model = open_model(folder)
    assert len(model.facts.digest) == 64
    told = json.loads((folder / "evaluation.json").read_text("utf-8"))
    (everyone, *groups) = told["outcome"]["groups"]
    assert everyone["pooled"]["utterances"] == LEARNERS * EACH
    assert [group["name"] for group in groups] == ["adult", "child"]
    assert model.facts.version in (folder / "card.md").read_text("utf-8")
    report = (folder / "report.html").read_text("utf-8")
    assert report.count("<svg") == 6  # four figures of utterances, phones, curves
    assert "3 networks" in report


def test_whoever_is_heard_in_training_is_named_when_they_are_to_be_forgotten(work: Path, data: Path) -> None:
    learner = sorted({one.learner for one in rated_utterances(work / "dataset")})[0]
    held = {(each.what, each.place) for each in holders(learner, registered(DataFolder(data)))}
    (folder,) = (data / "models" / "pronunciation").glob("*-*")
    (made,) = work.glob("*/model")  # with everybody's ratings, too
    places = {DATASET: [work / "dataset"], HEARD: [work / "cache"], MODEL: [folder, made.parent]}
    assert held == {(what, str(place)) for what, of in places.items() for place in of}


def test_a_run_that_is_asked_for_again_does_nothing_anew_and_gives_the_same_networks(
    work: Path, slice_of_corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder,) = work.glob("*/model")
    before = open_model(folder).facts
    kept = {file: file.stat().st_mtime_ns for file in work.rglob("*.pt")}
    monkeypatch.setenv("COLLOQUY_DATA", str(tmp_path))
    assert train(["train", "pronunciation", "--work", str(work), "--dataset", str(work / "dataset"), *SMALL]) == 0
    after = open_model(folder).facts
    assert (after.version, after.digest) == (before.version, before.digest)
    assert after.matches_from == pytest.approx(before.matches_from, abs=1e-3)  # sums depend on the number of threads
    assert {file: file.stat().st_mtime_ns for file in work.rglob("*.pt")} == kept


def test_the_acoustic_network_of_a_model_can_be_taken_instead_of_trained(
    work: Path, slice_of_corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = set(work.glob("*/model"))
    monkeypatch.setenv("COLLOQUY_DATA", str(tmp_path))
    dataset = ["--work", str(work), "--dataset", str(work / "dataset")]
    assert train(["train", "pronunciation", *dataset, *SMALL, "--acoustic", "shipped"]) == 0
    (folder,) = set((tmp_path / "models" / "pronunciation").glob("*-*"))
    assert (folder / "acoustic.onnx").read_bytes() == (SHIPPED / "acoustic.onnx").read_bytes()
    assert f"that of the model {open_model(SHIPPED).facts.version}" in (folder / "card.md").read_text("utf-8")
    (made,) = set(work.glob("*/model")) - before
    shutil.rmtree(made.parent)  # the other tests know of one run


def test_the_model_scores_every_word_of_a_recordings_own_text(work: Path, slice_of_corpus: Path) -> None:
    (folder,) = work.glob("*/model")
    whisper = LoadedWhisper(ModelStore.for_user(os.environ).path("whisper-base"))
    lexicon = Lexicon(bundled_dictionary())
    scorer = TrainedPronunciationScorer(open_model(folder), WhisperListener(whisper), lexicon)
    row = json.loads((slice_of_corpus / "utterances.jsonl").read_text("utf-8").splitlines()[0])
    audio = decode_audio((slice_of_corpus / row["audio"]).read_bytes())
    heard = WhisperRecogniser(whisper).transcribe(audio)
    scored = scorer.score(audio, row["text"], heard.words)
    assert [word.text for word in scored.words] == row["text"].split()
    assert 0 <= scored.score <= 100
    assert scored.confidence is not None
    said = [word for word in scored.words if word.spoken]
    assert all(0 <= word.start_ms < word.end_ms <= 1000 * row["duration_s"] + 20 for word in said)
    assert all(word.phones for word in said)


def test_a_model_is_promoted_serves_and_is_rolled_back_while_the_server_runs(
    work: Path, data: Path, slice_of_corpus: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder,) = work.glob("*/model")
    version = open_model(folder).facts.version
    monkeypatch.setenv("COLLOQUY_DATA", str(data))
    row = json.loads((slice_of_corpus / "utterances.jsonl").read_text("utf-8").splitlines()[0])
    audio = decode_audio((slice_of_corpus / row["audio"]).read_bytes())
    serving = chain_of("pronunciation", read_settings(os.environ))

    def serves() -> str:
        _, use = serving.call("score", audio, row["text"])
        return use.version

    shipped = open_model(SHIPPED).facts.version
    assert serves() == shipped
    assert train(["promote", version]) == NOT_PASSED  # four learners are too few for an interval to rest on
    assert "stays out of service" in capsys.readouterr().out
    assert serves() == shipped
    assert train(["promote", version, "--force", "to try it"]) == 0
    assert serves() == version
    assert train(["list"]) == 0
    assert "in service" in capsys.readouterr().out
    assert train(["rollback", "--reason", "it has learnt next to nothing"]) == 0
    assert serves() == shipped
    with open_existing_log(data_folder(os.environ)) as log:
        events = [each.event for each in log.read(stream_of("pronunciation"))]
        (asked,) = (each.event for each in log.read("counterfactual-pronunciation"))
    assert [type(event) for event in events] == [ModelTrained, ModelPromoted, ModelRolledBack]
    assert isinstance(events[1], ModelPromoted)
    assert events[1].forced == "to try it"
    assert isinstance(asked, CounterfactualRun)
    assert (asked.candidate, asked.baseline, asked.version) == (f"colloquy@{version}", "colloquy@shipped", version)
