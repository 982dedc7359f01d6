"""The phones that our model tells apart: silence and the 39 of the CMU dictionary (ARPAbet without stress)."""

SILENCE = "SIL"

PHONES = (
    SILENCE,
    *"AA AE AH AO AW AY B CH D DH EH ER EY F G HH IH IY JH K L M N NG OW OY P R S SH T TH UH UW V W Y Z ZH".split(),
)
"""In the order of the model's outputs."""

NUMBER = {phone: number for number, phone in enumerate(PHONES)}


ALLOPHONES = {"AX": "AH", "AXR": "ER", "DX": "T", "NX": "N"}
"""ARPAbet that CMU's dictionary writes otherwise."""


def is_arpabet(phone: str) -> bool:
    """Whether this is a phone, with or without a stress digit."""
    bare = _bare(phone)
    return bare != SILENCE and (bare in NUMBER or bare in ALLOPHONES)


def plain(phone: str) -> str:
    """A phone without its stress digit, as CMU writes it; what nobody knows as schwa."""
    bare = _bare(phone)
    return bare if bare in NUMBER else ALLOPHONES.get(bare, "AH")


def _bare(phone: str) -> str:
    return phone.rstrip("0123456789").upper()
