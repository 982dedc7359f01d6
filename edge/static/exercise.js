/** The sentence to say, large, with the tutor's voice at two speeds and the way on to another sentence. */

import { h, icon } from "./dom.js";

const SLOW_RATE = 0.8;

export class Exercise {
  /** `speak(text, rate?)` plays the tutor, `skip()` asks for another sentence. */
  constructor({ speak, skip }) {
    this.sentence = "";
    this.text = h("p", { class: "exercise-text", aria: { live: "polite" } });
    this.next = button("chevron", ["Next", h("span", { class: "with-room" }, " sentence")], skip);
    this.next.classList.add("exercise-next");
    this.next.setAttribute("aria-label", "Next sentence");
    this.next.hidden = true;
    this.element = h(
      "section",
      { class: "exercise", hidden: true, aria: { label: "Say this" } },
      h("p", { class: "exercise-label" }, "Say this"),
      this.text,
      h(
        "div",
        { class: "exercise-tools" },
        button("listen", "Listen", () => speak(this.sentence)),
        button("slow", "Slowly", () => speak(this.sentence, SLOW_RATE)),
        this.next,
      ),
    );
  }

  /** Shows a sentence, "" for none; `guided` lessons have further ones. */
  show(sentence, guided) {
    this.next.hidden = !guided;
    if (sentence === this.sentence) return;
    this.sentence = sentence;
    this.element.hidden = !sentence;
    this.text.textContent = sentence;
  }
}

function button(picture, text, click) {
  return h("button", { type: "button", class: "quiet small", on: { click } }, icon(picture), h("span", {}, text));
}
