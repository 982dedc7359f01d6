/** The start view: choose a tutor, a goal, a level, a mode and what to talk about, then begin. */

import { fill, h, icon } from "./dom.js";
import { picture } from "./picture.js";
import { Readiness } from "./readiness.js";
import { go } from "./router.js";
import { choices, choose, learnerId, read, write } from "./store.js";

const GOALS = ["Speak more fluently", "Sound clearer", "Travel", "Work and meetings", "Prepare for an exam"];
const LEVELS = [
  ["A1", "First words"],
  ["A2", "Simple talk"],
  ["B1", "Everyday"],
  ["B2", "Confident"],
  ["C1", "Advanced"],
];
const MODES = [
  ["conversation", "Conversation", "Talk freely. Your tutor answers and asks on."],
  ["sentence", "Guided sentences", "Say one sentence at a time and see every sound."],
];

export function startView(place, { catalogue, sound, notices }) {
  const wanted = choices();
  const readiness = new Readiness();
  const tutors = h("div", { class: "tutors" }, [1, 2, 3].map(() => h("div", { class: "tutor-card is-empty", "aria-hidden": "true" })));
  const about = h("div", {});
  const hello = h("div", { class: "hello", "aria-hidden": "true" });
  const start = h("button", { type: "submit", class: "primary start-button" });
  const hint = h("p", { class: "start-hint meta", role: "status" });
  const form = h("form", { class: "start-form" },
    fieldset("Choose your tutor", tutors),
    fieldset("How do you want to practise?", h("div", { class: "modes" }, MODES.map((mode) => modeCard(mode, wanted.mode)))),
    h("div", { class: "start-columns" },
      fieldset("Your level", h("div", { class: "levels" }, LEVELS.map((level) => levelCard(level, wanted.level)))),
      goalField(wanted.goal)),
    about,
    h("div", { class: "start-bar" }, start, hint));
  place.append(
    h("div", { class: "start" },
      h("header", { class: "hero" },
        h("div", {},
          h("h1", { tabindex: "-1" }, "Let’s talk."),
          h("p", {}, "A tutor who listens to every sound, answers by voice and remembers what you are working on."),
          comeBack()),
        hello),
      readiness.element, form, learnerField()));

  let known = [];
  const state = { waiting: false };
  const drawStart = () => {
    start.disabled = state.waiting;
    fill(start, state.waiting ? h("span", { class: "spinner" }) : icon("microphone"), state.waiting ? "Starting as soon as all is ready" : "Start lesson");
    hint.textContent = readiness.ready || state.waiting ? "" : "The tutor is still getting ready; you can start in a moment.";
  };
  const begin = () => {
    write("starting", true);
    go("lesson");
  };
  const drawAbout = () => fill(about, aboutField(form, wanted, catalogue));
  form.addEventListener("change", () => {
    take(form);
    greet(hello, known);
    if (form.elements.mode.value !== about.dataset.mode) {
      about.dataset.mode = form.elements.mode.value;
      drawAbout();
    }
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    take(form);
    sound.unlock();
    notices.clearAll();
    if (readiness.ready) begin();
    else {
      state.waiting = true;
      drawStart();
    }
  });
  readiness.addEventListener("change", () => {
    drawStart();
    if (readiness.ready && state.waiting) begin();
  });
  about.dataset.mode = wanted.mode;
  drawAbout();
  drawStart();
  catalogue.tutors().then((list) => {
    known = list;
    drawTutors(tutors, list, wanted.tutor);
    greet(hello, known);
  });
  return () => readiness.close();
}

/** Keeps the form's choices. */
function take(form) {
  const { tutor, mode, level, goal, topic, text } = form.elements;
  choose({
    mode: mode.value,
    level: level.value,
    goal: goal.value.trim() || GOALS[0],
    ...(tutor?.value ? { tutor: tutor.value } : {}),
    ...(topic ? { topic: topic.value } : {}),
    ...(text ? { text: text.value.trim() } : {}),
  });
}

function fieldset(legend, ...children) {
  return h("fieldset", {}, h("legend", {}, legend), children);
}

function drawTutors(place, list, chosen) {
  const known = list.some((tutor) => tutor.name === chosen);
  fill(place, list.map((tutor, index) => tutorCard(tutor, known ? tutor.name === chosen : index === 0)));
  if (!known && list.length) choose({ tutor: list[0].name });
  const chosenCard = place.querySelector(":checked")?.parentElement;
  if (chosenCard) place.scrollLeft = chosenCard.offsetLeft - (place.clientWidth - chosenCard.clientWidth) / 2;
}

