/**
 * A turn as a picture: the wave, words and sounds in the colours of their scores, and the melody, with the tutor's of
 * the same sentence behind it where there is one, in lines of a few seconds that are parted between words. Drawn from
 * the log's figures; the wave comes when the recording has.
 */

import { h, svg } from "./dom.js";
import { BANDS, bandOf, describe } from "./phones.js";
import { beside, inRegisterOf, melodyLine, pauseBand, pitchScale } from "./pitch.js";
import { outline, peakOf } from "./wave.js";

const PX_A_SECOND = 190; // less, and the letters of short sounds run into each other
const LEAST_ROOM = 260;
const MARGIN_MS = 150;
const WAVE = { top: 0, height: 44 };
const WORDS = { top: 50, height: 22 };
const SOUNDS = { top: 74, height: 22 };
const MELODY = { top: 104, height: 84 };
const HEIGHT = 206;
const LAID_GAP_MS = 120; // the tutor's frames lie as far apart as the learner drew the sounds out
const LETTER_WIDTH = 6.8;
const NARROWEST_LETTER = 7;

/** Gives {element, showWave(AudioBuffer)} for a width of `room` CSS pixels; `tutor` is what the tutor is called. */
export function turnPicture(turn, room, tutor) {
  const words = placed(turn);
  const width = Math.max(LEAST_ROOM, room);
  const durationMs = turn.uttered?.duration_ms || turn.prosody?.duration_ms || words.at(-1)?.end_ms || 1;
  const lines = linesOf(words, durationMs, (width / PX_A_SECOND) * 1000);
  const widest = Math.max(...lines.map(([start, end]) => end - start));
  const pauses = turn.prosody?.pauses ?? [];
  const own = turn.prosody?.contour ?? [];
  const theirs = inRegisterOf(own, turn.prosody?.tutor_contour ?? []);
  const y = pitchScale([own, theirs], MELODY.top, MELODY.height);
  const drawn = lines.map(([startMs, endMs]) => {
    const x = (ms) => ((ms - startMs) * width) / widest;
    return drawLine({ words, pauses, own, theirs, tutor, startMs, endMs, x, y, width });
  });
  const showWave = (buffer) => {
    const peak = peakOf(buffer.getChannelData(0));
    for (const { wave, startMs, endMs, x } of drawn)
      wave.setAttribute("d", outline(buffer, peak, startMs, endMs, x(endMs), WAVE.height));
  };
  const charts = drawn.map(({ chart }) => chart);
  return { element: h("figure", { class: "turn-picture" }, charts, legend(theirs.length > 0 && tutor)), showWave };
}

/** The words of the text that were said, with their sounds; of a turn without scores what was understood. */
function placed(turn) {
  const scored = turn.analysis?.words.filter((word) => word.spoken !== false && word.end_ms > word.start_ms) ?? [];
  return scored.length ? scored : (turn.transcription?.words ?? []);
}

/** [from, to] in ms of each line: as equal as the gaps between words allow. */
function linesOf(words, durationMs, longestMs) {
  const start = Math.max(0, (words[0]?.start_ms ?? 0) - MARGIN_MS);
  const end = Math.max(start + 1, Math.min(durationMs, (words.at(-1)?.end_ms ?? durationMs) + MARGIN_MS));
  const count = Math.ceil((end - start) / longestMs);
  const gaps = words.slice(1).map((word, index) => (words[index].end_ms + word.start_ms) / 2);
  const cuts = [start];
  for (let number = 1; number < count; number += 1) {
    const wanted = start + ((end - start) * number) / count;
    const near = gaps.filter((gap) => gap > cuts.at(-1) && Math.abs(gap - wanted) < longestMs / 4);
    cuts.push(near.sort((one, other) => Math.abs(one - wanted) - Math.abs(other - wanted))[0] ?? wanted);
  }
  return cuts.map((cut, index) => [cut, cuts[index + 1] ?? end]);
}

function drawLine({ words, pauses, own, theirs, tutor, startMs, endMs, x, y, width }) {
  const inside = (item) => item.end_ms > startMs && item.start_ms < endMs;
  const here = words.filter(inside);
  const wave = svg("path", { class: "picture-wave" });
  const within = (contour) => contour.filter(({ time_ms: ms }) => ms >= startMs && ms <= endMs);
  const label = told(here, startMs, endMs) + melodyTold(beside(theirs, own, here), tutor);
  const chart = svg(
    "svg",
    { viewBox: `0 0 ${width} ${HEIGHT}`, role: "img", "aria-label": label },
    pauses.filter(inside).map((pause) => pauseBand(pause, x, MELODY.top, MELODY.height)),
    wave,
    here.map((word) => box(word, word.text, x, WORDS)),
    here.flatMap((word) => word.phones ?? []).map((phone) => box(phone, describe(phone.phone).ipa, x, SOUNDS)),
    melodyLine(within(theirs), x, y, "pitch-tutor", LAID_GAP_MS),
    melodyLine(within(own), x, y, "pitch-line"),
    seconds(startMs, endMs).map((ms) => tick(ms, x(ms))),
  );
  return { chart, wave, startMs, endMs, x };
}

function box(item, text, x, { top, height }) {
  const left = x(item.start_ms);
  const width = Math.max(2, x(item.end_ms) - left - 1);
  const letters = text.length * LETTER_WIDTH;
  const tight = letters > width - 2 && { textLength: Math.max(NARROWEST_LETTER, width - 3), lengthAdjust: "spacingAndGlyphs" };
  return svg(
    "g",
    { class: "picture-box", "data-band": bandOf(item.score) },
    svg("rect", { x: left, y: top, width, height, rx: 3 }),
    width >= NARROWEST_LETTER &&
      svg("text", { x: left + width / 2, y: top + height / 2, "text-anchor": "middle", "dominant-baseline": "central", ...tight }, text),
  );
}

function seconds(startMs, endMs) {
  const first = Math.ceil(startMs / 500) * 500;
  return Array.from({ length: Math.max(0, Math.floor((endMs - first) / 500) + 1) }, (_, index) => first + index * 500);
}

function tick(ms, at) {
  return svg(
    "g",
    {},
    svg("line", { class: "picture-tick", x1: at, x2: at, y1: MELODY.top + MELODY.height, y2: MELODY.top + MELODY.height + 4 }),
    svg("text", { class: "picture-note", x: at + 3, y: HEIGHT - 5 }, `${ms / 1000} s`),
  );
}

function told(words, startMs, endMs) {
  const span = `${(startMs / 1000).toFixed(1)} to ${(endMs / 1000).toFixed(1)} seconds`;
  const scores = words.map(({ text, score }) => (score === undefined ? text : `${text} ${Math.round(score)}`));
  return `${span}: ${scores.join(", ")}`;
}

/** Where the learner's melody and the tutor's lie apart, in words. */
function melodyTold(heights, tutor) {
  if (!heights) return "";
  const ways = ["higher", "lower"].filter((way) => heights[way].length);
  const parts = ways.map((way) => `${way} on ${heights[way].join(", ")}`);
  return `. Your melody beside ${tutor}’s: ${parts.join("; ") || "much the same"}`;
}

/** `tutor` is whose melody lies behind the learner's, if there is one. */
function legend(tutor) {
  return h(
    "figcaption",
    {},
    ["good", "fair", "weak"].map((band) => h("span", { class: "key", data: { band } }, BANDS[band])),
    h("span", { class: "key key-line" }, "your voice, high and low"),
    tutor && h("span", { class: "key key-tutor" }, `${tutor} saying it, in your rhythm`),
    h("span", { class: "key key-pause" }, "a pause"),
  );
}
