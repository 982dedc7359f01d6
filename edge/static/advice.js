/** The sounds of a turn that most need work: what was heard, where, how to make it, and two words to practise with. */

import { fill, h, icon } from "./dom.js";
import { bandOf } from "./phones.js";

const MARGIN_MS = 120; // a single sound is too short to be heard by itself

/** `actions` are the transcript's. Empty and hidden until the server has told what there is to work on. */
export function advice(turn, actions) {
  const place = h("section", { class: "advice", hidden: true, aria: { label: "Sounds to work on" } });
  actions.feedback(turn).then(
    (feedback) => {
      place.hidden = !feedback.advice.length;
      const items = feedback.advice.map((one) => item(one, feedback.language, turn, actions));
      fill(place, h("h2", {}, "Sounds to work on"), h("ul", {}, items));
    },
    () => {}, // the scores are there all the same
  );
  return place;
}

function item({ claim, text, span, tip, pair }, language, turn, actions) {
  return h(
    "li",
    {},
    h(
      "p",
      { class: "advice-head" },
      h("span", { class: "advice-text", lang: language }, text, h("span", { class: "meta" }, `, ${span}`)),
      h("span", { class: "tag", data: { band: bandOf(claim.score) } }, `${Math.round(claim.score)}`, h("span", { class: "hidden-label" }, " of 100")),
    ),
    tip && h("p", { class: "tip", lang: language }, tip),
    h(
      "p",
      { class: "advice-tools" },
      turn.uttered?.audio && hear(claim, span, turn, actions),
      pair && practise(pair, actions),
    ),
  );
}

function hear(claim, span, turn, actions) {
  return button("play", "You", `Hear yourself say ‘${claim.word}’, ${span}`, () =>
    actions.playRecording(turn, Math.max(0, claim.start_ms - MARGIN_MS), claim.end_ms + MARGIN_MS),
  );
}

function practise(pair, actions) {
  const said = pair.map((word) =>
    actions.speak
      ? button("listen", word, `Hear the tutor say ‘${word}’`, () => actions.speak(word, 0.85))
      : h("strong", {}, word),
  );
  return h("span", { class: "pair" }, h("span", { class: "meta" }, "Practise"), said[0], "–", said[1]);
}

function button(name, text, label, click) {
  return h(
    "button",
    { type: "button", class: "quiet small", aria: { label }, title: label, on: { click } },
    icon(name),
    text,
  );
}
