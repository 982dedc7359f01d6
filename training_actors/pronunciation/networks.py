"""The two networks, in PyTorch: phones from Whisper's frames, and scores from phones, words and the whole.

The scoring network follows GOPT (Gong et al. 2022): a transformer over the phones of an utterance with heads for
phones, words and the utterance. Ours also sees the frames themselves, pooled over each phone, and what is known of
durations, pauses and of Whisper's own opinion. It standardises its figures itself, and takes them as they are measured.
"""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from msgspec import Struct
from torch import Tensor, nn
from torch.nn import functional

from actors.pronunciation.inputs import LONGEST_WORD
from actors.pronunciation.phones import PHONES
from training_actors.pronunciation.standards import Principal, Standard

FRAME_WIDTH = 512
"""Of Whisper base."""
LONGEST = 256
"""Phones whose place in the utterance is told apart."""
ATTENTION_HEADS = 4
VIEWS = 4
"""Weighted means over all frames that the whole utterance is judged by."""
WORD_SCALE, UTTERANCE_SCALE = (8.0, 2.0), (7.0, 1.5)
"""Mean and deviation of the ratings, roughly."""
LEAST_POSTERIOR = -10.0


class Neighbours(nn.Module):
    """A convolution over time, written as one product: on a CPU `Conv1d` prepares itself anew for every length."""

    def __init__(self, width: int, size: int) -> None:
        super().__init__()
        self.size = size
        self.mixture = nn.Linear(size * width, width)

    def forward(self, frames: Tensor) -> Tensor:
        """(batch, frames, width), with zeros beyond both ends."""
        count, reach = frames.shape[1], self.size // 2
        padded = functional.pad(frames, (0, 0, reach, reach))
        mixed: Tensor = self.mixture(torch.cat([padded[:, at : at + count] for at in range(self.size)], -1))
        return mixed


class AcousticNetwork(nn.Module):
    """Log posteriors of the phones in each frame of 20 ms, seeing 70 ms to either side."""

    def __init__(self, width: int = 160, dropout: float = 0.2) -> None:
        super().__init__()
        self.entry = nn.Sequential(nn.LayerNorm(FRAME_WIDTH), nn.Dropout(dropout), nn.Linear(FRAME_WIDTH, width))
        self.wide, self.narrow = Neighbours(width, 5), Neighbours(width, 3)
        self.first_norm, self.second_norm = nn.LayerNorm(width), nn.LayerNorm(width)
        self.dropout = nn.Dropout(dropout)
        self.exit = nn.Linear(width, len(PHONES))

    def forward(self, frames: Tensor) -> Tensor:
        """(batch, frames, 512) to (batch, frames, phones)."""
        hidden = self.dropout(functional.gelu(self.entry(frames)))
        hidden = self.first_norm(hidden + functional.gelu(self.wide(hidden)))
        hidden = self.second_norm(self.dropout(hidden) + functional.gelu(self.narrow(hidden)))
        return functional.log_softmax(self.exit(self.dropout(hidden)), dim=-1)


class Widths(Struct, frozen=True, kw_only=True):
    """How many figures there are of each kind, and how many principal components of the sound are looked at."""

    phone: int
    word: int
    utterance: int
    sound: int = 64
    whole_sound: int = 48


class Batch(Struct, frozen=True, kw_only=True):
    """Utterances side by side, padded to b utterances of t frames, n phones and w words; see `ScoringInputs`.

    ``framed`` (b, t) and ``there`` (b, n) are 1 where an utterance has a frame or a phone, 0 in the padding.
    ``pooling`` (b, n, t) takes the mean over each phone's frames, ``word_pooling`` (b, w, n) over each word's phones.
    """

    frames: Tensor
    log_posteriors: Tensor
    framed: Tensor
    pooling: Tensor
    word_pooling: Tensor
    phones: Tensor
    words: Tensor
    there: Tensor
    place_in_word: Tensor
    word_length: Tensor
    phone_figures: Tensor
    word_figures: Tensor
    utterance_figures: Tensor
    sound: Tensor
    whole_sound: Tensor
    around_sound: Tensor


class Scored(NamedTuple):
    """Scores of phones (b, n) 0..2, of words (b, w, 3) and utterances (b, 4) 0..10.

    ``said`` (b, w) and ``matches`` (b,) are the log odds that a word, and that the text at all, was said.
    """

    phones: Tensor
    words: Tensor
    utterance: Tensor
    said: Tensor
    matches: Tensor


