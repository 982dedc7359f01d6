"""ONNX Runtime sessions as the voices need them."""

from pathlib import Path
from typing import Any

from actors.ports import EngineError


class ModelUnusable(EngineError):
    """The model cannot be loaded: verify the files in the model store."""

    retryable = False


def read_model(file: Path) -> bytes:
    """The bytes of a model file. Raises `ModelUnusable` when it cannot be read."""
    try:
        return file.read_bytes()
    except OSError as error:
        raise ModelUnusable(f"{file.name} cannot be read ({error.strerror}): fetch the model again") from error


def open_session(model: bytes, *, threads: int) -> Any:
    """An inference session on the CPU for a model in memory. Raises `ModelUnusable` when it is none.

    Threads wait passively: the recogniser and the face share the cores, and a spinning thread takes a core from them.
    """
    import onnxruntime
    from onnxruntime.capi import onnxruntime_pybind11_state as errors

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    except (errors.Fail, errors.InvalidProtobuf, errors.InvalidGraph, errors.InvalidArgument) as error:
        raise ModelUnusable(f"the voice's model does not load: {error}") from error
