/**
 * The pitch contour of an utterance against time, with pauses as bands and the words under it. The scale is
 * logarithmic (semitones), because that is how melody is heard. Pure drawing: gives an SVG figure.
 */

import { h, svg } from "./dom.js";

const WIDE = 600;
const NARROWEST = 240;
const HEIGHT = 204;
const LEFT = 44;
const RIGHT = 10;
const TOP = 14;
const BOTTOM = 54;
const ROWS = 3;
const LETTER_WIDTH = 6.6;
const GAP_MS = 60; // a longer step between voiced frames is an unvoiced stretch: the line breaks
const LEAST_SPAN_SEMITONES = 8; // else a monotone voice would look lively

/** `words` have text, start_ms and end_ms; `room` is the width there is in CSS pixels, so that letters keep their size. */
export function pitchFigure(prosody, words, room) {
  const duration = Math.max(prosody.duration_ms, 1);
  const width = Math.max(NARROWEST, Math.min(WIDE, room || WIDE));
  const x = (ms) => LEFT + ((width - LEFT - RIGHT) * ms) / duration;
  const labels = rowsOf(words, x, width);
  const scale = pitchScale(prosody.contour);
  const chart = svg(
    "svg",
    { class: "pitch", viewBox: `0 0 ${width} ${HEIGHT}`, role: "img", "aria-label": summary(prosody) },
    scale.ticks.map((hz) => tick(hz, scale.y(hz), width)),
    svg("text", { class: "pitch-unit", x: 4, y: 10 }, "Hz"),
    prosody.pauses.map((pause) => pauseBand(pause, x)),
    strokes(prosody.contour).map((stroke) =>
      stroke.length > 1
        ? svg("polyline", {
            class: "pitch-line",
            points: stroke.map((p) => `${x(p.time_ms).toFixed(1)},${scale.y(p.f0_hz).toFixed(1)}`).join(" "),
          })
        : svg("circle", { class: "pitch-dot", cx: x(stroke[0].time_ms), cy: scale.y(stroke[0].f0_hz), r: 2 }),
    ),
    labels.map((label) => wordLabel(label, x)),
  );
  return h("figure", { class: "pitch-figure" }, chart, h("figcaption", {}, facts(prosody)));
}

function pitchScale(contour) {
  const heights = contour.map((point) => semitones(point.f0_hz));
  const low = heights.length ? Math.min(...heights) : semitones(100);
  const high = heights.length ? Math.max(...heights) : semitones(200);
  const span = Math.max(high - low + 2, LEAST_SPAN_SEMITONES);
  const bottom = (low + high) / 2 - span / 2;
  const y = (hz) => TOP + (HEIGHT - TOP - BOTTOM) * (1 - (semitones(hz) - bottom) / span);
  const ticks = [0.12, 0.5, 0.88].map((share) => Math.round(2 ** ((bottom + span * share) / 12) / 5) * 5);
  return { y, ticks: [...new Set(ticks)].filter((hz) => hz > 0) };
}

const semitones = (hz) => 12 * Math.log2(hz);

function strokes(contour) {
  const result = [];
  let last = -Infinity;
  for (const point of contour) {
    if (point.time_ms - last > GAP_MS) result.push([]);
    result.at(-1).push(point);
    last = point.time_ms;
  }
  return result;
}

function tick(hz, y, width) {
  return svg(
    "g",
    {},
    svg("line", { class: "pitch-grid", x1: LEFT, x2: width - RIGHT, y1: y, y2: y }),
    svg("text", { class: "pitch-axis", x: LEFT - 8, y, "text-anchor": "end", "dominant-baseline": "central" }, `${hz}`),
  );
}

function pauseBand(pause, x) {
  const left = x(pause.start_ms);
  const width = Math.max(2, x(pause.end_ms) - left);
  const seconds = ((pause.end_ms - pause.start_ms) / 1000).toFixed(1);
  return svg(
    "g",
    {},
    svg("rect", { class: "pitch-pause", x: left, y: TOP, width, height: HEIGHT - TOP - BOTTOM, rx: 4 }),
    width > 26 &&
      svg(
        "text",
        { class: "pitch-pause-text", x: left + width / 2, y: TOP + 12, "text-anchor": "middle" },
        `${seconds} s`,
      ),
  );
}

/** Gives each word the first row in which it does not run into its neighbour; a word that fits in none has no row. */
function rowsOf(words, x, width) {
  const ends = new Array(ROWS).fill(-Infinity);
  return words.map((word) => {
    const half = (word.text.length * LETTER_WIDTH) / 2;
    const middle = Math.min(width - half - 2, Math.max(half, (x(word.start_ms) + x(word.end_ms)) / 2));
    const row = ends.findIndex((end) => middle - half > end + 4);
    if (row >= 0) ends[row] = middle + half;
    return { word, middle, row };
  });
}

function wordLabel({ word, middle, row }, x) {
  const left = x(word.start_ms);
  const y = HEIGHT - BOTTOM + 4;
  return svg(
    "g",
    {},
    svg("title", {}, word.text),
    svg("line", { class: "pitch-word", x1: left + 2, x2: Math.max(left + 3, x(word.end_ms) - 2), y1: y, y2: y }),
    row >= 0 &&
      svg("text", { class: "pitch-text", x: middle, y: y + 15 + row * 15, "text-anchor": "middle" }, word.text),
  );
}

function summary(prosody) {
  const range =
    prosody.f0_min_hz === null || prosody.f0_min_hz === undefined
      ? "no pitch could be measured"
      : `from ${Math.round(prosody.f0_min_hz)} to ${Math.round(prosody.f0_max_hz)} hertz`;
  return `Pitch over ${(prosody.duration_ms / 1000).toFixed(1)} seconds, ${range}, ${count(prosody.pauses.length, "pause")}.`;
}

function facts(prosody) {
  const known = [
    prosody.words_per_minute && `${Math.round(prosody.words_per_minute)} words a minute`,
    prosody.f0_mean_hz && `pitch about ${Math.round(prosody.f0_mean_hz)} Hz`,
    count(prosody.pauses.length, "pause"),
    prosody.hesitations ? count(prosody.hesitations, "hesitation") : null,
  ];
  return known.filter(Boolean).join(" · ");
}

const count = (number, noun) => `${number || "no"} ${noun}${number === 1 ? "" : "s"}`;
