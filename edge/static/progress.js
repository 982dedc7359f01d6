/** The learner's progress: streak, totals, trend, weak areas. Tolerates figures that are missing. */

import * as api from "./api.js";
import { fill, h, icon } from "./dom.js";
import { scoreRow } from "./gauges.js";
import { articulation } from "./feedback.js";
import { failure } from "./history.js";
import { bandOf, describe } from "./phones.js";
import { trendFigure } from "./trend.js";

const TREND_DAYS = 30;

const SLIPS = {
  agreement: "Agreement (he go → he goes)",
  article: "Articles (a, an, the)",
  tense: "Tenses",
  preposition: "Prepositions",
  plural: "Plurals",
  word_order: "Word order",
  word_choice: "Choice of words",
  spelling: "Spelling",
  other: "Other",
};

export function progressView(place) {
  const body = h(
    "div",
    { class: "page-body", aria: { busy: "true" } },
    h("p", { class: "meta" }, "Adding up your practice…"),
  );
  place.append(h("div", { class: "page" }, h("h1", { tabindex: "-1" }, "Your progress"), body));
  draw(body)
    .catch((fault) => fill(body, failure(fault)))
    .finally(() => body.removeAttribute("aria-busy"));
  return null;
}

async function draw(body) {
  const view = await api.progress();
  if (!view.sessions) {
    fill(
      body,
      h(
        "div",
        { class: "empty" },
        h("p", {}, "After your first lesson you will see here how you are doing."),
        h("a", { class: "button primary", href: "#/start" }, "Start a lesson"),
      ),
    );
    return;
  }
  // The trend is a second opinion on the same log; the view's own days do where it is not there.
  const days = await api.trends(TREND_DAYS).then(
    (trend) => trend.days,
    () => view.days,
  );
  const judged = scoreRow(view.averages ?? {});
  const streak = view.streak ?? {};
  fill(
    body,
    h(
      "div",
      { class: "tiles" },
      tile(
        streak.current_days ?? 0,
        streak.current_days === 1 ? "day in a row" : "days in a row",
        `longest ${streak.longest_days ?? 0}`,
        "flame",
      ),
      tile(minutes(view.minutes ?? 0), "minutes practised", ""),
      tile(
        view.sessions,
        view.sessions === 1 ? "lesson" : "lessons",
        `${view.turns ?? 0} ${view.turns === 1 ? "turn" : "turns"}`,
      ),
    ),
    card("On average", judged ?? nothing("Nothing yet: say something in a lesson, and its scores stand here.")),
    card(`The last ${TREND_DAYS} days`, trendFigure(days ?? []) ?? nothing("Nothing yet to draw.")),
    h(
      "div",
      { class: "columns" },
      weak("Sounds to work on", view.weak_phones, phoneRow),
      weak("Words to work on", view.weak_words, wordRow),
      weak("Slips you often make", view.slips, slipRow),
    ),
  );
}

function tile(figure, noun, more, picture) {
  return h(
    "div",
    { class: "tile" },
    picture && icon(picture),
    h("strong", {}, `${figure}`),
    h("span", {}, noun),
    more && h("span", { class: "meta" }, more),
  );
}

function card(title, ...children) {
  return h("section", { class: "card" }, h("h2", {}, title), children);
}

const nothing = (text) => h("p", { class: "meta" }, text);

function weak(title, list, row) {
  return card(
    title,
    list?.length
      ? h("ul", { class: "weak" }, list.slice(0, 6).map(row))
      : nothing("Nothing stands out yet."),
  );
}

function phoneRow({ phone, score, count }) {
  const { ipa, example } = describe(phone);
  const tip = h("span", { class: "meta" });
  articulation().then(
    ({ language, tips }) => {
      tip.lang = language;
      tip.textContent = tips[phone] ?? "";
    },
    () => {}, // the sound is named all the same
  );
  return h(
    "li",
    {},
    h("span", { class: "phone-ipa" }, ipa),
    h("span", { class: "weak-words" }, h("span", {}, `as in ${example}`), tip),
    h("span", { class: "tag", data: { band: bandOf(score) } }, `${Math.round(score)}`),
    h("span", { class: "hidden-label" }, `${count} times`),
  );
}

function wordRow({ word, score, count }) {
  return h(
    "li",
    {},
    h("span", { class: "weak-words" }, h("strong", {}, written(word)), h("span", { class: "meta" }, times(count))),
    h("span", { class: "tag", data: { band: bandOf(score) } }, `${Math.round(score)}`),
  );
}

function slipRow({ kind, count }) {
  return h(
    "li",
    {},
    h("span", { class: "weak-words" }, SLIPS[kind] ?? kind),
    h("span", { class: "meta" }, times(count)),
  );
}

/** The one word that English always writes large. */
const written = (word) => word.replace(/^i(?=$|['’])/, "I");
const minutes = (spoken) => (spoken < 10 ? Math.round(spoken * 10) / 10 : Math.round(spoken));
const times = (count) => (count === 1 ? "once" : `${count} times`);
