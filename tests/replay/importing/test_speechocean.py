"""speechocean762 in the log, from either layout."""

import json
import shutil
from pathlib import Path

import pytest

from actors.hearing.decode import decode_flac
from events.learner import ConsentGiven, LearnerDescribed
from events.lesson import SessionEnded, SessionStarted, SpeechRated, SpeechUttered
from events.location import DataFolder
from events.opening import open_blobs
from events.recorder_log import RecorderEventLog
from events.values import PhoneRating, WordRating
from tests.replay.importing.conftest import Imports
from tests.replay.importing.corpora import json_corpus, kaldi_corpus, line, tone, word, write_lines

CORPUS = Path(__file__).parents[4] / "shared/data/speechocean762-train"


def test_a_line_of_json_becomes_an_utterance_with_what_the_experts_said(
    tmp_path: Path, log: RecorderEventLog, data: DataFolder, bring_in: Imports
) -> None:
    assert bring_in("speechocean762", json_corpus(tmp_path / "corpus")) == 0

    events = [recorded.event for recorded in log.read("speechocean762-0001-1")]
    started, uttered, rated = events[:3]
    assert [type(event) for event in events] == [
        SessionStarted, SpeechUttered, SpeechRated, SpeechUttered, SpeechRated, SessionEnded,
    ]  # fmt: skip
    assert isinstance(started, SessionStarted)
    assert (started.learner, started.mode, started.tutor) == ("speechocean762-0001", "corpus", "")
    assert isinstance(uttered, SpeechUttered)
    assert (uttered.turn, uttered.source, uttered.reference, uttered.text) == (1, "corpus", "A BEAR", "")
    assert uttered.duration_ms == pytest.approx(500, abs=20)  # Opus works in frames of 20 ms
    assert uttered.level_db == pytest.approx(-13.5, abs=0.5)  # a sine of amplitude 0.3: 20 log10(0.3 / sqrt 2)
    assert uttered.audio is not None
    samples = decode_flac(open_blobs(data).of("speechocean762-0001").get(uttered.audio.sha256))
    assert len(samples) * 1000 // 16_000 == uttered.duration_ms
    assert rated == SpeechRated(
        turn=1,
        rater="speechocean762 experts",
        method="median",
        accuracy=7.5,
        fluency=9.0,
        prosodic=8.0,
        completeness=0.75,
        total=7.75,
        words=(
            WordRating(
                text="A", accuracy=10.0, stress=10.0, total=10.0, phones=(PhoneRating(phone="AH0", accuracy=2.0),)
            ),
            WordRating(
                text="BEAR",
                accuracy=5.0,
                stress=10.0,
                total=5.0,
                phones=(
                    PhoneRating(phone="B", accuracy=2.0),
                    PhoneRating(phone="EH0", accuracy=0.5),
                    PhoneRating(phone="R", accuracy=1.5),
                ),
            ),
        ),
        accuracy_each=(7.0, 8.0),
        fluency_each=(9.0, 9.0),
        prosodic_each=(7.0, 9.0),
        completeness_each=(0.5, 1.0),
        total_each=(7.6, 7.9),
    )


def test_the_corpus_as_published_gives_the_same_with_what_each_expert_wrote(
    tmp_path: Path, log: RecorderEventLog, bring_in: Imports
) -> None:
    assert bring_in("speechocean762", kaldi_corpus(tmp_path / "corpus")) == 0

    _, uttered, rated, *_ = [recorded.event for recorded in log.read("speechocean762-0002-1")]
    assert isinstance(uttered, SpeechUttered)
    assert (uttered.reference, uttered.duration_ms) == ("A BEAR", 500)
    assert isinstance(rated, SpeechRated)
    assert (rated.accuracy, rated.completeness, rated.completeness_each) == (8.0, 0.75, (0.5, 1.0))
    assert rated.words[1] == WordRating(
        text="BEAR",
        accuracy=5.0,
        stress=10.0,
        total=5.0,
        phones=(
            PhoneRating(phone="B", accuracy=2.0),
            PhoneRating(phone="EH0", accuracy=0.4, heard="AA"),
            PhoneRating(phone="R", accuracy=2.0),
        ),
        accuracy_each=(3.0, 7.0),
        stress_each=(10.0, 10.0),
        total_each=(4.4, 7.6),
        phones_each=("B (EH0) R", "B {EH0} [L] R"),
    )


def test_each_speaker_is_a_pseudonym_who_is_described_and_agrees_by_the_licence(
    tmp_path: Path, log: RecorderEventLog, bring_in: Imports
) -> None:
    assert bring_in("speechocean762", kaldi_corpus(tmp_path / "corpus", each=1)) == 0

    for speaker, age_group, gender, part in (
        ("0001", "child", "female", "train"),
        ("0002", "teenager", "male", "test"),
        ("0003", "adult", "female", "train"),
    ):
        assert [recorded.event for recorded in log.read(f"learner-speechocean762-{speaker}")] == [
            LearnerDescribed(
                age_group=age_group,
                gender=gender,
                first_language="zh",
                corpus="speechocean762",
                part=part,
                licence="Apache-2.0",
            ),
            ConsentGiven(purpose="training", text_version="Apache-2.0"),
        ]


