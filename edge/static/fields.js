/** The start form's fields: mode, level, goal, and what to talk about. Each gives its element; the form keeps the values. */

import { fill, h } from "./dom.js";
import { articulation } from "./feedback.js";
import { choices } from "./store.js";

export const GOALS = ["Speak more fluently", "Sound clearer", "Travel", "Work and meetings", "Prepare for an exam"];
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

export function fieldset(legend, ...children) {
  return h("fieldset", {}, h("legend", {}, legend), children);
}

export function modeField(chosen) {
  const cards = MODES.map((mode) => modeCard(mode, chosen));
  return fieldset("How do you want to practise?", h("div", { class: "modes" }, cards));
}

export function levelField(chosen) {
  const cards = LEVELS.map((level) => levelCard(level, chosen));
  return fieldset("Your level", h("div", { class: "levels" }, cards));
}

function modeCard([value, title, words], chosen) {
  return h(
    "label",
    { class: "choice-card" },
    h("input", { type: "radio", name: "mode", value, checked: value === chosen }),
    h("span", {}, h("strong", {}, title), h("span", { class: "meta" }, words)),
  );
}

function levelCard([value, words], chosen) {
  return h(
    "label",
    { class: "level-card" },
    h("input", { type: "radio", name: "level", value, checked: value === chosen }),
    h("span", {}, h("strong", {}, value), h("span", { class: "meta" }, words)),
  );
}

export function goalField(chosen) {
  const field = h("input", {
    id: "goal",
    name: "goal",
    type: "text",
    maxlength: 120,
    value: chosen,
    autocomplete: "off",
    list: "goals",
  });
  return fieldset(
    "Your goal",
    h("label", { class: "hidden-label", for: "goal" }, "Your goal"),
    field,
    h(
      "datalist",
      { id: "goals" },
      GOALS.map((goal) => h("option", { value: goal })),
    ),
    h(
      "div",
      { class: "chips" },
      GOALS.map((goal) =>
        h(
          "button",
          {
            type: "button",
            class: "chip",
            on: {
              click: () => {
                field.value = goal;
                field.dispatchEvent(new Event("change", { bubbles: true }));
              },
            },
          },
          goal,
        ),
      ),
    ),
  );
}

/** The language that sounds are explained in; which ones there are the server tells meanwhile. */
export function languageField() {
  const { language } = choices();
  const field = h("select", { id: "language", name: "language" });
  offer(field, language ? [{ tag: language, name: language }] : []);
  articulation().then(
    ({ languages }) => offer(field, languages),
    () => {}, // then it stays as it is
  );
  return fieldset("Explain sounds in", h("label", { class: "hidden-label", for: "language" }, "Explain sounds in"), field);
}

function offer(field, languages) {
  const options = languages.map(({ tag, name }) => h("option", { value: tag, lang: tag }, name));
  fill(field, h("option", { value: "" }, "My browser’s language"), options);
  field.value = choices().language;
}

/** The topic of a conversation, or the sentence to practise. */
export function aboutField(mode, catalogue) {
  if (mode === "sentence") {
    return fieldset(
      "A sentence of your own (if you like)",
      h("label", { class: "hidden-label", for: "text" }, "A sentence of your own"),
      h(
        "textarea",
        {
          id: "text",
          name: "text",
          rows: 2,
          maxlength: 300,
          placeholder: "Leave it empty and your tutor chooses sentences for your level.",
        },
        choices().text,
      ),
    );
  }
  const chips = h("div", { class: "chips", role: "group" }, topicChip("", "Surprise me", !choices().topic));
  catalogue.topics().then((topics) => {
    const { topic, level } = choices();
    const fitting = topics.filter((item) => !item.levels?.length || item.levels.includes(level) || item.name === topic);
    const shown = fitting.length ? fitting : topics;
    fill(
      chips,
      topicChip("", "Surprise me", !shown.some((item) => item.name === topic)),
      shown.map((item) => topicChip(item.name, item.title, item.name === topic)),
    );
  });
  return fieldset("What shall we talk about?", chips);
}

function topicChip(value, title, checked) {
  return h(
    "label",
    { class: "chip" },
    h("input", { type: "radio", name: "topic", value, checked }),
    h("span", {}, title),
  );
}
