/** Recordings as sound waves: bytes to samples, samples to the outline of a stretch. */

const DECODED_HZ = 16000;

/** Decodes a recording; needs no click, unlike the context that plays. Gives an AudioBuffer. */
export function decoded(bytes) {
  return new OfflineAudioContext(1, 1, DECODED_HZ).decodeAudioData(bytes);
}

/** The loudest of samples in 0..1, never 0. */
export function peakOf(samples) {
  return samples.reduce((peak, sample) => Math.max(peak, Math.abs(sample)), 1e-6);
}

/** An SVG path around the wave between two times, `width` × `height`, as high as its part of `peak`. */
export function outline(buffer, peak, startMs, endMs, width, height) {
  const samples = buffer.getChannelData(0);
  const columns = Math.max(1, Math.round(width));
  const at = (column) => Math.round(((startMs + ((endMs - startMs) * column) / columns) / 1000) * buffer.sampleRate);
  const tall = Array.from({ length: columns }, (_, column) => {
    const loudest = peakOf(samples.subarray(at(column), at(column + 1))) / peak;
    return Math.max(0.5, (loudest * height) / 2);
  });
  const above = tall.map((half, column) => `${column},${(height / 2 - half).toFixed(1)}`);
  const below = tall.map((half, column) => `${column},${(height / 2 + half).toFixed(1)}`).reverse();
  return `M${above.join("L")}L${below.join("L")}Z`;
}