/** The chosen tutor says hello beside the title. */
function greet(place, list) {
  const tutor = list.find((candidate) => candidate.name === choices().tutor);
  if (!tutor || place.dataset.tutor === tutor.name) return;
  place.dataset.tutor = tutor.name;
  fill(place, h("p", {}, `Hi, I’m ${tutor.title}. Ready when you are.`), tutor.portrait && picture(tutor.portrait));
}

function tutorCard(tutor, checked) {
  const clip = h("video", { muted: true, loop: true, playsinline: true, preload: "none", "aria-hidden": "true", tabindex: "-1" });
  clip.muted = true;
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const wake = () => {
    if (calm || !tutor.idle) return;
    if (!clip.src) clip.src = tutor.idle;
    clip.play().then(() => clip.classList.add("is-playing"), () => {});
  };
  const rest = () => {
    clip.classList.remove("is-playing");
    clip.pause();
  };
  return h("label", { class: "tutor-card", on: { pointerenter: wake, pointerleave: rest } },
    h("input", { type: "radio", name: "tutor", value: tutor.name, checked }),
    h("span", { class: "tutor-picture" }, tutor.portrait && picture(tutor.portrait), clip),
    h("span", { class: "tutor-words" }, h("strong", {}, tutor.title ?? tutor.name), h("span", { class: "meta" }, tutor.description ?? "")),
    h("span", { class: "tick", "aria-hidden": "true" }, icon("check")));
}

function modeCard([value, title, words], chosen) {
  return h("label", { class: "choice-card" },
    h("input", { type: "radio", name: "mode", value, checked: value === chosen }),
    h("span", {}, h("strong", {}, title), h("span", { class: "meta" }, words)));
}

function levelCard([value, words], chosen) {
  return h("label", { class: "level-card" },
    h("input", { type: "radio", name: "level", value, checked: value === chosen }),
    h("span", {}, h("strong", {}, value), h("span", { class: "meta" }, words)));
}

function goalField(chosen) {
  const field = h("input", { id: "goal", name: "goal", type: "text", maxlength: 120, value: chosen, autocomplete: "off", list: "goals" });
  return fieldset("Your goal", h("label", { class: "hidden-label", for: "goal" }, "Your goal"), field,
    h("datalist", { id: "goals" }, GOALS.map((goal) => h("option", { value: goal }))),
    h("div", { class: "chips" }, GOALS.map((goal) => h("button", { type: "button", class: "chip", on: { click: () => {
      field.value = goal;
      field.dispatchEvent(new Event("change", { bubbles: true }));
    } } }, goal))));
}

/** The topic of a conversation, or the sentence to practise. */
function aboutField(form, wanted, catalogue) {
  if (form.elements.mode.value === "sentence") {
    return fieldset("A sentence of your own (if you like)",
      h("label", { class: "hidden-label", for: "text" }, "A sentence of your own"),
      h("textarea", { id: "text", name: "text", rows: 2, maxlength: 300, placeholder: "Leave it empty and your tutor chooses sentences for your level." }, choices().text));
  }
  const chips = h("div", { class: "chips", role: "group" }, topicChip("", "Surprise me", !wanted.topic));
  catalogue.topics().then((topics) => {
    const { topic, level } = choices();
    const fitting = topics.filter((item) => !item.levels?.length || item.levels.includes(level) || item.name === topic);
    const shown = fitting.length ? fitting : topics;
    fill(chips, topicChip("", "Surprise me", !shown.some((item) => item.name === topic)), shown.map((item) => topicChip(item.name, item.title, item.name === topic)));
  });
  return fieldset("What shall we talk about?", chips);
}

function topicChip(value, title, checked) {
  return h("label", { class: "chip" }, h("input", { type: "radio", name: "topic", value, checked }), h("span", {}, title));
}

function comeBack() {
  const session = read("session");
  return session && h("p", {}, h("a", { class: "come-back", href: `#/lesson/${encodeURIComponent(session)}` }, icon("chevron"), "Continue your last lesson"));
}

function learnerField() {
  const field = h("input", { id: "learner", type: "text", maxlength: 60, autocomplete: "off", spellcheck: "false", value: learnerId(), on: {
    change: () => {
      const name = field.value.trim();
      if (name) write("learner", name);
      field.value = learnerId();
    },
  } });
  return h("details", { class: "learner" }, h("summary", {}, icon("chevron"), "Your pseudonym in this browser"),
    h("label", { for: "learner" }, "Your lessons are kept under this pseudonym. To go on in another browser, write the same one there."), field);
}
