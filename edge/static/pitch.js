/**
 * The melody of a voice against time, in parts to be put into a picture. The scale is logarithmic (semitones), because
 * that is how melody is heard. Lays nothing out; see turn_picture.js.
 */

import { svg } from "./dom.js";

const GAP_MS = 60; // a longer step between voiced frames is an unvoiced stretch: the line breaks
const LEAP_SEMITONES = 6; // no voice goes so far from frame to frame: the line breaks there, too
const LEAST_SPAN_SEMITONES = 8; // else a monotone voice would look lively
const HEARD_SEMITONES = 2; // by which two heights are told apart ('t Hart 1981)
const FEWEST_POINTS = 3; // of a word

/** Gives `y(hz)` for a height of `height` from `top` that has room for all of these contours. */
export function pitchScale(contours, top, height) {
  const heights = contours.flat().map((point) => semitones(point.f0_hz));
  const low = heights.length ? Math.min(...heights) : semitones(100);
  const high = heights.length ? Math.max(...heights) : semitones(200);
  const span = Math.max(high - low + 2, LEAST_SPAN_SEMITONES);
  const bottom = (low + high) / 2 - span / 2;
  return (hz) => top + height * (1 - (semitones(hz) - bottom) / span);
}

/** A contour moved into the register of another (equal medians): a child's and an adult's voice lie on each other. */
export function inRegisterOf(other, contour) {
  if (!other.length || !contour.length) return contour;
  const ratio = median(other.map((point) => point.f0_hz)) / median(contour.map((point) => point.f0_hz));
  return contour.map((point) => ({ ...point, f0_hz: point.f0_hz * ratio }));
}

/**
 * The words on which `contour` lies clearly above and below `other`, which is in its register: {higher, lower}; null
 * where no word has enough of both voices.
 */
export function beside(other, contour, words) {
  const apart = words.map((word) => ({ word, by: heightIn(word, contour) - heightIn(word, other) }));
  const heard = apart.filter(({ by }) => !isNaN(by));
  if (!heard.length) return null;
  const texts = (kept) => heard.filter(({ by }) => kept(by)).map(({ word }) => word.text);
  return { higher: texts((by) => by >= HEARD_SEMITONES), lower: texts((by) => by <= -HEARD_SEMITONES) };
}

/** One voice's line; `name` is its class, `gapMs` the longest step between frames of the same voiced stretch. */
export function melodyLine(contour, x, y, name, gapMs = GAP_MS) {
  return strokes(contour, gapMs).map((stroke) =>
    stroke.length > 1
      ? svg("polyline", {
          class: name,
          points: stroke.map((point) => `${x(point.time_ms).toFixed(1)},${y(point.f0_hz).toFixed(1)}`).join(" "),
        })
      : svg("circle", { class: `${name}-dot`, cx: x(stroke[0].time_ms), cy: y(stroke[0].f0_hz), r: 2 }),
  );
}

/** A pause as a band, with its length where there is room for it. */
export function pauseBand(pause, x, top, height) {
  const left = x(pause.start_ms);
  const width = Math.max(2, x(pause.end_ms) - left);
  const seconds = ((pause.end_ms - pause.start_ms) / 1000).toFixed(1);
  return svg(
    "g",
    {},
    svg("rect", { class: "pitch-pause", x: left, y: top, width, height, rx: 4 }),
    width > 26 &&
      svg("text", { class: "picture-note", x: left + width / 2, y: top + 12, "text-anchor": "middle" }, `${seconds} s`),
  );
}

const semitones = (hz) => 12 * Math.log2(hz);

const median = (figures) => [...figures].sort((one, another) => one - another)[Math.floor(figures.length / 2)];

/** In semitones; NaN where too little of the word is voiced. */
function heightIn(word, contour) {
  const within = contour.filter(({ time_ms: ms }) => ms >= word.start_ms && ms < word.end_ms);
  return within.length < FEWEST_POINTS ? NaN : median(within.map((point) => semitones(point.f0_hz)));
}

function strokes(contour, gapMs) {
  const result = [];
  let last = { time_ms: -Infinity, f0_hz: 1 };
  for (const point of contour) {
    const leap = Math.abs(semitones(point.f0_hz) - semitones(last.f0_hz)) > LEAP_SEMITONES;
    if (leap || point.time_ms - last.time_ms > gapMs) result.push([]);
    result.at(-1).push(point);
    last = point;
  }
  return result;
}
