import numpy as np

from actors.pronunciation.phones import NUMBER
from training_actors.pronunciation import acoustics
from training_actors.pronunciation.acoustics import LabelledFrames, of_synthesis
from training_actors.pronunciation.networks import FRAME_WIDTH
from training_actors.pronunciation.synthesis import TimedPhone

SIL, AA, B = NUMBER["SIL"], NUMBER["AA"], NUMBER["B"]


def test_a_frame_belongs_to_the_phone_at_its_middle_and_a_lead_is_silence() -> None:
    frames = np.zeros((6, FRAME_WIDTH), np.float16)
    # frames of 320 samples, the first of them made up: middles at -160, 160, 480, 800, 1120, 1440
    phones = (TimedPhone(phone="AA", start=0, end=500), TimedPhone(phone="B", start=500, end=900))
    assert of_synthesis(frames, 320, phones).labels.tolist() == [SIL, AA, AA, B, SIL, SIL]


def test_a_network_learns_what_tells_two_phones_apart_and_a_seed_gives_it_again() -> None:
    rng = np.random.default_rng(0)
    centres = {AA: rng.standard_normal(FRAME_WIDTH), B: rng.standard_normal(FRAME_WIDTH)}

    def example() -> LabelledFrames:
        labels = np.repeat(rng.choice([AA, B], 8), 5)
        frames = np.stack([centres[int(label)] for label in labels]) + rng.standard_normal((40, FRAME_WIDTH)) * 0.3
        return LabelledFrames(frames=frames.astype(np.float16), labels=labels)

    examples = [example() for _ in range(40)]
    losses: list[float] = []
    network = acoustics.trained(examples, epochs=4, seed=1, tell=lambda epoch, loss: losses.append(loss))
    assert acoustics.frames_right(network, [example() for _ in range(5)]) > 0.95
    assert len(losses) == 4
    assert losses[-1] < losses[0]
    again = acoustics.trained(examples, epochs=4, seed=1)
    frames = examples[0].frames
    assert np.array_equal(acoustics.log_posteriors(network, frames), acoustics.log_posteriors(again, frames))
