/**
 * The lesson's controls: microphone with level, hands-free or holding, headphones, typing, uploading, ending the
 * lesson. Calls `actions`; knows neither server nor audio.
 *
 * `actions`: microphone(on), press(), release(), setTalking(mode, headphones), type(text), upload(file), end()
 */

import { fill, h, icon } from "./dom.js";

const BARS = 14;
const QUIETEST_DB = -60;

export class Dock {
  constructor(actions, { mode, headphones }) {
    this.actions = actions;
    this.mode = mode;
    this.headphones = headphones;
    this.microphone = "off";
    this.#build();
    this.#draw();
  }

  setMicrophone(state) {
    this.microphone = state;
    if (state !== "on") this.setLevel(-100);
    this.#draw();
  }

  setLevel(level) {
    const share = Math.max(0, Math.min(1, (level - QUIETEST_DB) / -QUIETEST_DB));
    this.talk.style.setProperty("--level", share.toFixed(2));
    const lit = Math.round(share * BARS);
    for (const [index, bar] of [...this.meter.children].entries()) bar.classList.toggle("is-lit", index < lit);
    this.meter.setAttribute("aria-valuenow", Math.round(share * 100));
  }

  setTalking(talking) {
    this.talk.classList.toggle("is-talking", talking);
  }

  /** After the tutor's goodbye, ending the lesson is what comes next. */
  setFarewell(farewell) {
    this.end.className = farewell ? "primary" : "link";
  }

  #build() {
    this.talk = h("button", {
      type: "button",
      class: "talk",
      on: {
        click: () => this.#clicked(),
        pointerdown: (event) => this.#pressed(event),
        pointerup: () => this.#released(),
        pointercancel: () => this.#released(),
        lostpointercapture: () => this.#released(),
        contextmenu: (event) => event.preventDefault(), // a long press on a phone is talking, not a menu
      },
    });
    this.hint = h("p", { class: "talk-hint" });
    this.meter = h(
      "div",
      { class: "meter", role: "meter", aria: { label: "Microphone level", valuemin: 0, valuemax: 100, valuenow: 0 } },
      Array.from({ length: BARS }, () => h("i", {})),
    );
    this.modeButton = this.#control(() => this.#setMode(this.mode === "auto" ? "hold" : "auto"));
    this.headphonesButton = this.#control(() => this.#setHeadphones(!this.headphones));
    this.end = h("button", { type: "button", class: "link", on: { click: () => this.actions.end() } }, "End lesson");
    this.file = h("input", {
      type: "file",
      accept: "audio/*,.wav,.flac,.ogg,.webm,.mp3,.m4a",
      hidden: true,
      on: { change: () => this.#filed() },
    });
    this.typing = this.#typing();
    this.keyboard = h(
      "button",
      { type: "button", class: "control", aria: { expanded: "false" }, on: { click: () => this.#toggleTyping() } },
      icon("keyboard"),
      h("span", {}, "Type"),
    );
    this.element = h(
      "section",
      { class: "dock", aria: { label: "Talk" } },
      this.typing,
      h(
        "div",
        { class: "dock-row" },
        h("div", { class: "controls" }, this.modeButton, this.headphonesButton),
        h("div", { class: "talk-place" }, this.talk, this.meter),
        h(
          "div",
          { class: "controls" },
          this.keyboard,
          h(
            "button",
            { type: "button", class: "control", on: { click: () => this.file.click() } },
            icon("upload"),
            h("span", {}, "Upload"),
          ),
          this.file,
        ),
      ),
      h("div", { class: "dock-foot" }, this.hint, this.end),
    );
  }

  #control(click) {
    return h("button", { type: "button", class: "control", on: { click } });
  }

  #typing() {
    const field = h("input", {
      type: "text",
      id: "typed",
      maxlength: 500,
      autocomplete: "off",
      placeholder: "Type what you want to say…",
    });
    return h(
      "form",
      {
        class: "typing",
        hidden: true,
        on: {
          submit: (event) => {
            event.preventDefault();
            const text = field.value.trim();
            if (!text) return;
            this.actions.type(text);
            field.value = "";
          },
        },
      },
      h("label", { class: "hidden-label", for: "typed" }, "What you want to say"),
      field,
      h("button", { class: "round primary", aria: { label: "Send" } }, icon("send")),
    );
  }

  #toggleTyping() {
    this.typing.hidden = !this.typing.hidden;
    this.keyboard.setAttribute("aria-expanded", String(!this.typing.hidden));
    if (!this.typing.hidden) this.typing.querySelector("input").focus();
  }

  #filed() {
    const [file] = this.file.files;
    if (file) this.actions.upload(file);
    this.file.value = "";
  }

  #clicked() {
    if (this.microphone !== "on") this.actions.microphone(true);
    else if (this.mode === "auto") this.actions.microphone(false);
  }

  #pressed(event) {
    if (this.microphone !== "on" || this.mode !== "hold") return;
    this.talk.setPointerCapture(event.pointerId);
    this.actions.press();
  }

  #released() {
    if (this.mode === "hold") this.actions.release();
  }

  #setMode(mode) {
    this.mode = mode;
    this.#draw();
    this.actions.setTalking(this.mode, this.headphones);
  }

  #setHeadphones(headphones) {
    this.headphones = headphones;
    this.#draw();
    this.actions.setTalking(this.mode, this.headphones);
  }

  #draw() {
    const { microphone, mode, headphones } = this;
    const on = microphone === "on";
    fill(this.talk, icon(microphone === "failed" ? "microphoneOff" : "microphone"));
    this.talk.dataset.state = microphone;
    const label = !on ? "Turn the microphone on" : mode === "hold" ? "Hold to talk" : "Turn the microphone off";
    this.talk.setAttribute("aria-label", label);
    this.talk.title = label;
    fill(
      this.modeButton,
      icon(mode === "auto" ? "waves" : "hand"),
      h("span", {}, mode === "auto" ? "Hands-free" : "Hold"),
    );
    this.modeButton.setAttribute("aria-label", `Talking: ${mode === "auto" ? "hands-free" : "hold to talk"}. Change`);
    fill(this.headphonesButton, icon("headphones"), h("span", {}, "Head\u00adphones"));
    this.headphonesButton.setAttribute("aria-pressed", String(headphones));
    this.headphonesButton.title = "With headphones you can cut in by speaking";
    fill(this.hint, ...hint(microphone, mode, headphones));
  }
}

function hint(microphone, mode, headphones) {
  if (microphone === "asking") return ["Your browser asks for the microphone: choose “Allow”."];
  if (microphone !== "on") return ["Turn the microphone on, type, or upload."];
  if (mode === "hold") {
    return ["Hold the button", h("span", { class: "with-keyboard" }, " or ", h("kbd", {}, "Space")), " and talk."];
  }
  if (headphones) return ["Just talk. You can cut in at any time."];
  return [
    "Just talk. To cut in, stop the tutor",
    h("span", { class: "with-keyboard" }, " (", h("kbd", {}, "Esc"), ")"),
    ".",
  ];
}
