"""Where the engines of a lesson run. Pure."""

IN_HOST = ("vad", "tutor")
"""Kinds that run inside the session hosts: what they compute takes less time than a message to another process and its
answer (2 to 6 ms on a busy machine), or they wait for the network."""
LODGERS = {"pronunciation": "asr"}
"""Kinds that live in the model actor of another: both of these listen with one Whisper, which so hears each utterance
once for both."""
GPU_SHARES = {"asr": 0.4, "voice": 0.3}
"""Shares of one GPU that the kinds of a lesson are pinned to; the others gain nothing from one."""


def gpu_share(kind: str, gpus: float) -> float:
    """The GPUs that a model actor of this kind reserves when the cluster has ``gpus`` of them."""
    return GPU_SHARES.get(kind, 0.0) if gpus >= 1 else 0.0


def home(kind: str) -> str:
    """The kind whose model actor answers for this one."""
    return LODGERS.get(kind, kind)
