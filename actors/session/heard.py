"""Which words of the tutor's turn a learner heard up to a moment. Pure."""

from events.lesson import TutorSpoken


def text_heard(spoken: tuple[TutorSpoken, ...], heard_ms: int) -> str:
    """The words whose sound began before ``heard_ms`` (ms from the turn's start).

    Within a segment a word's place is taken as its share of the segment's letters over the span that is not silent.
    """
    words: list[str] = []
    for segment in spoken:
        if segment.start_ms >= heard_ms:
            break
        words.extend(_words_before(segment, heard_ms - segment.start_ms))
    return " ".join(words)


def _words_before(segment: TutorSpoken, at_ms: int) -> list[str]:
    sounding = [phoneme for phoneme in segment.phonemes if phoneme.ipa]
    first_ms = sounding[0].start_ms if sounding else 0
    last_ms = sounding[-1].end_ms if sounding else segment.duration_ms
    share = (at_ms - first_ms) / max(1, last_ms - first_ms)
    letters = share * sum(map(len, segment.text.split()))
    heard: list[str] = []
    passed = 0
    for word in segment.text.split():
        if passed >= letters:
            break
        heard.append(word)
        passed += len(word)
    return heard
