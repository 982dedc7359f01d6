"""Cuts stages out of an ONNX model and names inner tensors as outputs, without the `onnx` package.

It works on the protobuf wire format (https://protobuf.dev/programming-guides/encoding/) with the field numbers of
onnx.proto3 (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3): ModelProto.graph = 7; GraphProto.node = 1,
.name = 2, .initializer = 5, .input = 11, .output = 12; NodeProto.input = 1, .output = 2; TensorProto.name = 8;
ValueInfoProto.name = 1, .type = 2. Models with control flow (subgraphs in attributes) are beyond it.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from actors.ports import EngineError

_GRAPH, _NODE, _GRAPH_NAME, _INITIALIZER, _INPUT, _OUTPUT = 7, 1, 2, 5, 11, 12
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_FLOAT = 1


class BadGraph(EngineError):
    """The model file is not the graph that this voice knows: verify the files in the model store."""

    retryable = False


def with_output(model: bytes, tensor: str) -> bytes:
    """The model with ``tensor``, an inner value of its graph, among its outputs.

    A message field given twice is merged, repeated fields in it are joined: so a second `graph` that holds nothing but
    the output says it all, and the weights are not touched. The runtime infers the tensor's type.
    """
    return model + _field(_GRAPH, _field(_OUTPUT, _field(1, tensor.encode())))


class _Node(NamedTuple):
    inputs: list[str]
    outputs: list[str]
    content: memoryview


class Graph:
    """A model taken apart, to cut stages out of it. Raises `BadGraph` when the bytes are no ONNX model."""

    def __init__(self, model: bytes) -> None:
        self._header, graph = _parts(memoryview(model))
        self._nodes: list[_Node] = []
        self._weights: dict[str, memoryview] = {}
        self._declared: dict[str, memoryview] = {}
        for number, content, _ in _fields(graph):
            if number == _NODE:
                self._nodes.append(_Node(_strings(content, 1), _strings(content, 2), content))
            elif number == _INITIALIZER:
                self._weights[_name(content, 8)] = content
            elif number == _INPUT:
                self._declared[_name(content, 1)] = content

    def stage(self, inputs: Mapping[str, Sequence[int | str]], outputs: Sequence[str]) -> bytes:
        """The part of the model between ``inputs`` and ``outputs``, with the weights that it needs, as a model.

        ``inputs`` gives each tensor's shape (numbers or names of free dimensions); inner tensors are taken to be
        float32, inputs of the whole model keep their own type. Raises `BadGraph` when there are no such tensors.
        """
        kept, needed = _between(self._nodes, set(inputs), set(outputs))
        unknown = needed - set(inputs) - set(self._weights) - {name for node in kept for name in node.outputs} - {""}
        if unknown:
            raise BadGraph(f"no path in the model to {sorted(unknown)[:3]} between {sorted(inputs)} and {outputs}")
        body = [_field(_NODE, node.content) for node in kept]
        body.append(_field(_GRAPH_NAME, b"stage"))
        body.extend(_field(_INITIALIZER, weight) for name, weight in self._weights.items() if name in needed)
        for name, shape in inputs.items():
            declared = self._declared.get(name)
            body.append(_field(_INPUT, _value_info(name, shape) if declared is None else declared))
        body.extend(_field(_OUTPUT, _field(1, name.encode())) for name in outputs)
        return self._header + _field(_GRAPH, b"".join(body))


def _parts(model: memoryview) -> tuple[bytes, memoryview]:
    """All fields of the model but its graph, as they are, and the graph."""
    header = bytearray()
    graph: memoryview | None = None
    start = 0
    for number, content, end in _fields(model):
        if number == _GRAPH:
            graph = content
        else:
            header += model[start:end]
        start = end
    if graph is None:
        raise BadGraph("the file holds no ONNX graph")
    return bytes(header), graph


def _between(nodes: Sequence[_Node], inputs: set[str], outputs: set[str]) -> tuple[list[_Node], set[str]]:
    """The nodes that compute ``outputs``, in order, and every tensor needed; the walk stops at ``inputs``."""
    needed = set(outputs)
    kept: list[_Node] = []
    for node in reversed(nodes):
        if any(name in needed and name not in inputs for name in node.outputs):
            kept.append(node)
            needed.update(node.inputs)
    return kept[::-1], needed


def _value_info(name: str, shape: Sequence[int | str]) -> bytes:
    """ValueInfoProto of a float tensor: TypeProto.tensor_type = 1 with elem_type = 1 and shape = 2 of dims = 1."""
    dimensions = b"".join(
        _field(1, _number(1, size) if isinstance(size, int) else _field(2, size.encode())) for size in shape
    )
    return _field(1, name.encode()) + _field(2, _field(1, _number(1, _FLOAT) + _field(2, dimensions)))


def _strings(message: memoryview, wanted: int) -> list[str]:
    return [str(content, "utf-8", "replace") for number, content, _ in _fields(message) if number == wanted]


def _name(message: memoryview, field: int) -> str:
    return next(iter(_strings(message, field)), "")


def _fields(message: memoryview) -> Iterator[tuple[int, memoryview, int]]:
    """The fields of a message: number, content (of a number: the bytes that stand for it), where the field ends."""
    at = 0
    while at < len(message):
        key, at = _read_varint(message, at)
        wire = key & 7
        if wire == _BYTES:
            size, at = _read_varint(message, at)
            end = at + size
        elif wire == _VARINT:
            _, end = _read_varint(message, at)
        elif wire in (_FIXED32, _FIXED64):
            end = at + (4 if wire == _FIXED32 else 8)
        else:
            raise BadGraph(f"the file is not protobuf: wire type {wire} at byte {at}")
        if end > len(message):
            raise BadGraph("the file is cut short")
        yield key >> 3, message[at:end], end
        at = end


def _read_varint(message: memoryview, at: int) -> tuple[int, int]:
    value = shift = 0
    while at < len(message):
        byte = message[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, at
    raise BadGraph("the file is cut short")


def _varint(value: int) -> bytes:
    encoded = bytearray()
    while value > 0x7F:
        encoded.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*encoded, value])


def _field(number: int, content: bytes | memoryview) -> bytes:
    return _varint(number << 3 | _BYTES) + _varint(len(content)) + content


def _number(number: int, value: int) -> bytes:
    return _varint(number << 3) + _varint(value)
