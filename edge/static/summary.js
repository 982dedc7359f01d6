/** What a lesson came to, shown when it is over. */

import { h } from "./dom.js";
import { gauge } from "./gauges.js";

export function summary(lesson) {
  const judged = [...lesson.turns.values()]
    .map((turn) => turn.analysis?.scores.total)
    .filter((total) => total !== null && total !== undefined);
  const said = [...lesson.turns.values()].filter((turn) => turn.uttered).length;
  const mean = judged.length ? judged.reduce((sum, total) => sum + total, 0) / judged.length : null;
  return h(
    "section",
    { class: "summary", role: "status" },
    mean !== null && gauge("Average", mean, true),
    h(
      "div",
      {},
      h("strong", {}, "Well done, lesson over."),
      h("p", { class: "meta" }, `You spoke ${said} ${said === 1 ? "time" : "times"}. All of it is saved.`),
    ),
    h("span", { class: "spacer" }),
    h("a", { class: "quiet", href: "#/progress" }, "My progress"),
    h("a", { class: "button primary", href: "#/start" }, "New lesson"),
  );
}
