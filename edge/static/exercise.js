/** The sentence to say, large, with the tutor's voice at two speeds. */

import { fill, h, icon } from "./dom.js";

const SLOW_RATE = 0.8;

export class Exercise {
  /** `speak(text, rate?)` plays the tutor. */
  constructor(speak) {
    this.speak = speak;
    this.sentence = "";
    this.element = h("section", { class: "exercise", hidden: true, aria: { label: "Say this" } });
  }

  show(sentence) {
    if (sentence === this.sentence) return;
    this.sentence = sentence;
    this.element.hidden = !sentence;
    fill(
      this.element,
      h("p", { class: "exercise-label" }, "Say this"),
      h("p", { class: "exercise-text", aria: { live: "polite" } }, sentence),
      h(
        "div",
        { class: "exercise-tools" },
        button("listen", "Listen", () => this.speak(sentence)),
        button("slow", "Slowly", () => this.speak(sentence, SLOW_RATE)),
      ),
    );
  }
}

function button(picture, text, click) {
  return h("button", { type: "button", class: "quiet small", on: { click } }, icon(picture), text);
}
