"""Values that events carry: words, phones, prosody, notes, evidence, blobs.

All are frozen, hold tuples instead of lists, and name their units. None of them is an event by itself.
They cannot form cycles, so Python's collector need not look at them (``gc=False``): reading a log takes half the time.
Times named ``*_ms`` count from the start of the recording (or of the tutor's turn) they belong to.

Values that an event holds by the hundred are stored by place, ``[380, 187.7]`` (``array_like=True``): with the names of
their fields in each of them they were nine tenths of a log. Their fields keep their order for ever, and new ones come
last, with a default. `events.named` gives them their names back, for those who are not to know the order.
"""

from msgspec import UNSET, Struct, UnsetType


class Blob(Struct, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """Bytes kept outside the log, named by the SHA-256 of what the store keeps.

    ``size_bytes`` is the size of the content, ``stored_bytes`` that of what is kept where it is another (sealed), else
    0.
    """

    sha256: str
    media_type: str
    size_bytes: int
    stored_bytes: int = 0


class EngineUse(Struct, frozen=True, kw_only=True, gc=False):
    """Which engine answered, how long it took, and whether it was the one wanted.

    ``name`` is what its chain calls it. ``latency_ms`` is that of the whole answer; where an answer comes piece by
    piece, that of this piece: since the one before had been taken, or since the call.
    ``degraded`` is true when a better engine of the chain was skipped or failed; ``reason`` then says why.
    """

    kind: str
    name: str
    version: str
    digest: str = ""
    latency_ms: float = 0.0
    degraded: bool = False
    reason: str = ""


class ComparedReply(Struct, frozen=True, kw_only=True, gc=False):
    """A whole reply of a tutor that is set beside another one, and the engine that gave it."""

    text: str
    engine: EngineUse


class PolicyUse(Struct, frozen=True, kw_only=True, gc=False):
    """Which version of a decision a host makes; see `policies.versions`."""

    policy: str
    version: int


class Word(Struct, frozen=True, kw_only=True, gc=False):
    """One recognised word; ``confidence`` is a probability in 0..1."""

    text: str
    start_ms: int
    end_ms: int
    confidence: float


class PhoneScore(Struct, frozen=True, kw_only=True, gc=False, array_like=True):
    """One expected phone (ARPAbet without stress), where it was said, and how well (0..100).

    ``heard`` is the phone that the audio is most like, when that is another one.
    """

    phone: str
    start_ms: int
    end_ms: int
    score: float
    heard: str = ""


class WordScore(Struct, frozen=True, kw_only=True, gc=False):
    """One word of the reference text with its phones; ``spoken`` is false for a word left out (score 0).

    ``accuracy`` and ``stress`` (0..100) say what the score is made of; an engine that does not tell them apart leaves
    them out.
    """

    text: str
    start_ms: int
    end_ms: int
    score: float
    phones: tuple[PhoneScore, ...] = ()
    spoken: bool = True
    accuracy: float | UnsetType = UNSET
    stress: float | UnsetType = UNSET


INSERTION, REPETITION = "insertion", "repetition"
PUT_IN = (INSERTION, REPETITION)
"""Kinds of miscues that are something more than the text."""


class Miscue(Struct, frozen=True, kw_only=True, gc=False):
    """Where a reader leaves the text. ``kind``: omission, substitution, insertion or repetition.

    ``word`` is the index of the reference word that it concerns; of an insertion or repetition, of the word before it
    (-1 at the start). ``heard`` is what was said instead or besides, "" for an omission, and for an insertion that was
    not understood.
    """

    kind: str
    word: int
    heard: str = ""
    start_ms: int = 0
    end_ms: int = 0


class Pronunciation(Struct, frozen=True, kw_only=True, gc=False):
    """Scores of a recording against the text it should say; all scores are 0..100.

    ``completeness`` is the share of reference words that were said, times 100. ``accuracy``, ``fluency`` and
    ``prosodic`` are those of the whole as experts rate them, ``confidence`` (0..1) says how sure it is that the text
    was read at all, ``margin`` how far experts' ratings lie from ``score``, at most, in four of five cases. An engine
    that does not judge them leaves them out: what earlier ones gave still reads the same.
    """

    reference: str
    score: float
    completeness: float
    words: tuple[WordScore, ...] = ()
    accuracy: float | UnsetType = UNSET
    fluency: float | UnsetType = UNSET
    prosodic: float | UnsetType = UNSET
    miscues: tuple[Miscue, ...] | UnsetType = UNSET
    confidence: float | UnsetType = UNSET
    margin: float | UnsetType = UNSET


class PitchPoint(Struct, frozen=True, kw_only=True, gc=False, array_like=True):
    """One voiced frame of the F0 contour."""

    time_ms: int
    f0_hz: float


class Melody(Struct, frozen=True, kw_only=True, gc=False):
    """The F0 contour of a stretch of the tutor's voice, and what measured it."""

    contour: tuple[PitchPoint, ...]
    engine: EngineUse


class Pause(Struct, frozen=True, kw_only=True, gc=False):
    """A silent stretch inside the speech; ``after_word`` is the index of the word before it, -1 if none."""

    start_ms: int
    end_ms: int
    after_word: int = -1


class Break(Struct, frozen=True, kw_only=True, gc=False):
    """A break that is not as the text wants it, after a word of the text (counted from 0), or inside it.

    ``kind``: unexpected (a pause inside a clause), inside_word, missing (a mark without a pause). ``silence_ms`` is how
    long it is silent there: of a missing one, too short.
    """

    kind: str
    after_word: int
    start_ms: int
    end_ms: int
    silence_ms: int


class Ending(Struct, frozen=True, kw_only=True, gc=False):
    """The last movement of the voice, from where it turned to where it ends: by how many semitones, and what it is.

    ``movement``: rise, fall or level.
    """

    start_ms: int
    end_ms: int
    semitones: float
    movement: str


class Prosody(Struct, frozen=True, kw_only=True, gc=False):
    """How it was said. Figures that cannot be measured (no voiced frame, say) are None.

    ``jitter_local`` and ``shimmer_local`` are ratios (0.01 is one per cent), ``hnr_db`` the mean harmonics-to-noise
    ratio, ``syllable_rate_hz`` syllables a second of speaking time (articulation rate), ``words_per_minute`` over the
    time from the first sound to the last, pauses included (speech rate), ``hesitations`` filled pauses and restarts.
    ``range_semitones`` (5th to 95th percentile of F0) and ``ending`` are left out where they cannot be told; of a text
    that was given there are ``breaks`` and ``expected_ending`` (rise, fall, "" where both are usual), else they are
    left out. ``tutor_contour`` is how the tutor said the same text before: its own F0, in the times of this recording,
    phone by phone; left out where the tutor did not.
    """

    duration_ms: int
    speaking_ms: int
    f0_mean_hz: float | None = None
    f0_std_hz: float | None = None
    f0_min_hz: float | None = None
    f0_max_hz: float | None = None
    contour: tuple[PitchPoint, ...] = ()
    intensity_mean_db: float | None = None
    intensity_std_db: float | None = None
    jitter_local: float | None = None
    shimmer_local: float | None = None
    hnr_db: float | None = None
    syllable_rate_hz: float | None = None
    words_per_minute: float | None = None
    pauses: tuple[Pause, ...] = ()
    hesitations: int = 0
    range_semitones: float | UnsetType = UNSET
    ending: Ending | UnsetType = UNSET
    breaks: tuple[Break, ...] | UnsetType = UNSET
    expected_ending: str | UnsetType = UNSET
    tutor_contour: tuple[PitchPoint, ...] | UnsetType = UNSET


class Note(Struct, frozen=True, kw_only=True, gc=False):
    """A slip of language in a transcript: characters ``start``..``end``, what was said and what a teacher would say.

    ``kind`` is one of agreement, article, tense, preposition, plural, word_order, word_choice, spelling, other.
    """

    kind: str
    start: int
    end: int
    said: str
    better: str
    message: str
    rule: str = ""


class Scores(Struct, frozen=True, kw_only=True, gc=False):
    """The utterance in five figures, each 0..100, None where it could not be judged."""

    total: float | None = None
    pronunciation: float | None = None
    fluency: float | None = None
    prosody: float | None = None
    completeness: float | None = None
    grammar: float | None = None


class PhoneRating(Struct, frozen=True, kw_only=True, gc=False):
    """How a person heard one expected phone (ARPAbet, with stress digits where the source has them).

    ``accuracy`` is 0 (wrong or missing) .. 2 (right), 1 for a heavy accent; of several raters their mean, None where
    their phones cannot be matched. ``heard`` is the phone that was said instead, where somebody wrote it down.
    """

    phone: str
    accuracy: float | None = None
    heard: str = ""


class WordRating(Struct, frozen=True, kw_only=True, gc=False):
    """How people heard one word of the reference text; all figures 0..10, None where nobody gave one.

    ``*_each`` hold every rater's own, in the order of `events.lesson.SpeechRated`; ``phones_each`` their phones as they
    wrote them: ``{AO0}`` has an accent (1), ``(EH0)`` is wrong or missing (0), ``[L]`` was inserted.
    """

    text: str
    accuracy: float | None = None
    stress: float | None = None
    total: float | None = None
    phones: tuple[PhoneRating, ...] = ()
    accuracy_each: tuple[float, ...] = ()
    stress_each: tuple[float, ...] = ()
    total_each: tuple[float, ...] = ()
    phones_each: tuple[str, ...] = ()


class Evidence(Struct, frozen=True, kw_only=True, gc=False):
    """What a piece of feedback rests on: which phone, word, note or pause, where, and its figure.

    ``kind`` is one of phone, word, note, pause, pitch, rate, content, history.
    """

    kind: str
    text: str
    start_ms: int = 0
    end_ms: int = 0
    value: float | None = None


class Phoneme(Struct, frozen=True, kw_only=True, gc=False, array_like=True):
    """One phoneme of the tutor's voice (IPA, as eSpeak NG writes it; empty for silence)."""

    ipa: str
    start_ms: int
    end_ms: int


class Viseme(Struct, frozen=True, kw_only=True, gc=False, array_like=True):
    """A mouth shape (one of the 15 of the OVR set, by name) and how strongly it is made (0..1)."""

    viseme: str
    start_ms: int
    end_ms: int
    weight: float = 1.0
