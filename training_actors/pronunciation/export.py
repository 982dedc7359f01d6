"""Networks as ONNX files, as `actors.pronunciation` runs them: one utterance at a time, of any length."""

import warnings
from collections.abc import Mapping

import numpy as np
import onnx
import torch
from onnx import helper, numpy_helper
from torch import Tensor, nn

from actors.pronunciation.inputs import ScoringInputs
from actors.pronunciation.network import ACOUSTIC_INPUTS, ACOUSTIC_OUTPUTS, SCORING_INPUTS, SCORING_OUTPUTS, feeds
from training_actors.pronunciation.networks import FRAME_WIDTH, AcousticNetwork, Batch, Committee, Scored

OPSET = 18
LARGE = 1_000
"""Figures from which a weight is kept in half the precision."""


class _Single(nn.Module):
    """A committee on one utterance, without a batch's dimension and masks."""

    def __init__(self, committee: Committee) -> None:
        super().__init__()
        self.committee = committee

    def forward(
        self,
        frames: Tensor,
        log_posteriors: Tensor,
        pooling: Tensor,
        word_pooling: Tensor,
        phones: Tensor,
        words: Tensor,
        place_in_word: Tensor,
        word_length: Tensor,
        phone_figures: Tensor,
        word_figures: Tensor,
        utterance_figures: Tensor,
        sound: Tensor,
        whole_sound: Tensor,
        around_sound: Tensor,
    ) -> tuple[Tensor, ...]:
        one = Batch(
            frames=frames[None],
            log_posteriors=log_posteriors[None],
            framed=torch.ones_like(frames[None, :, 0]),
            pooling=pooling[None],
            word_pooling=word_pooling[None],
            phones=phones[None],
            words=words[None],
            there=torch.ones_like(phone_figures[None, :, 0]),
            place_in_word=place_in_word[None],
            word_length=word_length[None],
            phone_figures=phone_figures[None],
            word_figures=word_figures[None],
            utterance_figures=utterance_figures[None],
            sound=sound[None],
            whole_sound=whole_sound[None],
            around_sound=around_sound[None],
        )
        told: Scored = self.committee(one)
        return tuple(values[0] for values in told)


def acoustic_onnx(network: AcousticNetwork) -> bytes:
    """The acoustic network: frames (t, width) to log posteriors (t, phones)."""

    class Single(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.network = network

        def forward(self, frames: Tensor) -> Tensor:
            scores: Tensor = self.network(frames[None])[0]
            return scores

    example = (torch.zeros(50, FRAME_WIDTH),)
    return _exported(Single(), example, ACOUSTIC_INPUTS, ACOUSTIC_OUTPUTS)


def scoring_onnx(committee: Committee, example: ScoringInputs) -> bytes:
    """The scoring networks and the regressions as one; ``example`` is any utterance of more than one word."""
    tensors = tuple(torch.from_numpy(np.ascontiguousarray(array)) for array in feeds(example).values())
    return _exported(_Single(committee), tensors, SCORING_INPUTS, SCORING_OUTPUTS)


def _halved(model: onnx.ModelProto) -> onnx.ModelProto:
    """The same with large weights kept as float16 and widened when the model is loaded: half the file."""
    casts = []
    for weights in model.graph.initializer:
        values = numpy_helper.to_array(weights)
        if values.dtype == np.float32 and values.size >= LARGE:
            name = weights.name
            weights.CopyFrom(numpy_helper.from_array(values.astype(np.float16), f"{name}_half"))
            casts.append(helper.make_node("Cast", [f"{name}_half"], [name], to=onnx.TensorProto.FLOAT))
    nodes = [*casts, *model.graph.node]
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    return model


def _exported(
    module: nn.Module, example: tuple[Tensor, ...], inputs: Mapping[str, tuple[str, ...]], outputs: tuple[str, ...]
) -> bytes:
    """ONNX of a module; ``inputs`` names the dimensions of each input that differ between utterances ("" for fixed)."""
    sizes = {name: torch.export.Dim(name) for names in inputs.values() for name in names if name}
    shapes = tuple({axis: sizes[name] for axis, name in enumerate(names) if name} or None for names in inputs.values())
    torch.backends.mha.set_fastpath_enabled(False)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # dimensions that several inputs share are told of once each
        program = torch.onnx.export(
            module.eval(),
            example,
            input_names=list(inputs),
            output_names=list(outputs),
            dynamic_shapes=shapes,
            opset_version=OPSET,
            dynamo=True,
            verbose=False,
        )
    assert program is not None
    serialised: bytes = _halved(program.model_proto).SerializeToString()
    return serialised
