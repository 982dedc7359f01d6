/**
 * The WebSocket's frames: text is JSON; binary is a big-endian u32 with the length of a JSON header, the header,
 * the payload. No state.
 */

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const LENGTH_BYTES = 4;

export function encodeFrame(header, payload) {
  const text = encoder.encode(JSON.stringify(header));
  const frame = new Uint8Array(LENGTH_BYTES + text.length + payload.byteLength);
  new DataView(frame.buffer).setUint32(0, text.length);
  frame.set(text, LENGTH_BYTES);
  frame.set(
    new Uint8Array(payload.buffer ?? payload, payload.byteOffset ?? 0, payload.byteLength),
    LENGTH_BYTES + text.length,
  );
  return frame;
}

/** Gives `{message, payload}`; the payload is null for a text frame. */
export function decodeFrame(data) {
  if (typeof data === "string") return { message: JSON.parse(data), payload: null };
  const length = new DataView(data).getUint32(0);
  const message = JSON.parse(decoder.decode(new Uint8Array(data, LENGTH_BYTES, length)));
  return { message, payload: data.slice(LENGTH_BYTES + length) };
}
