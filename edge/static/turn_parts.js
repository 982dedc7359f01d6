/** Parts of a turn in the transcript that need nothing but the turn. */

import { h, icon } from "./dom.js";
import { pitchFigure } from "./pitch.js";

/** The slips of language: said, better, why. */
export function notes(list) {
  return h(
    "ul",
    { class: "notes", aria: { label: "Notes on your language" } },
    list.map((note) =>
      h(
        "li",
        {},
        h(
          "p",
          { class: "correction" },
          h("del", {}, note.said),
          h("span", { class: "arrow", aria: { label: "better:" } }, "→"),
          h("ins", {}, note.better),
        ),
        h("p", { class: "why" }, note.message),
      ),
    ),
  );
}

/** Pitch and pauses, to be opened. */
export function melody(turn) {
  const words = turn.transcription?.words.length
    ? turn.transcription.words
    : (turn.analysis?.words.filter((word) => word.spoken !== false) ?? []);
  return h(
    "details",
    { class: "melody" },
    h("summary", {}, icon("chevron"), "Melody and pauses"),
    pitchFigure(turn.prosody, words),
  );
}

/** Says that the learner cut the tutor short, or null. */
export function cutShort(turn) {
  const last = turn.segments.filter(Boolean).at(-1);
  if (turn.heardMs === undefined || !last || turn.heardMs >= last.start_ms + last.duration_ms - 40) return null;
  return h("p", { class: "meta" }, `You cut in after ${(turn.heardMs / 1000).toFixed(1)} s.`);
}