class ScoringNetwork(nn.Module):
    """Scores of phones, words (accuracy, stress, total) and utterances (accuracy, fluency, prosodic, total).

    Beside them, for each word and for the whole text, how sure it is that they were said at all.
    """

    def __init__(self, widths: Widths, width: int = 96, layers: int = 3, dropout: float = 0.15) -> None:
        super().__init__()
        self.phone_figures, self.word_figures = Standard(widths.phone), Standard(widths.word)
        self.utterance_figures = Standard(widths.utterance)
        self.sound = Principal(FRAME_WIDTH, widths.sound)
        self.whole_sound = Principal(2 * FRAME_WIDTH, widths.whole_sound)
        self.dropout = nn.Dropout(dropout)
        self.frame_entry, self.posterior_entry = nn.Linear(FRAME_WIDTH, width), nn.Linear(len(PHONES), width)
        self.around, self.around_norm = Neighbours(width, 5), nn.LayerNorm(width)
        self.pooled_entry = nn.Linear(2 * width, width)
        self.attention, self.attended = nn.Linear(width, VIEWS), nn.Linear(VIEWS * width, width)
        self.figures_entry = nn.Linear(widths.phone + widths.word, width)
        self.sound_entry = nn.Linear(widths.sound, width)
        self.phone, self.place = nn.Embedding(len(PHONES), width), nn.Embedding(LONGEST, width)
        self.place_in_word, self.word_length = nn.Embedding(4, width), nn.Embedding(LONGEST_WORD + 1, width)
        self.whole_entry = _layers(widths.utterance + widths.whole_sound, width, dropout)
        self.whole = nn.Parameter(torch.randn(1, 1, width) * 0.02)
        layer = nn.TransformerEncoderLayer(
            width, ATTENTION_HEADS, 2 * width, dropout, "gelu", batch_first=True, norm_first=True
        )
        self.transformer = nn.TransformerEncoder(layer, layers, enable_nested_tensor=False)
        self.phone_score = nn.Sequential(nn.LayerNorm(width), nn.Linear(width, 1))
        self.word_score = nn.Sequential(nn.LayerNorm(2 * width), _layers(2 * width, width, 0), nn.Linear(width, 4))
        self.utterance_score = nn.Sequential(
            nn.LayerNorm(3 * width), nn.Dropout(dropout), _layers(3 * width, width, dropout), nn.Linear(width, 5)
        )
        nn.init.normal_(self.place.weight, 0, 0.02)

    def forward(self, batch: Batch) -> Scored:
        whole = self.whole_entry(
            torch.cat([self.utterance_figures(batch.utterance_figures), self.whole_sound(batch.whole_sound)], -1)
        )
        frames = self._frames(batch)
        weights = self.attention(frames).masked_fill(batch.framed[..., None] == 0, -1e4).softmax(1)
        whole = whole + self.attended((weights.transpose(1, 2) @ frames).flatten(1))
        phones = self._phones(batch, frames)
        first = self.whole + whole[:, None]
        missing = torch.cat([torch.zeros_like(batch.there[:, :1]), 1 - batch.there], 1) > 0
        hidden = self.transformer(torch.cat([first, phones], 1), src_key_padding_mask=missing)
        first, phones = hidden[:, 0], hidden[:, 1:] * batch.there[..., None]
        words = batch.word_pooling @ phones
        of_words = self.word_score(torch.cat([words, first[:, None].expand_as(words)], -1))
        mean = phones.sum(1) / batch.there.sum(1, keepdim=True)
        of_all = self.utterance_score(torch.cat([first, mean, whole], -1))
        return Scored(
            phones=self.phone_score(hidden[:, 1:])[..., 0],
            words=of_words[..., :3] * WORD_SCALE[1] + WORD_SCALE[0],
            utterance=of_all[..., :4] * UTTERANCE_SCALE[1] + UTTERANCE_SCALE[0],
            said=of_words[..., 3],
            matches=of_all[..., 4],
        )

    def _frames(self, batch: Batch) -> Tensor:
        posteriors = batch.log_posteriors.clamp(min=LEAST_POSTERIOR) * 0.2
        entered = functional.gelu(self.frame_entry(batch.frames) + self.posterior_entry(posteriors))
        hidden: Tensor = self.dropout(entered)
        around = functional.gelu(self.around(hidden * batch.framed[..., None]))
        normed: Tensor = self.dropout(self.around_norm(hidden + around))
        return normed

    def _phones(self, batch: Batch, frames: Tensor) -> Tensor:
        mean = batch.pooling @ frames
        deviation = (batch.pooling @ frames.square() - mean.square()).clamp(min=1e-5).sqrt()
        of_words = self.word_figures(batch.word_figures)
        of_words = of_words.gather(1, batch.words[..., None].expand(-1, -1, of_words.shape[2]))
        figures = torch.cat([self.phone_figures(batch.phone_figures), of_words], -1)
        places = torch.arange(batch.phones.shape[1]).clamp(max=LONGEST - 1)
        entered: Tensor = (
            self.figures_entry(self.dropout(figures))
            + self.sound_entry(self.dropout(self.sound(batch.sound)))
            + self.pooled_entry(torch.cat([mean, deviation], -1))
            + self.phone(batch.phones)
            + self.place_in_word(batch.place_in_word)
            + self.word_length(batch.word_length)
            + self.place(places)
        )
        return entered


class Committee(nn.Module):
    """The mean of several networks, and for the ratings of utterances the mean of that and of each regression."""

    def __init__(self, networks: Sequence[ScoringNetwork], regressions: Sequence[nn.Module]) -> None:
        super().__init__()
        self.networks, self.regressions = nn.ModuleList(networks), nn.ModuleList(regressions)

    def forward(self, batch: Batch) -> Scored:
        told: list[Scored] = [network(batch) for network in self.networks]
        mean = Scored(*(torch.stack(values).mean(0) for values in zip(*told, strict=True)))
        sound = torch.cat([batch.whole_sound, batch.around_sound], -1)
        rated = [regression(sound, batch.utterance_figures) for regression in self.regressions]
        return mean._replace(utterance=torch.stack([mean.utterance, *rated]).mean(0))


def _layers(width: int, to: int, dropout: float) -> nn.Sequential:
    return nn.Sequential(nn.Linear(width, to), nn.GELU(), nn.Dropout(dropout))
