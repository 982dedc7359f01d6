"""Clauses from the tutor's side: subject, verb group and the phrases after it, and how to say them. Reads no words."""

from msgspec import Struct

from policies.tutor import verbs
from policies.tutor.phrases import NounPhrase, Slip
from policies.tutor.verbs import Person, VerbGroup


class Part(Struct, frozen=True, kw_only=True):
    """One phrase after the verb. ``role``: object, complement, place, time, with, manner, infinitive, ing, clause,
    particle, other. ``inner`` is the clause inside an infinitive or -ing phrase (its subject is the outer one)."""

    role: str
    text: str
    again: str = ""
    noun: NounPhrase | None = None
    preposition: str = ""
    inner: "Clause | None" = None
    slip: Slip | None = None


class Clause(Struct, frozen=True, kw_only=True):
    """A clause from the tutor's side: "I like my dog" has the subject "you" and the object "your dog".

    ``mood``: statement, yesno, wh, command, suggestion ("let's"). ``tail`` is what follows a conjunction, as said.
    """

    subject: NounPhrase
    group: VerbGroup
    parts: tuple[Part, ...] = ()
    mood: str = "statement"
    wh: str = ""
    lead: str = ""
    joint: str = ""
    tail: tuple[str, ...] = ()
    slips: tuple[Slip, ...] = ()

    def part(self, *roles: str) -> Part | None:
        """The first phrase in one of these roles."""
        return next((part for part in self.parts if part.role in roles), None)


def sentence_of(clause: Clause, *, parts: int | None = None, again: bool = False) -> str:
    """The clause as a statement from the tutor's side, without capital and stop; ``parts`` cuts it after so many."""
    kept = clause.parts if parts is None else clause.parts[:parts]
    words = [clause.subject.again if again else clause.subject.text, verbs.statement(clause.group, person_of(clause))]
    words += [(part.again or part.text) if again else part.text for part in kept]
    return " ".join(word for word in words if word)


def person_of(clause: Clause) -> Person:
    """Person and number of the subject from the tutor's side; "there" takes them from what there is."""
    return clause.subject.person
