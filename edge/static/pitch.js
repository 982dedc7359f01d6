/**
 * The melody of a voice against time, in parts to be put into a picture. The scale is logarithmic (semitones), because
 * that is how melody is heard. Lays nothing out; see turn_picture.js.
 */

import { svg } from "./dom.js";

const GAP_MS = 60; // a longer step between voiced frames is an unvoiced stretch: the line breaks
const LEAP_SEMITONES = 6; // no voice goes so far from frame to frame: the line breaks there, too
const LEAST_SPAN_SEMITONES = 8; // else a monotone voice would look lively

/** Gives `y(hz)` for a height of `height` from `top` that has room for all of these contours. */
export function pitchScale(contours, top, height) {
  const heights = contours.flat().map((point) => semitones(point.f0_hz));
  const low = heights.length ? Math.min(...heights) : semitones(100);
  const high = heights.length ? Math.max(...heights) : semitones(200);
  const span = Math.max(high - low + 2, LEAST_SPAN_SEMITONES);
  const bottom = (low + high) / 2 - span / 2;
  return (hz) => top + height * (1 - (semitones(hz) - bottom) / span);
}

/** One voice's line; `name` is its class. */
export function melodyLine(contour, x, y, name) {
  return strokes(contour).map((stroke) =>
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

function strokes(contour) {
  const result = [];
  let last = { time_ms: -Infinity, f0_hz: 1 };
  for (const point of contour) {
    const leap = Math.abs(semitones(point.f0_hz) - semitones(last.f0_hz)) > LEAP_SEMITONES;
    if (leap || point.time_ms - last.time_ms > GAP_MS) result.push([]);
    result.at(-1).push(point);
    last = point;
  }
  return result;
}
