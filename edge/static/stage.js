/** The tutor's place: portrait, idle loop, speaking video, drawn mouth, state and captions. Plays nothing itself. */

import { fill, h, icon } from "./dom.js";
import { untilFacesAreDrawn } from "./health.js";
import { show } from "./picture.js";

export const STATES = {
  connecting: "Connecting…",
  loading: "Getting ready…",
  idle: "Your turn",
  listening: "Listening…",
  transcribing: "Understanding…",
  replying: "Thinking…",
  speaking: "Speaking",
  ended: "Lesson over",
};

export class Stage {
  constructor() {
    this.portrait = h("img", { class: "portrait", alt: "", hidden: true });
    this.idle = h("video", {
      class: "idle",
      muted: true,
      loop: true,
      playsinline: true,
      autoplay: true,
      "aria-hidden": "true",
      tabindex: "-1",
    });
    this.speaking = h("video", {
      class: "speaking",
      muted: true,
      playsinline: true,
      "aria-hidden": "true",
      tabindex: "-1",
    });
    this.idle.muted = this.speaking.muted = true; // the attribute alone does not mute an element made by script
    this.state = h("p", { class: "state", role: "status" });
    this.captions = h("div", {
      class: "captions",
      aria: { live: "polite", atomic: "false", label: "Captions" },
      hidden: true,
    });
    this.unmute = h(
      "button",
      { type: "button", class: "unmute primary", hidden: true },
      icon("listen"),
      "Turn the sound on",
    );
    this.stop = h(
      "button",
      { type: "button", class: "stop", hidden: true, title: "Stop the tutor (Esc)" },
      icon("stop"),
      "Stop",
    );
    this.canvas = h("canvas", { class: "mouth", width: 240, height: 160, hidden: true, "aria-hidden": "true" });
    this.element = h(
      "section",
      { class: "stage", aria: { label: "Tutor" } },
      this.portrait,
      this.idle,
      this.speaking,
      this.canvas,
      this.state,
      this.stop,
      this.unmute,
      this.captions,
    );
    this.turn = null;
  }

  showTutor(tutor) {
    this.portrait.alt = tutor.title || tutor.name;
    show(this.portrait, tutor.portrait);
    if (tutor.idle) this.#wait(tutor.idle);
  }

  async #wait(clip) {
    await untilFacesAreDrawn();
    this.idle.src = clip;
    this.idle.addEventListener("playing", () => this.element.classList.add("has-idle"), { once: true });
    this.idle.play().catch(() => {}); // refused or missing: the portrait stays
  }

  showState(name, note = "") {
    this.state.dataset.state = name;
    const text = note || STATES[name] || "";
    if (this.state.textContent !== text) fill(this.state, h("i", { class: "state-dot" }), text);
  }

  /** Captions of a turn: all its sentences so far. New ones are added, so that only they are announced. */
  caption(turn) {
    if (this.turn !== turn.number) {
      this.turn = turn.number;
      this.captions.replaceChildren();
    }
    for (const sentence of turn.sentences.filter(Boolean)) {
      if (this.captions.querySelector(`[data-sentence="${sentence.sentence}"]`)) continue;
      this.captions.append(h("span", { data: { sentence: sentence.sentence } }, `${sentence.text} `));
    }
    this.captions.hidden = !this.captions.childElementCount;
  }

  /** Marks the sentence that sounds and keeps it in sight; null marks none. */
  highlight(sentence) {
    for (const element of this.captions.children) {
      const sounding = element.dataset.sentence === String(sentence);
      if (sounding && !element.classList.contains("is-sounding")) {
        this.captions.scrollTop = element.offsetTop - this.captions.clientHeight / 3;
      }
      element.classList.toggle("is-sounding", sounding);
    }
  }
}
