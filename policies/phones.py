"""What learners say instead of an English phone, and how to get from one to the other. Scores nothing.

Phones are ARPAbet without stress. After Swan & Smith, Learner English (2001), for the substitutions, and Celce-Murcia,
Brinton & Goodwin, Teaching Pronunciation (2010), for the articulation.
"""

IPA = {
    "AA": "ɑ", "AE": "æ", "AH": "ʌ", "AO": "ɔ", "AW": "aʊ", "AY": "aɪ", "B": "b", "CH": "tʃ", "D": "d", "DH": "ð",
    "EH": "ɛ", "ER": "ɝ", "EY": "eɪ", "F": "f", "G": "ɡ", "HH": "h", "IH": "ɪ", "IY": "i", "JH": "dʒ", "K": "k",
    "L": "l", "M": "m", "N": "n", "NG": "ŋ", "OW": "oʊ", "OY": "ɔɪ", "P": "p", "R": "ɹ", "S": "s", "SH": "ʃ",
    "T": "t", "TH": "θ", "UH": "ʊ", "UW": "u", "V": "v", "W": "w", "Y": "j", "Z": "z", "ZH": "ʒ",
}  # fmt: skip
"""How a dictionary for learners writes each phone."""

VOICED = {"B": "P", "D": "T", "G": "K", "V": "F", "DH": "TH", "Z": "S", "ZH": "SH", "JH": "CH"}
"""Voiced consonants and their voiceless twins."""

_TONGUE_OUT = "put the tip of your tongue between your teeth"
_SUBSTITUTIONS = {
    ("TH", "S"): (f"{_TONGUE_OUT} and blow softly", "think", "sink"),
    ("TH", "T"): (f"{_TONGUE_OUT} and let the air flow", "three", "tree"),
    ("TH", "F"): (f"{_TONGUE_OUT}; your lip stays away from your teeth", "three", "free"),
    ("DH", "D"): (f"{_TONGUE_OUT} and use your voice", "they", "day"),
    ("DH", "Z"): (f"{_TONGUE_OUT} and use your voice", "then", "zen"),
    ("DH", "L"): (f"{_TONGUE_OUT} and let the air flow over it", "they", "lay"),
    ("V", "W"): ("let your top teeth touch your lip, and use your voice", "vest", "west"),
    ("V", "B"): ("let your top teeth touch your lip; do not close your lips", "very", "berry"),
    ("V", "F"): ("let your top teeth touch your lip, and use your voice", "vine", "fine"),
    ("W", "V"): ("make your lips round; your teeth do not touch them", "west", "vest"),
    ("R", "L"): ("pull your tongue back; it touches nothing", "right", "light"),
    ("L", "R"): ("touch behind your top teeth with your tongue", "light", "right"),
    ("L", "N"): ("touch behind your top teeth; let the air out at the sides, not your nose", "light", "night"),
    ("N", "L"): ("touch behind your top teeth, and let the air out through your nose", "night", "light"),
    ("N", "NG"): ("bring the tip of your tongue up behind your top teeth", "thin", "thing"),
    ("NG", "N"): ("hum at the back; the tip of your tongue stays down", "thing", "thin"),
    ("M", "N"): ("close your lips", "some", "sun"),
    ("SH", "S"): ("make your lips round and pull your tongue back a little", "she", "sea"),
    ("S", "SH"): ("smile a little and bring your tongue forward", "sea", "she"),
    ("CH", "SH"): ("stop the air first, then let it go", "chair", "share"),
    ("JH", "Y"): ("stop the air first, then let it go with your voice", "jet", "yet"),
    ("P", "B"): ("do not use your voice; push out some air", "pin", "bin"),
    ("HH", "F"): ("open your mouth and just breathe out", "hat", "fat"),
    ("IY", "IH"): ("smile and make it long", "sheep", "ship"),
    ("IH", "IY"): ("make it short and relaxed", "ship", "sheep"),
    ("IH", "EH"): ("close your mouth a little more", "sit", "set"),
    ("EH", "AE"): ("close your mouth a little more", "men", "man"),
    ("AE", "EH"): ("open your mouth wider", "man", "men"),
    ("AE", "AH"): ("open your mouth wider and smile a little", "cat", "cut"),
    ("AH", "AA"): ("make it short, with your mouth nearly closed", "luck", "lock"),
    ("AH", "AE"): ("relax your mouth and make it short", "cut", "cat"),
    ("UH", "UW"): ("make it short and relaxed", "full", "fool"),
    ("UW", "UH"): ("make your lips very round and make it long", "fool", "full"),
    ("EY", "EH"): ("make it longer and end with a smile", "late", "let"),
    ("OW", "AO"): ("make it longer and close your lips at the end", "coat", "caught"),
    ("ER", "AH"): ("pull your tongue back while you say it", "bird", "bud"),
}  # fmt: skip


def substitution_tip(phone: str, heard: str) -> str:
    """What to do to say ``phone`` and not ``heard``, in words for an A2 learner; "" when there is no advice."""
    known = _SUBSTITUTIONS.get((phone, heard))
    if known:
        return known[0]
    if VOICED.get(phone) == heard:
        return "use your voice: feel your throat move"
    if VOICED.get(heard) == phone:
        return "do not use your voice: only air"
    return ""


def minimal_pair(phone: str, heard: str) -> tuple[str, str] | None:
    """Two words that only these phones tell apart, the one with ``phone`` first; None when we know none."""
    known = _SUBSTITUTIONS.get((phone, heard))
    return (known[1], known[2]) if known else None
