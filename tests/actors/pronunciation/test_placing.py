"""Phones laid into posteriors that are certain of one phone a frame."""

import numpy as np
from numpy.typing import NDArray

from actors.pronunciation.phones import NUMBER, PHONES, is_arpabet, plain
from actors.pronunciation.placing import place


def posteriors(frames: str) -> NDArray[np.float32]:
    """Log posteriors that give .9 to one phone in each frame."""
    names = frames.split()
    found = np.full((len(names), len(PHONES)), 0.1 / (len(PHONES) - 1))
    for row, name in enumerate(names):
        found[row, NUMBER[name]] = 0.9
    return np.log(found).astype(np.float32)


CAT = (("K", "AE", "T"),)


def test_each_phone_gets_the_frames_that_sound_like_it() -> None:
    found = place(posteriors("SIL SIL K AE AE T SIL"), [CAT])
    assert found is not None
    assert [PHONES[phone] for phone in found.phones] == ["K", "AE", "T"]
    assert found.spans.tolist() == [[2, 3], [3, 5], [5, 6]]


def test_silence_between_two_words_belongs_to_neither() -> None:
    found = place(posteriors("AE T SIL SIL SIL K AE T"), [(("AE", "T"),), CAT])
    assert found is not None
    assert found.words.tolist() == [0, 0, 1, 1, 1]
    assert found.pauses.tolist() == [0, 3, 0, 0]


def test_of_several_pronunciations_the_one_that_was_said_is_taken() -> None:
    found = place(posteriors("DH DH IY IY"), [(("DH", "AH"), ("DH", "IY"))])
    assert found is not None
    assert [PHONES[phone] for phone in found.phones] == ["DH", "IY"]


def test_a_phone_that_was_not_said_still_has_a_frame() -> None:
    found = place(posteriors("K K K T T T"), [CAT])
    assert found is not None
    assert (found.spans[:, 1] > found.spans[:, 0]).all()


def test_fewer_frames_than_phones_give_no_place() -> None:
    assert place(posteriors("K AE"), [CAT]) is None


def test_phones_are_known_with_and_without_stress_and_by_other_names() -> None:
    assert [plain(phone) for phone in ("AH0", "ah", "AX", "AXR", "DX")] == ["AH", "AH", "AH", "ER", "T"]
    assert all(is_arpabet(phone) for phone in ("AH0", "ZH", "AX", "er1"))
    assert not any(is_arpabet(phone) for phone in ("SIL", "", "Q", "<unk>", "1"))
