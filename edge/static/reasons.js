/**
 * Why the tutor said what it said: of each sentence what it does, what it rests on, and who made it. Draws only.
 */

import { h, icon } from "./dom.js";
import { describe } from "./phones.js";

const ACTS = {
  greet: "greets",
  react: "reacts",
  recast: "says it right",
  praise: "praises",
  correct: "corrects",
  model: "shows how",
  ask: "asks",
  instruct: "instructs",
  close: "closes",
};

const KINDS = {
  phone: "sound",
  word: "word",
  note: "slip",
  pause: "pause",
  pitch: "melody",
  rate: "speed",
  content: "picked up",
  history: "earlier lessons",
};

/** `listen(startMs, endMs)` plays that stretch of what the learner said. Null for a turn without a reply. */
export function reasons(turn, listen) {
  const sentences = turn.sentences.filter(Boolean);
  if (!sentences.length) return null;
  return h(
    "details",
    { class: "reasons", open: true },
    h("summary", {}, icon("chevron"), "Why"),
    h("ol", {}, sentences.map((sentence) => reason(sentence, listen))),
    h("p", { class: "meta" }, madeBy(sentences)),
  );
}

function reason(sentence, listen) {
  return h(
    "li",
    {},
    sentence.acts.map((act) => h("span", { class: "tag act" }, ACTS[act] ?? act)),
    sentence.evidence.map((evidence) => restsOn(evidence, listen)),
    sentence.exercise && h("span", { class: "evidence" }, h("i", {}, "next to say"), ` “${sentence.exercise}”`),
  );
}

function restsOn({ kind, text, start_ms: startMs, end_ms: endMs, value }, listen) {
  const what = kind === "phone" ? `/${describe(text).ipa || text}/` : text;
  const figure = typeof value === "number" ? ` ${Math.round(value * 10) / 10}` : "";
  const told = [h("i", {}, KINDS[kind] ?? kind), ` ${what}`, figure && h("b", {}, figure)];
  if (endMs <= startMs) return h("span", { class: "evidence" }, told);
  const span = `${(startMs / 1000).toFixed(2)}–${(endMs / 1000).toFixed(2)} s`;
  return h(
    "button",
    { type: "button", class: "evidence", title: `Hear it: ${span}`, on: { click: () => listen(startMs, endMs) } },
    icon("play"),
    told,
    h("span", { class: "meta" }, ` ${span}`),
  );
}

/** The engine of the reply and how long its first sentence took. */
function madeBy(sentences) {
  const [{ engine }] = sentences;
  const names = [...new Set(sentences.map((sentence) => `${sentence.engine.name} ${sentence.engine.version}`))];
  return `by ${names.join(", ")} in ${Math.round(engine.latency_ms)} ms`;
}
