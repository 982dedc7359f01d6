/** What a lesson came to, shown when it is over. */

import { h } from "./dom.js";
import { gauge } from "./gauges.js";
import { asksForNext, isTyped } from "./lesson_state.js";
import { bandOf } from "./phones.js";
import { totalOf } from "./turn_parts.js";

const HEADINGS = {
  good: "Well done! Lesson over.",
  fair: "Good work. Lesson over.",
  weak: "Lesson over. This was a hard one: say it again another day.",
  none: "Lesson over.",
};

export function summary(lesson) {
  const judged = [...lesson.turns.values()].map(totalOf).filter((total) => total !== null);
  const mean = judged.length ? judged.reduce((sum, total) => sum + total, 0) / judged.length : null;
  return h(
    "section",
    { class: "summary", data: { band: bandOf(mean) }, role: "status" },
    mean !== null && gauge("Average", mean, true),
    h(
      "div",
      { class: "summary-words" },
      h("strong", {}, HEADINGS[bandOf(mean)]),
      h("p", { class: "meta" }, took(lesson)),
    ),
    h(
      "div",
      { class: "summary-ways" },
      h("a", { class: "quiet", href: "#/progress" }, "My progress"),
      h("a", { class: "button primary", href: "#/start" }, "New lesson"),
    ),
  );
}

/** How often the learner spoke and typed. */
function took(lesson) {
  const own = [...lesson.turns.values()].filter((turn) => turn.uttered && !asksForNext(turn));
  const typed = own.filter(isTyped).length;
  const spoken = own.length - typed;
  if (!own.length) return "You have not said anything.";
  const ways = [spoken > 0 && `spoke ${times(spoken)}`, typed > 0 && `typed ${times(typed)}`].filter(Boolean);
  return `You ${ways.join(" and ")}. All of it is saved.`;
}

const times = (count) => (count === 1 ? "once" : `${count} times`);
