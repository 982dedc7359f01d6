/** Parts of a turn in the transcript that need nothing but the turn. */

import { h, icon } from "./dom.js";
import { isTyped } from "./lesson_state.js";

const OTHER_SENTENCE_BELOW = 40; // completeness; the same as in projections/progress.py
const LEAST_HEARD_MS = 1000; // cut in earlier than that, nothing of the answer was heard that a figure could tell

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

/**
 * Says that the learner cut the tutor short by speaking, or null. `next` is the turn after this one, if any: without
 * words in it the tutor was silenced for something else, as by leaving or ending the lesson.
 */
export function cutShort(turn, next) {
  const last = turn.segments.filter(Boolean).at(-1);
  if (!next?.uttered || isTyped(next) || isTyped(turn) || turn.heardMs < LEAST_HEARD_MS) return null;
  if (turn.heardMs === undefined || !last || turn.heardMs >= last.start_ms + last.duration_ms - 40) return null;
  return h("p", { class: "meta" }, `You cut in after ${(turn.heardMs / 1000).toFixed(1)} s.`);
}

/** Whether the learner said something else than the sentence that was asked for: nothing of that can be scored. */
export function saidOther(turn) {
  const completeness = turn.analysis?.scores.completeness;
  return typeof completeness === "number" && completeness < OTHER_SENTENCE_BELOW;
}

/** A spoken turn's total score; null where nothing was judged, as when another sentence was said. */
export function totalOf(turn) {
  return isTyped(turn) || saidOther(turn) ? null : (turn.analysis?.scores.total ?? null);
}

/** Says that the learner went on to another sentence, which is no attempt at one. */
export function requested() {
  return h("p", { class: "meta" }, icon("chevron"), "You asked for the next sentence.");
}

/** Says so, with the sentence that was asked for. */
export function otherSentence(turn) {
  return h(
    "p",
    { class: "other-sentence" },
    h("strong", {}, turn.transcription?.text ? "That was a different sentence." : "The sentence was not heard."),
    turn.analysis.reference && ` Asked for: “${turn.analysis.reference}”`,
  );
}

/** How the learner has judged the tutor's answer, where that can no longer be changed; null where they have not. */
export function rated({ stars }) {
  if (!stars) return null;
  return h("p", { class: "meta", role: "img", aria: { label: `You gave ${stars} of 5 stars` } }, "★".repeat(stars));
}
