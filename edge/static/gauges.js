/** Scores as small round gauges, with the figure inside and the band told by its arc, colour and words. */

import { h, svg } from "./dom.js";
import { BANDS, bandOf } from "./phones.js";

const RADIUS = 20;
const AROUND = 2 * Math.PI * RADIUS;

const LABELS = [
  ["pronunciation", "Sounds"],
  ["fluency", "Fluency"],
  ["prosody", "Melody"],
  ["completeness", "Complete"],
  ["grammar", "Grammar"],
];

const isFigure = (score) => score !== null && score !== undefined;

export function gauge(label, score, large = false) {
  const band = bandOf(score);
  const share = isFigure(score) ? Math.max(0, Math.min(100, score)) / 100 : 0;
  const figure = isFigure(score) ? Math.round(score) : "–";
  return h(
    "div",
    {
      class: large ? "gauge gauge-large" : "gauge",
      data: { band },
      role: "img",
      aria: { label: spoken(label, score) },
    },
    svg(
      "svg",
      { viewBox: "0 0 48 48", "aria-hidden": "true" },
      svg("circle", { class: "gauge-track", cx: 24, cy: 24, r: RADIUS }),
      share > 0 &&
        svg("circle", {
          class: "gauge-arc",
          cx: 24,
          cy: 24,
          r: RADIUS,
          "stroke-dasharray": `${share * AROUND} ${AROUND}`,
          transform: "rotate(-90 24 24)",
        }),
      svg(
        "text",
        { class: "gauge-figure", x: 24, y: 24, "text-anchor": "middle", "dominant-baseline": "central" },
        `${figure}`,
      ),
    ),
    h("span", { class: "gauge-label", aria: { hidden: "true" } }, label),
  );
}

function spoken(label, score) {
  if (!isFigure(score)) return `${label}: not judged`;
  return `${label}: ${Math.round(score)} of 100, ${BANDS[bandOf(score)]}`;
}

/** The scores of an utterance that could be judged and, in front, their total where it tells more; null for none. */
export function scoreRow(scores) {
  const judged = LABELS.filter(([key]) => isFigure(scores[key]));
  const total = isFigure(scores.total) && judged.length !== 1;
  if (!total && !judged.length) return null;
  return h(
    "div",
    { class: "gauges", role: "group", aria: { label: "Scores" } },
    total && gauge("Overall", scores.total, true),
    judged.map(([key, label]) => gauge(label, scores[key])),
  );
}
