/**
 * The learner's sentence as words that can be opened: each shows its score by underline, figure and colour, and opens
 * into its phones, what was heard instead, and how to make the weakest sound.
 */

import { fill, h, icon } from "./dom.js";
import { articulation } from "./feedback.js";
import { BANDS, bandOf, describe } from "./phones.js";

/** `listen(kind, word)` plays "mine" or, where the tutor `canSpeak`, "tutor". Gives the sentence with the room for a word's details below. */
export function scoredSentence(analysis, listen, canSpeak = true) {
  const details = h("div", { class: "word-details", hidden: true });
  let open = null;
  const toggle = (button, word) => {
    open?.setAttribute("aria-expanded", "false");
    if (open === button) {
      open = null;
      details.hidden = true;
      return;
    }
    open = button;
    button.setAttribute("aria-expanded", "true");
    fill(
      details,
      wordDetails(word, listen, canSpeak, () => closeOf(button)),
    );
    details.hidden = false;
  };
  const closeOf = (button) => {
    toggle(button, null);
    button.focus();
  };
  const onKeys = (event) => {
    if (event.key === "Escape" && open) {
      event.stopPropagation();
      closeOf(open);
    } else moveFocus(event);
  };
  const line = h(
    "p",
    { class: "scored-sentence", role: "group", aria: { label: "Your words with their scores" } },
    analysis.words.map((word) => wordButton(word, toggle)),
  );
  return h("div", { class: "scored", on: { keydown: onKeys } }, line, details);
}

function moveFocus(event) {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!step || !event.target.classList.contains("word")) return;
  const words = [...event.currentTarget.querySelectorAll(".word")];
  words[words.indexOf(event.target) + step]?.focus();
}

function wordButton(word, toggle) {
  const band = word.spoken === false ? "missed" : bandOf(word.score);
  const figure = Math.round(word.score);
  const label = `${word.text}: ${band === "missed" ? BANDS.missed : `${figure} of 100, ${BANDS[band]}`}`;
  return h(
    "button",
    {
      type: "button",
      class: "word",
      data: { band },
      aria: { expanded: "false", label },
      on: { click: (event) => toggle(event.currentTarget, word) },
    },
    h("span", { class: "word-text" }, word.text),
    (band === "weak" || band === "fair") && h("span", { class: "word-figure", aria: { hidden: "true" } }, `${figure}`),
  );
}

function wordDetails(word, listen, canSpeak, close) {
  const missed = word.spoken === false;
  const weakest = [...word.phones].sort((one, other) => one.score - other.score)[0];
  return [
    h(
      "header",
      {},
      h("strong", {}, word.text),
      h(
        "span",
        { class: "tag", data: { band: missed ? "missed" : bandOf(word.score) } },
        missed ? BANDS.missed : `${Math.round(word.score)} · ${BANDS[bandOf(word.score)]}`,
      ),
      !missed && small("play", "You", "Hear yourself", () => listen("mine", word)),
      canSpeak && small("listen", "Tutor", "Hear the tutor", () => listen("tutor", word)),
    ),
    h(
      "button",
      { type: "button", class: "quiet round close", aria: { label: "Close the details" }, on: { click: close } },
      icon("close"),
    ),
    missed &&
      h("p", { class: "tip" }, "This word was in the sentence but was not heard. Say it once more, a little slower."),
    word.phones.length > 0 &&
      h("ul", { class: "phones", aria: { label: `Sounds of ${word.text}` } }, word.phones.map(phoneItem)),
    !missed && weakest && bandOf(weakest.score) !== "good" && tipFor(weakest),
  ];
}

function small(name, who, label, click) {
  return h(
    "button",
    { type: "button", class: "quiet small", aria: { label }, title: label, on: { click } },
    icon(name),
    who,
  );
}

function phoneItem(phone) {
  const { ipa, example } = describe(phone.phone);
  const band = bandOf(phone.score);
  // A sound that was made well is not worth naming another one for.
  const confused = phone.heard && phone.heard !== phone.phone && phone.score < 80;
  const heard = confused ? describe(phone.heard).ipa : "";
  const label = `${phone.phone} as in ${example}: ${Math.round(phone.score)} of 100${heard ? `, sounded like ${heard}` : ""}`;
  return h(
    "li",
    { class: "phone", data: { band }, aria: { label } },
    h("span", { class: "phone-ipa", lang: "en-fonipa" }, ipa),
    h("span", { class: "phone-figure" }, `${Math.round(phone.score)}`),
    h("span", { class: "phone-example" }, heard ? `heard “${heard}”` : `as in ${example}`),
  );
}

function tipFor({ phone }) {
  const { ipa, example } = describe(phone);
  const place = h("p", { class: "tip" }, h("strong", {}, `/${ipa}/ as in “${example}”. `));
  articulation().then(
    ({ language, tips }) => place.append(h("span", { lang: language }, tips[phone] ?? "")),
    () => {}, // the sound is named all the same
  );
  return place;
}
