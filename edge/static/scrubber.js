/**
 * The player's line of time: who speaks when, marks of what happened, and the place that can be moved. Draws and tells
 * where somebody wants to go; plays nothing.
 */

import { h } from "./dom.js";
import { clock } from "./replay_timeline.js";

/** Events that stand out on the line, and how: those that a learner would name. */
const MARKS = {
  "speech.assessed.v2": "scored",
  "turn.failed.v1": "failed",
  "turn.retried.v1": "retried",
  "feedback.rated.v1": "rated",
  "session.claimed.v1": "claimed",
};
const STEP_MS = 20;

export class Scrubber {
  /** `seek(ms)` is told where to go. */
  constructor(layout, seek) {
    this.layout = layout;
    this.range = h("input", {
      type: "range",
      min: 0,
      max: Math.ceil(layout.endMs / STEP_MS) * STEP_MS,
      step: STEP_MS,
      value: 0,
      aria: { label: "Place in the lesson" },
      on: { input: () => seek(Number(this.range.value)) },
    });
    this.head = h("i", { class: "scrubber-head" });
    const lane = (kind) =>
      h(
        "div",
        { class: `lane lane-${kind}` },
        layout.sounds.filter((sound) => sound.kind === kind).map((sound) => this.#span(sound)),
      );
    this.element = h(
      "div",
      { class: "scrubber" },
      h("div", { class: "lane-names", aria: { hidden: "true" } }, h("span", {}, "You"), h("span", {}, "Tutor")),
      h(
        "div",
        { class: "lanes" },
        lane("learner"),
        lane("tutor"),
        h("div", { class: "marks" }, layout.moments.filter(({ type }) => MARKS[type]).map((moment) => this.#mark(moment))),
        this.head,
        this.range,
      ),
    );
  }

  show(ms, told) {
    if (Number(this.range.value) !== Math.round(ms)) this.range.value = ms;
    this.range.setAttribute("aria-valuetext", `${clock(ms)} of ${clock(this.layout.endMs)}, ${told}`);
    this.head.style.left = this.#share(ms);
  }

  #span({ startMs, endMs, turn }) {
    const element = h("i", { title: `turn ${turn}, ${clock(startMs)}` });
    element.style.left = this.#share(startMs);
    element.style.width = this.#share(endMs - startMs);
    return element;
  }

  #mark({ at, type, version }) {
    const element = h("i", { class: `mark mark-${MARKS[type]}`, title: `${MARKS[type]} (event ${version})` });
    element.style.left = this.#share(at);
    return element;
  }

  #share(ms) {
    return `${((100 * ms) / this.layout.endMs).toFixed(3)}%`;
  }
}