def test_a_second_run_adds_nothing_and_says_so(
    tmp_path: Path, log: RecorderEventLog, bring_in: Imports, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = json_corpus(tmp_path / "corpus")
    assert bring_in("speechocean762", folder) == 0
    head = log.head()
    assert head == 3 * (2 + 2 * 2 + 2)  # a learner: start and end, two events an utterance, described and consent
    capsys.readouterr()

    assert bring_in("speechocean762", folder) == 0
    assert log.head() == head
    assert "6 utterances in the log already; nothing was added" in capsys.readouterr().out


def test_what_is_bad_is_named_and_counted_and_the_rest_goes_on(
    tmp_path: Path, log: RecorderEventLog, bring_in: Imports, capsys: pytest.CaptureFixture[str]
) -> None:
    unscored = line("0002", 2)
    del unscored["fluency"]
    beyond = line("0002", 3) | {"accuracy": 11.0}
    uneven = line("0003", 2) | {"words": [word("BEAR", 5.0, ["B", "EH0", "R"], [2.0, 1.0])]}
    good = [line("0001", n) for n in (1, 2, 3)] + [line("0002", 1), line("0003", 1)]
    folder = write_lines(tmp_path / "corpus", [*good, line("0001", 1), "{not json", unscored, beyond, uneven])
    (folder / good[0]["audio"]).unlink()
    (folder / good[1]["audio"]).write_bytes(b"no audio")
    whole = (folder / good[2]["audio"]).read_bytes()
    (folder / good[2]["audio"]).write_bytes(whole[: len(whole) // 2])

    assert bring_in("speechocean762", folder) == 1

    out = capsys.readouterr().out
    assert "imported 2 utterances (0.00 h) of 2 learners in 2 sessions" in out
    assert "10 utterances found: 2 imported, 0 in the log already, 8 left out" in out
    assert "upload" not in out
    for told in (
        "missing audio: 1",
        "    audio/00010001.opus",
        "corrupt audio: 1",
        "    audio/00010002.opus: ",
        "audio cut off: 1",
        "    audio/00010003.opus: ",
        "duplicate id: 1",
        "    utterances.jsonl line 6: 00010001",
        "malformed line: 1",
        "    utterances.jsonl line 7: ",
        "missing scores or fields: 1",
        "    utterances.jsonl line 8: Object missing required field `fluency`",
        "scores or fields out of their range: 2",
        "    utterances.jsonl line 9: Expected `float` <= 10.0 - at `$.accuracy`",
        "    utterances.jsonl line 10: word 'BEAR' has 3 phones and 2 figures for them",
    ):
        assert told in out
    assert log.read("speechocean762-0001-1") == ()


def test_what_is_bad_in_kaldis_files_is_named_too(
    tmp_path: Path, log: RecorderEventLog, bring_in: Imports, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = kaldi_corpus(tmp_path / "corpus", each=3)
    train = folder / "train"
    audio = (train / "wav.scp").read_text().splitlines()  # 00010001 … 00010003, 00030001 … 00030003
    audio[1] = "00010002\tsph2pipe -f wav 00010002.sph |"
    (train / "wav.scp").write_text("\n".join([*audio[:5], audio[0], "00030003"]))
    (train / "text").write_text((train / "text").read_text().replace("00010003\t", "00010004\t"))
    (train / "utt2spk").write_text((train / "utt2spk").read_text().replace("00030001\t0003\n", ""))
    (train / "spk2age").unlink()
    scores = json.loads((folder / "resource/scores.json").read_text())
    del scores["00020001"]
    scores["00020002"]["words"].pop()
    (folder / "resource/scores.json").write_text(json.dumps(scores))

    assert bring_in("speechocean762", folder) == 1

    out = capsys.readouterr().out
    assert "imported 3 utterances" in out  # 00010001, 00030002, 00020003
    for told in (
        "train/wav.scp: 00010002: wav.scp gives a command",
        "train/wav.scp line 6",
        "train/wav.scp line 7",
        "train/wav.scp: 00010003: train/text does not name it",
        "train/text: 00010004: wav.scp does not name it",
        "train/wav.scp: 00030001: train/utt2spk does not name it",
        "train/text: 00030003: wav.scp does not name it",
        "train/spk2age: whatever it would tell",
        "test/wav.scp: 00020001: scores.json does not name it",
        "scores of 00020002: 1 words in scores.json and 2 in scores-detail.json",
    ):
        assert told in out
    described = log.read("learner-speechocean762-0001")[0].event
    assert isinstance(described, LearnerDescribed)
    assert (described.age_group, described.gender) == ("", "female")


def test_scores_that_are_no_json_stop_the_import(
    tmp_path: Path, bring_in: Imports, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = kaldi_corpus(tmp_path / "corpus", each=1)
    (folder / "resource/scores.json").write_text('{"00010001": {')
    assert bring_in("speechocean762", folder) == 1
    assert "scores.json cannot be read" in capsys.readouterr().out


def test_the_first_releases_of_the_corpus_are_read_too(
    tmp_path: Path, log: RecorderEventLog, bring_in: Imports
) -> None:
    """Scores beside train, phones as one string or in text-phone alone, completeness 0..1, no scores of each expert."""
    folder = kaldi_corpus(tmp_path / "corpus", each=1)
    scores = json.loads((folder / "resource/scores.json").read_text())
    for scored in scores.values():
        scored["completeness"] = 0.75
        scored["words"][0] |= {"phones": "AH0"}
        del scored["words"][1]["phones"], scored["words"][1]["phones-accuracy"]
    shutil.rmtree(folder / "resource")
    (folder / "scores.json").write_text(json.dumps(scores))
    (folder / "text-phone").write_text("00010001.0\tAH0_S\n00010001.1\tB_B EH0_I R_E\n")

    assert bring_in("speechocean762", folder) == 0

    rated = log.read("speechocean762-0001-1")[2].event
    assert isinstance(rated, SpeechRated)
    assert (rated.completeness, rated.total_each) == (0.75, ())
    assert [word.phones for word in rated.words] == [
        (PhoneRating(phone="AH0", accuracy=2.0),),
        (PhoneRating(phone="B"), PhoneRating(phone="EH0", heard="AA"), PhoneRating(phone="R")),
    ]


def test_what_was_mended_comes_in_by_the_next_run(
    tmp_path: Path, log: RecorderEventLog, bring_in: Imports, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = json_corpus(tmp_path / "corpus")
    lost = folder / "audio/00010002.opus"
    lost.unlink()
    assert bring_in("speechocean762", folder) == 1
    tone(lost, hz=700)

    assert bring_in("speechocean762", folder) == 0
    assert "imported 1 utterance " in capsys.readouterr().out
    first, second = (log.read(f"speechocean762-0001-{number}") for number in (1, 2))
    assert [len(first), len(second)] == [4, 4]
    assert [recorded.causation.split("/")[1] for recorded in (first[1], second[1])] == ["00010001", "00010002"]


def test_an_utterance_that_has_changed_is_left_as_the_log_has_it(
    tmp_path: Path, log: RecorderEventLog, bring_in: Imports, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = json_corpus(tmp_path / "corpus")
    assert bring_in("speechocean762", folder) == 0
    head = log.head()
    tone(folder / "audio/00010002.opus", hz=800)

    assert bring_in("speechocean762", folder) == 1
    assert log.head() == head
    assert "changed since it was imported: 1" in capsys.readouterr().out
    assert bring_in("speechocean762", folder, "--name", "again") == 0
    assert len(log.read("again-0001-1")) == 6


def test_a_folder_that_is_no_corpus_is_told_what_was_expected(
    tmp_path: Path, bring_in: Imports, capsys: pytest.CaptureFixture[str]
) -> None:
    assert bring_in("speechocean762", tmp_path) == 1
    told = capsys.readouterr().out
    assert "utterances.jsonl and the recordings that it names" in told
    assert "train/wav.scp" in told
    assert bring_in("speechocean762", tmp_path / "nowhere") == 2
    assert "is no folder" in capsys.readouterr().out


@pytest.mark.skipif(not CORPUS.exists(), reason=f"the corpus is not here: {CORPUS}")
def test_speakers_of_the_real_corpus(tmp_path: Path, log: RecorderEventLog, bring_in: Imports) -> None:
    lines = [json.loads(data) for data in (CORPUS / "utterances.jsonl").read_text().splitlines()[:40]]
    folder = tmp_path / "speechocean762-train"
    folder.mkdir()
    (folder / "audio").symlink_to(CORPUS / "audio")
    (folder / "utterances.jsonl").write_text("\n".join(map(json.dumps, lines)))

    assert bring_in("speechocean762", folder) == 0

    uttered, rated = log.read("speechocean762-0001-1")[1:3]
    assert isinstance(uttered.event, SpeechUttered)
    assert isinstance(rated.event, SpeechRated)
    assert uttered.event.reference == " ".join(word.text for word in rated.event.words) == lines[0]["text"]
    assert uttered.event.duration_ms == pytest.approx(1000 * lines[0]["duration_s"], abs=50)
    assert rated.event.total == lines[0]["total"]
    assert rated.event.words[0].phones[0].accuracy == lines[0]["words"][0]["phones_accuracy"][0]
