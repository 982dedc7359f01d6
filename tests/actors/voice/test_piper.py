import json
from itertools import pairwise

import numpy as np
import pytest

from actors.ports import EngineError
from actors.voice.onnx_graph import Graph, with_output
from actors.voice.phonemize import pronounce
from actors.voice.piper import FRAME_SAMPLES, Piper

SENTENCE = "Please say the word again, a little slower this time."


@pytest.fixture(scope="module")
def calm(models, tmp_path_factory):
    """Piper without noise, so that its stages can be compared with the whole model."""
    folder = tmp_path_factory.mktemp("piper")
    source = models.path("piper-joe")
    (folder / "joe.onnx").symlink_to(source / "en_US-joe-medium.onnx")
    config = json.loads((source / "en_US-joe-medium.onnx.json").read_text())
    config["inference"] |= {"noise_scale": 0.0, "noise_w": 0.0}
    (folder / "joe.onnx.json").write_text(json.dumps(config))
    return Piper(folder)


def test_durations_add_up_to_the_audio_to_the_sample(piper):
    plan = piper.plan(pronounce(SENTENCE), 1.0)
    total = sum(span.samples for span in plan.spans)
    assert total == plan.latent.shape[2] * FRAME_SAMPLES
    assert len(piper.vocode(plan.latent, 0, total)) == total


def test_three_stages_say_what_the_whole_model_says(calm, models):
    import onnxruntime

    model = (models.path("piper-joe") / "en_US-joe-medium.onnx").read_bytes()
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    whole = onnxruntime.InferenceSession(with_output(model, "/Ceil_output_0"), options)
    config = json.loads((models.path("piper-joe") / "en_US-joe-medium.onnx.json").read_text())
    table = config["phoneme_id_map"]
    # Piper's own way: ^ _ then each symbol followed by _, then $
    numbers = [*table["^"], *table["_"]]
    for symbol in "haɪ ðˈɛɹ.":
        numbers += [*table[symbol], *table["_"]]
    numbers += table["$"]
    feed = {
        "input": np.array([numbers], dtype=np.int64),
        "input_lengths": np.array([len(numbers)], dtype=np.int64),
        "scales": np.array([0.0, 1.0, 0.0], dtype=np.float32),
    }
    audio, frames = whole.run(["output", "/Ceil_output_0"], feed)

    (clause,) = pronounce("Hi there.")
    assert ["".join(word) for word in clause.words] == ["hˈaɪ", "ðˈɛɹ"]
    unstressed = clause._replace(words=(("h", "aɪ"), clause.words[1]))
    plan = calm.plan([unstressed], 1.0)
    total = int(frames.sum()) * FRAME_SAMPLES
    assert sum(span.samples for span in plan.spans) == total
    assert np.allclose(calm.vocode(plan.latent, 0, total), audio.ravel(), atol=1e-4)


def test_pieces_give_the_very_samples_of_the_whole(piper):
    plan = piper.plan(pronounce(SENTENCE), 1.0)
    total = sum(span.samples for span in plan.spans)
    whole = piper.vocode(plan.latent, 0, total)
    edges = [0, 1000, 20_000, 33_333, total]
    parts = [piper.vocode(plan.latent, start, end) for start, end in pairwise(edges)]
    assert np.allclose(np.concatenate(parts), whole, atol=1e-5)


def test_the_pieces_of_a_sentence_join_to_the_sound_of_the_plan(piper):
    """Nothing is lost or doubled at a seam: the parts are one stretch of the plan's audio, up to the trimmed ends."""
    parts = list(piper.speak(SENTENCE, tutor="joe"))
    assert len(parts) > 1
    spoken = np.concatenate([part.samples for part in parts]).astype(float)
    plan = piper.plan(pronounce(SENTENCE), 1.0)
    whole = piper.vocode(plan.latent, 0, sum(span.samples for span in plan.spans)).astype(float)
    start = int(np.argmax(np.correlate(whole, spoken[:8000], mode="valid")))
    length = min(len(spoken), len(whole) - start) - 4000
    assert np.corrcoef(spoken[:length], whole[start : start + length])[0, 1] > 0.999


def test_women_are_higher_than_joe_by_what_their_persona_says(piper):
    import parselmouth

    def median_f0_hz(tutor):
        parts = list(piper.speak(SENTENCE, tutor=tutor))
        samples = np.concatenate([part.samples for part in parts]).astype(float) / 32768
        pitch = parselmouth.Sound(samples, parts[0].sample_rate_hz).to_pitch(pitch_floor=60, pitch_ceiling=400)
        voiced = pitch.selected_array["frequency"]
        return float(np.median(voiced[voiced > 0]))

    assert 75 < median_f0_hz("joe") < 105
    assert abs(median_f0_hz("maya") - 195) < 20
    assert abs(median_f0_hz("iris") - 180) < 20


def test_a_very_long_text_comes_in_pieces_from_the_start(piper):
    text = " ".join(["The more you read, the more you know."] * 40)
    first = next(piper.speak(text, tutor="joe"))
    assert not first.last
    assert first.duration_ms < 2000


def test_a_missing_or_broken_voice_is_told(tmp_path):
    with pytest.raises(EngineError, match="cannot be read"):
        Piper(tmp_path)
    (tmp_path / "joe.onnx.json").write_text("{}")
    (tmp_path / "joe.onnx").write_bytes(b"")
    with pytest.raises(EngineError, match="no Piper configuration"):
        Piper(tmp_path)


@pytest.mark.parametrize("junk", [b"", b"junk" * 50, b"\x3a\xff\xff\xff\x0f", bytes(range(256))])
def test_junk_is_no_graph(junk):
    with pytest.raises(EngineError, match=r"graph|protobuf|short"):
        Graph(junk).stage({}, ["output"])


def test_a_tensor_that_is_not_there_is_told(models):
    graph = Graph((models.path("piper-joe") / "en_US-joe-medium.onnx").read_bytes())
    with pytest.raises(EngineError, match="no-such-tensor"):
        graph.stage({}, ["no-such-tensor"])
