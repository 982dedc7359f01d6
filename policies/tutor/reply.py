"""The tutor's reply to everything that a learner can do: the one entrance to the rules."""

from policies.tutor import conversation, guided
from policies.tutor.choice import Choice
from policies.tutor.context import Sentence, TutorContext


def reply(context: TutorContext) -> tuple[Sentence, ...]:
    """One to four sentences with at most one question, none of them said before in the session.

    Pure: the same context gives the same reply. Every feedback sentence (praise, correct) carries evidence.
    """
    choice = Choice(context)
    if context.mode == "sentence":
        sentences = guided.greeting(context, choice) if context.turn == 0 else guided.reply(context, choice)
    else:
        sentences = conversation.greeting(context, choice) if context.turn == 0 else conversation.reply(context, choice)
    return tuple(sentences)
