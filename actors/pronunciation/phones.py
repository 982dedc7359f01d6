"""The phones that our model tells apart: silence and the 39 of the CMU dictionary (ARPAbet without stress)."""

SILENCE = "SIL"

PHONES = (
    SILENCE,
    *"AA AE AH AO AW AY B CH D DH EH ER EY F G HH IH IY JH K L M N NG OW OY P R S SH T TH UH UW V W Y Z ZH".split(),
)
"""In the order of the model's outputs."""

NUMBER = {phone: number for number, phone in enumerate(PHONES)}

VOWELS = frozenset("AA AE AH AO AW AY EH ER EY IH IY OW OY UH UW".split())


def plain(phone: str) -> str:
    """A phone without its stress digit; schwa ("AX", "AXR") as CMU writes it, what nobody knows as schwa too."""
    bare = phone.rstrip("0123456789").upper()
    return bare if bare in NUMBER else {"AXR": "ER", "DX": "T", "NX": "N"}.get(bare, "AH")
