"""Which models get a share of a GPU. Pure."""

GPU_SHARES = {"asr": 0.4, "voice": 0.3, "tutor": 0.3}
"""Shares of one GPU that the kinds of a lesson are pinned to; the others gain nothing from one."""


def gpu_share(kind: str, gpus: float) -> float:
    """The GPUs that a model actor of this kind reserves when the cluster has ``gpus`` of them."""
    return GPU_SHARES.get(kind, 0.0) if gpus >= 1 else 0.0
