"""The tutor that a voice is asked for, with the error that an engine tells when there is no such tutor."""

from actors.ports import EngineInputError
from policies.tutors import Tutor, UnknownTutor, find_tutor


def persona(name: str) -> Tutor:
    """The tutor of that name. Raises `EngineInputError` when nobody is called so."""
    try:
        return find_tutor(name)
    except UnknownTutor as error:
        raise EngineInputError("tutor_unknown", str(error)) from error
