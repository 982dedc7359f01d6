"""The tutors' looks: colours, proportions and which painters they take. Paints nothing.

Design units: the origin is between the eyes, x to the viewer's right, y down; one unit is 1.2 pixels of the 720p frame.
"""

from msgspec import Struct

from actors.ports import EngineInputError

UNIT_PX = 1.2
ORIGIN_X_PX = 640.0
ORIGIN_Y_PX = 300.0
EYE_X = 52.0
MOUTH_Y = 94.0


class UnknownLook(EngineInputError):
    """A tutor that nobody has drawn."""


class Skin(Struct, frozen=True, kw_only=True):
    """Skin colours: lit, plain, shaded, deep shadow, blush."""

    light: str
    base: str
    shade: str
    deep: str
    blush: str


class LipColours(Struct, frozen=True, kw_only=True):
    """Colours of the upper lip, lower lip, its highlight, and the line between; heights at rest in design units."""

    upper: str
    lower: str
    highlight: str
    line: str
    upper_size: float = 8.0
    lower_size: float = 11.5


class EyeLook(Struct, frozen=True, kw_only=True):
    """Iris colours, lash strength (0..1), size factor and tilt (outer corner up, design units)."""

    iris: str
    iris_rim: str
    lash: str
    lashes: float = 0.5
    size: float = 1.0
    tilt: float = 1.5


class BrowLook(Struct, frozen=True, kw_only=True):
    """Colour, thickness and arch of the brows (design units)."""

    colour: str
    thickness: float = 8.0
    arch: float = 5.0
    y: float = -33.0


class FaceShape(Struct, frozen=True, kw_only=True):
    """Half widths of the face from temple to chin, and where the chin ends (design units)."""

    temple: float = 106.0
    cheek: float = 110.0
    jaw: float = 88.0
    chin: float = 42.0
    chin_y: float = 150.0
    neck: float = 52.0
    shoulders: float = 235.0
    nose_width: float = 15.0


class Look(Struct, frozen=True, kw_only=True):
    """Everything that makes a tutor look like this one and not like another.

    ``glasses`` is their colour, "" for none; ``lines`` (0..1) says how much age has written into the face.
    """

    name: str
    skin: Skin
    lips: LipColours
    eyes: EyeLook
    brows: BrowLook
    shape: FaceShape
    hair: str
    hair_colour: str
    hair_light: str
    hair_dark: str
    clothes: str
    cloth: str
    cloth_light: str
    cloth_dark: str
    accent: str
    backdrop: str
    glasses: str = ""
    beard: bool = False
    lines: float = 0.0


LOOKS: dict[str, Look] = {
    "maya": Look(
        name="maya",
        skin=Skin(light="#eebb93", base="#e0a47b", shade="#c98660", deep="#a9674a", blush="#d9735f"),
        lips=LipColours(upper="#b5535a", lower="#c9686b", highlight="#e39a97", line="#7a2f38", upper_size=9.0),
        eyes=EyeLook(iris="#7a4a26", iris_rim="#3f2413", lash="#2a1a18", lashes=0.9, size=1.05, tilt=2.5),
        brows=BrowLook(colour="#3a241e", thickness=7.0, arch=6.5),
        shape=FaceShape(),
        hair="long",
        hair_colour="#3d2722",
        hair_light="#6b4436",
        hair_dark="#261714",
        clothes="blazer",
        cloth="#1f7a78",
        cloth_light="#2f9a94",
        cloth_dark="#155655",
        accent="#f6ead9",
        backdrop="shelf",
    ),
    "joe": Look(
        name="joe",
        skin=Skin(light="#f8d5bb", base="#efc3a4", shade="#d9a184", deep="#bb8068", blush="#e08a78"),
        lips=LipColours(
            upper="#b97468", lower="#c98678", highlight="#e0aa9c", line="#7d453f", upper_size=6.0, lower_size=9.0
        ),
        eyes=EyeLook(iris="#6f7f4f", iris_rim="#3c4a2a", lash="#3a2a22", lashes=0.2, size=0.96, tilt=0.8),
        brows=BrowLook(colour="#523626", thickness=9.5, arch=3.8),
        shape=FaceShape(
            temple=110.0, cheek=113.0, jaw=98.0, chin=54.0, chin_y=152.0, neck=64.0, shoulders=262.0, nose_width=19.0
        ),
        hair="short",
        hair_colour="#6e4a33",
        hair_light="#94684a",
        hair_dark="#4b3122",
        clothes="cardigan",
        cloth="#2f4468",
        cloth_light="#42598a",
        cloth_dark="#20304d",
        accent="#dfe8f2",
        backdrop="study",
        beard=True,
    ),
    "iris": Look(
        name="iris",
        skin=Skin(light="#fde0d0", base="#f7cdb8", shade="#e5ab94", deep="#c98a76", blush="#ee8f86"),
        lips=LipColours(upper="#c65f66", lower="#d97a7d", highlight="#f0aeac", line="#8c3a43", upper_size=8.0),
        eyes=EyeLook(iris="#4f8fa8", iris_rim="#2b5468", lash="#3d302d", lashes=0.7, size=1.02, tilt=1.0),
        brows=BrowLook(colour="#8d8583", thickness=6.5, arch=6.0),
        shape=FaceShape(
            temple=104.0, cheek=108.0, jaw=82.0, chin=38.0, chin_y=147.0, neck=48.0, shoulders=220.0, nose_width=13.0
        ),
        hair="bob",
        hair_colour="#b4b7bf",
        hair_light="#e6e8ec",
        hair_dark="#858a97",
        clothes="sweater",
        cloth="#5d4a86",
        cloth_light="#7a66a8",
        cloth_dark="#43345f",
        accent="#fff4dc",
        backdrop="window",
        glasses="#8c2f45",
        lines=1.0,
    ),
    "leo": Look(
        name="leo",
        skin=Skin(light="#a06a48", base="#885537", shade="#6c4029", deep="#4d2b1b", blush="#9c4f3a"),
        lips=LipColours(
            upper="#7a4038", lower="#94544a", highlight="#b9786c", line="#3e1c1a", upper_size=10.0, lower_size=13.5
        ),
        eyes=EyeLook(iris="#4a2c1a", iris_rim="#26150d", lash="#1a100d", lashes=0.35, size=1.0, tilt=1.5),
        brows=BrowLook(colour="#20140f", thickness=9.5, arch=4.0),
        shape=FaceShape(
            temple=107.0, cheek=110.0, jaw=94.0, chin=48.0, chin_y=152.0, neck=60.0, shoulders=255.0, nose_width=20.0
        ),
        hair="curls",
        hair_colour="#231815",
        hair_light="#4a332a",
        hair_dark="#140d0b",
        clothes="hoodie",
        cloth="#e8623d",
        cloth_light="#f5855f",
        cloth_dark="#b9452a",
        accent="#fdf6ee",
        backdrop="studio",
    ),
}


def look_of(tutor: str) -> Look:
    """The look of a tutor by name, or `UnknownLook`."""
    try:
        return LOOKS[tutor]
    except KeyError:
        message = f"nobody has drawn the tutor {tutor!r}: choose one of {', '.join(LOOKS)}"
        raise UnknownLook("tutor_unknown", message) from None
