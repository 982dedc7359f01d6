"""Voice clips, endpointing, feedback: what each takes of a lesson."""

from events.lesson import SpeechAssessed, TutorHeard, TutorReplied, TutorSpoken
from events.values import EngineUse, Evidence, Note, Pause, Phoneme, Prosody, Scores
from replay.datasets.kinds.endpointing import ENDPOINTING
from replay.datasets.kinds.feedback import FEEDBACK
from replay.datasets.kinds.voice import VOICE
from tests.replay.datasets.kinds.rows import drops_in, rows_in
from tests.replay.datasets.lessons import RULES, Lessons

PIPER = EngineUse(kind="voice", name="Piper", version="1.4")


def spoken(lessons: Lessons, segment: int, *phonemes: Phoneme) -> TutorSpoken:
    return TutorSpoken(
        turn=1, segment=segment, sentence=segment, text="Hi.", voice="joe", audio=lessons.recording("ana", b"hi"),
        sample_rate_hz=22_050, start_ms=400 * segment, duration_ms=400, engine=PIPER, phonemes=phonemes,
    )  # fmt: skip


def test_a_voice_clip_has_its_text_and_its_phonemes(lessons: Lessons) -> None:
    phonemes = (Phoneme(ipa="h", start_ms=0, end_ms=80), Phoneme(ipa="aɪ", start_ms=80, end_ms=360))
    heard = TutorHeard(turn=1, heard_ms=500, text="Hi.", interrupted=True)
    lessons.hold("s1", "ana", spoken(lessons, 0, *phonemes), spoken(lessons, 1, *phonemes), spoken(lessons, 2), heard)

    first, second = rows_in(lessons, VOICE)

    assert (first.id, first.columns["text"], first.columns["voice"]) == ("voice/s1/1.0", "Hi.", "joe")
    assert first.columns["phonemes"][1] == {"ipa": "aɪ", "start_ms": 80, "end_ms": 360}
    assert first.audio is not None
    assert first.audio.sample_rate_hz == 22_050
    assert (first.quality["heard_ratio"], second.quality["heard_ratio"]) == (1.0, 0.25)
    assert drops_in(lessons, VOICE) == ["no_phonemes"]


def test_pauses_inside_the_speech_are_not_its_end(lessons: Lessons) -> None:
    prosody = Prosody(duration_ms=1_700, speaking_ms=900, pauses=(Pause(start_ms=500, end_ms=700, after_word=0),))
    assessed = SpeechAssessed(turn=1, scores=Scores(), prosody=prosody)
    lessons.hold("s1", "ana", *lessons.said("ana", 1, "i like tea"), assessed, *lessons.answered(1, "Fine."))

    (row,) = rows_in(lessons, ENDPOINTING)

    assert row.columns["over"] is True
    assert list(row.columns["pauses"]) == [
        {"start_ms": 500, "end_ms": 700, "over": False, "after_word": 0},
        {"start_ms": 1_100, "end_ms": 1_700, "over": True, "after_word": -1},
    ]


def test_who_breaks_in_at_once_had_not_finished(lessons: Lessons) -> None:
    broken_off = TutorHeard(turn=1, heard_ms=300, text="Fi", interrupted=True)
    lessons.hold("s1", "ana", *lessons.said("ana", 1, "i like"), broken_off)

    (row,) = rows_in(lessons, ENDPOINTING)

    assert row.columns["over"] is False
    assert row.columns["pauses"][-1]["over"] is False


def test_feedback_stands_beside_what_it_cites(lessons: Lessons) -> None:
    note = Note(kind="tense", start=2, end=6, said="goed", better="went", message="go, went, gone")
    assessed = SpeechAssessed(turn=1, scores=Scores(total=60.0, grammar=40.0), notes=(note,))
    cited = Evidence(kind="note", text="goed", start_ms=500, end_ms=800)
    replies = (
        TutorReplied(turn=1, sentence=0, text="I see.", engine=RULES, acts=("react",)),
        TutorReplied(turn=1, sentence=1, text="You went home.", engine=RULES, acts=("recast",), evidence=(cited,)),
        TutorReplied(turn=1, sentence=2, text="And then?", engine=RULES, acts=("ask",), last=True),
    )
    heard = TutorHeard(turn=1, heard_ms=900, text="I see. You went home.", interrupted=True)
    lessons.hold("s1", "ana", *lessons.said("ana", 1, "i goed home"), assessed, *replies, heard)

    (row,) = rows_in(lessons, FEEDBACK)

    assert row.columns["said"] == "i goed home"
    assert row.columns["scores"]["grammar"] == 40.0
    assert row.columns["notes"][0]["better"] == "went"
    assert [sentence["text"] for sentence in row.columns["feedback"]] == ["I see.", "You went home."]
    assert row.columns["feedback"][1]["evidence"][0]["start_ms"] == 500


def test_feedback_that_cites_nothing_is_none(lessons: Lessons) -> None:
    assessed = SpeechAssessed(turn=1, scores=Scores(total=60.0))
    lessons.hold("s1", "ana", *lessons.said("ana", 1, "i goed home"), assessed, *lessons.answered(1, "I see."))

    assert drops_in(lessons, FEEDBACK) == ["no_evidence"]
