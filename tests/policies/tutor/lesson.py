"""A lesson in memory: it gives the tutor what a session would, and keeps what was said."""

from msgspec.structs import replace

from events.values import Note, PhoneScore, Pronunciation, Prosody, Scores, WordScore
from policies.feedback.grounding import sentence_fault
from policies.learner import LearnerHistory
from policies.tutor.context import Sentence, TurnSummary, TutorContext
from policies.tutor.reply import reply


class Lesson:
    """The tutor greets at once; `say` gives the text of each reply, ``sentences`` the last one in full.

    Whatever the tutor says must rest on what happened.
    """

    def __init__(
        self,
        *,
        level: str = "A1",
        mode: str = "conversation",
        topic: str = "",
        seed: int = 7,
        exercise: str = "",
        goal: str = "",
        history: LearnerHistory | None = None,
    ) -> None:
        self.context = TutorContext(
            session="s",
            turn=0,
            tutor="maya",
            goal=goal,
            level=level,
            mode=mode,
            seed=seed,
            topic=topic,
            exercise=exercise,
            history=history or LearnerHistory(),
        )
        self.turns: tuple[TurnSummary, ...] = ()
        self.used: tuple[str, ...] = ()
        self.exercise, self.attempts = exercise, 0
        self.greeting = self._answer(self.context, "", None)

    def say(
        self,
        said: str,
        *,
        confidence: float = 0.9,
        pronunciation: Pronunciation | None = None,
        prosody: Prosody | None = None,
        notes: tuple[Note, ...] = (),
        typed: bool = False,
        fluency: float | None = None,
    ) -> str:
        """One utterance of the learner; the tutor's whole answer."""
        self.attempts += 1
        total = pronunciation.score if pronunciation else None
        context = replace(
            self.context,
            turn=len(self.turns),
            said=said,
            confidence=confidence if said else 0.0,
            turns=self.turns[-12:],
            used=self.used,
            exercise=self.exercise,
            attempts=self.attempts,
            pronunciation=pronunciation,
            prosody=prosody,
            notes=notes,
            scores=Scores(total=total, fluency=fluency),
            typed=typed,
        )
        return self._answer(context, said, total)

    def _answer(self, context: TutorContext, said: str, total: float | None) -> str:
        self.sentences: tuple[Sentence, ...] = reply(context)
        assert [fault for sentence in self.sentences if (fault := sentence_fault(sentence, context))] == []
        self.last = context
        text = " ".join(sentence.text for sentence in self.sentences)
        self.used += tuple(sentence.text for sentence in self.sentences)
        self.turns += (TurnSummary(said=said, replied=text, total=total),)
        for sentence in self.sentences:
            if sentence.exercise and sentence.exercise != self.exercise:
                self.exercise, self.attempts = sentence.exercise, 0
        return text


def spoken(text: str, score: float = 90.0, **low: float) -> Pronunciation:
    """A recording of ``text`` in which every word has ``score``; ``low`` gives words another one.

    A word takes 300 ms, its one phone (R) the same; a word with score 0 was left out.
    """
    words: list[WordScore] = []
    for index, word in enumerate(text.rstrip(".?!").split()):
        its = low.get(word.lower(), score)
        start = 350 * index
        phone = PhoneScore(phone="R", start_ms=start, end_ms=start + 300, score=its)
        words.append(
            WordScore(
                text=word, start_ms=start, end_ms=start + 300, score=its, phones=(phone,) if its else (), spoken=its > 0
            )
        )
    total = sum(word.score for word in words) / len(words)
    return Pronunciation(reference=text, score=total, completeness=100.0, words=tuple(words))
