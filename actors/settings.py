"""What can be set, read once from the environment. Every knob has a default that works on a laptop."""

from collections.abc import Mapping

from msgspec import Struct
from msgspec.structs import replace

from actors.engines import KINDS
from events.location import DataFolder, data_folder
from policies.placement import IN_HOST
from policies.retention import LIMIT_DAYS

PREFIX = "COLLOQUY_"


class SettingsError(Exception):
    """A setting cannot be used."""


class Settings(Struct, frozen=True, kw_only=True):
    """All settings of a server.

    ``ray_address`` "" starts Ray on this machine. ``hosts`` session hosts share the sessions; with
    ``sessions_per_host`` 1 each learner's session is a Ray actor of its own. ``idle_s`` seconds without use passivate a
    session. A provider or LanguageTool is used only if its URL is given. ``prefer`` names engines to try first,
    ``in_host`` the kinds that run inside the session hosts. ``kafka`` are brokers to relay the log to.
    ``audio_days`` says how long recordings of voices are kept.
    """

    data: DataFolder
    ray_address: str = ""
    hosts: int = 1
    sessions_per_host: int = 0
    idle_s: float = 300.0
    tutor_url: str = ""
    tutor_key: str = ""
    tutor_model: str = "default"
    languagetool_url: str = ""
    prefer: tuple[str, ...] = ()
    in_host: tuple[str, ...] = IN_HOST
    kafka: str = ""
    kafka_topic: str = "colloquy.events"
    kafka_partitions: int = 12
    models_cache: str = ""
    models_from: str = ""
    audio_days: int = LIMIT_DAYS


def read_settings(environ: Mapping[str, str]) -> Settings:
    """Settings from ``COLLOQUY_…`` variables. Raises `SettingsError` on one that cannot be used."""
    data = data_folder(environ)
    return Settings(
        data=replace(data, root=data.root.absolute()),
        ray_address=environ.get(PREFIX + "RAY_ADDRESS", ""),
        hosts=_number(environ, "HOSTS", 1),
        sessions_per_host=_number(environ, "SESSIONS_PER_HOST", 0),
        idle_s=float(_number(environ, "IDLE_S", 300)),
        tutor_url=environ.get(PREFIX + "TUTOR_URL", ""),
        tutor_key=environ.get(PREFIX + "TUTOR_KEY", ""),
        tutor_model=environ.get(PREFIX + "TUTOR_MODEL", "default"),
        languagetool_url=environ.get(PREFIX + "LANGUAGETOOL_URL", ""),
        prefer=tuple(environ.get(PREFIX + "PREFER", "").split()),
        in_host=_kinds(environ, "IN_HOST", IN_HOST),
        kafka=environ.get(PREFIX + "KAFKA", ""),
        kafka_topic=environ.get(PREFIX + "KAFKA_TOPIC", "") or "colloquy.events",
        kafka_partitions=_number(environ, "KAFKA_PARTITIONS", 12),
        models_cache=environ.get(PREFIX + "MODELS", ""),
        models_from=environ.get(PREFIX + "MODELS_FROM", ""),
        audio_days=_number(environ, "AUDIO_DAYS", LIMIT_DAYS),
    )


def _kinds(environ: Mapping[str, str], name: str, default: tuple[str, ...]) -> tuple[str, ...]:
    kinds = tuple(environ.get(PREFIX + name, " ".join(default)).split())
    for kind in kinds:
        if kind not in KINDS:
            raise SettingsError(f"{PREFIX}{name} names {kind!r}; the kinds of engine are {', '.join(KINDS)}.")
    return kinds


def _number(environ: Mapping[str, str], name: str, default: int) -> int:
    text = environ.get(PREFIX + name, str(default))
    if not text.isdigit():
        raise SettingsError(f"{PREFIX}{name} is {text!r}; it must be a whole number.")
    return int(text)
