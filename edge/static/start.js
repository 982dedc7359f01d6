/** The start view: choose a tutor, a goal, a level, a mode and what to talk about, then begin. */

import { fill, h, icon } from "./dom.js";
import { GOALS, aboutField, fieldset, goalField, languageField, levelField, modeField } from "./fields.js";
import { Readiness } from "./readiness.js";
import { go } from "./router.js";
import { choices, choose, learnerId, read, write } from "./store.js";
import { drawTutors, greet, tutorPlaces } from "./tutors.js";

/** `shared`: {catalogue, sound, notices}. */
export function startView(place, shared) {
  return new StartView(place, shared).leave;
}

class StartView {
  constructor(place, { catalogue, sound, notices }) {
    this.catalogue = catalogue;
    this.known = []; // the tutors, once the server has named them
    this.waiting = false; // for the engines, with the lesson already chosen
    this.readiness = new Readiness();
    this.#build(place);
    this.form.addEventListener("change", () => this.#changed());
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      sound.unlock();
      notices.clearAll();
      this.#submitted();
    });
    this.readiness.addEventListener("change", () => {
      this.#drawStart();
      this.#greet();
      if (this.readiness.ready && this.waiting) begin();
    });
    this.#drawAbout();
    this.#drawStart();
    this.#meet();
    this.leave = () => this.readiness.close();
  }

  #build(place) {
    const wanted = choices();
    this.tutors = tutorPlaces();
    this.about = h("div", {});
    this.hello = h("div", { class: "hello", "aria-hidden": "true" });
    this.start = h("button", { type: "submit", class: "primary start-button" });
    this.hint = h("p", { class: "start-hint meta", role: "status" });
    this.form = h(
      "form",
      { class: "start-form" },
      fieldset("Choose your tutor", this.tutors),
      modeField(wanted.mode),
      h("div", { class: "start-columns" }, levelField(wanted.level), goalField(wanted.goal)),
      this.about,
      languageField(),
      h("div", { class: "start-bar" }, this.start, this.hint),
    );
    const hero = h("header", { class: "hero" }, title(), this.hello);
    place.append(h("div", { class: "start" }, hero, this.readiness.element, this.form, learnerField()));
  }

  async #meet() {
    this.known = await this.catalogue.tutors();
    drawTutors(this.tutors, this.known, choices().tutor);
    this.#greet();
  }

  #greet() {
    greet(this.hello, this.known, this.readiness.ready);
  }

  #changed() {
    take(this.form);
    this.#greet();
    if (this.form.elements.mode.value !== this.about.dataset.mode) this.#drawAbout();
  }

  #submitted() {
    take(this.form);
    if (this.readiness.ready) begin();
    else {
      this.waiting = true;
      this.#drawStart();
    }
  }

  #drawAbout() {
    const mode = this.form.elements.mode.value;
    this.about.dataset.mode = mode;
    fill(this.about, aboutField(mode, this.catalogue));
  }

  #drawStart() {
    const { start, hint, waiting, readiness } = this;
    start.disabled = waiting;
    if (waiting) fill(start, h("span", { class: "spinner" }), "Starting as soon as all is ready");
    else fill(start, icon("microphone"), "Start lesson");
    const early = !readiness.ready && !waiting;
    hint.textContent = early ? "The tutor is still getting ready; you can start in a moment." : "";
  }
}

function begin() {
  write("starting", true);
  go("lesson");
}

/** Keeps the form's choices. */
function take(form) {
  const { tutor, mode, level, goal, topic, text, language } = form.elements;
  choose({
    mode: mode.value,
    level: level.value,
    language: language.value,
    goal: goal.value.trim() || GOALS[0],
    ...(tutor?.value ? { tutor: tutor.value } : {}),
    ...(topic ? { topic: topic.value } : {}),
    ...(text ? { text: text.value.trim() } : {}),
  });
}

function title() {
  return h(
    "div",
    {},
    h("h1", { tabindex: "-1" }, "Let’s talk."),
    h("p", {}, "A tutor who listens to every sound, answers by voice and remembers what you are working on."),
    comeBack(),
  );
}

function comeBack() {
  const session = read("session");
  return (
    session &&
    h(
      "p",
      {},
      h(
        "a",
        { class: "come-back", href: `#/lesson/${encodeURIComponent(session)}` },
        icon("chevron"),
        "Continue your last lesson",
      ),
    )
  );
}

function learnerField() {
  const field = h("input", {
    id: "learner",
    type: "text",
    maxlength: 60,
    autocomplete: "off",
    spellcheck: "false",
    value: learnerId(),
    on: {
      change: () => {
        const name = field.value.trim();
        if (name) write("learner", name);
        field.value = learnerId();
      },
    },
  });
  return h(
    "details",
    { class: "learner" },
    h("summary", {}, icon("chevron"), "Your pseudonym in this browser"),
    h(
      "label",
      { for: "learner" },
      "Your lessons are kept under this pseudonym. To go on in another browser, write the same one there.",
    ),
    field,
  );
}
