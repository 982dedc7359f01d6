/** Scores and minutes by day as an SVG chart, with the same figures as a table for those who do not see it. */

import { h, svg } from "./dom.js";

const WIDTH = 720;
const HEIGHT = 220;
const LEFT = 34;
const RIGHT = 12;
const TOP = 12;
const BOTTOM = 30;

const LINES = [
  ["total", "Overall"],
  ["pronunciation", "Sounds"],
  ["fluency", "Fluency"],
  ["prosody", "Melody"],
  ["grammar", "Grammar"],
];

/** `days`: {day: ISO date, minutes, total, pronunciation, …}, oldest first; figures may be missing. */
export function trendFigure(days) {
  const known = days.filter((day) => day.day).sort((one, other) => one.day.localeCompare(other.day));
  if (!known.length) return h("p", { class: "meta" }, "No day to show yet.");
  const first = Date.parse(known[0].day);
  const span = Math.max(Date.parse(known.at(-1).day) - first, 1);
  const x = (day) => (known.length === 1 ? WIDTH / 2 : LEFT + 12 + ((WIDTH - LEFT - RIGHT - 24) * (Date.parse(day) - first)) / span);
  const y = (score) => TOP + (HEIGHT - TOP - BOTTOM) * (1 - score / 100);
  const minutes = Math.max(...known.map((day) => day.minutes ?? 0), 1);
  const chart = svg("svg", { class: "trend", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": "Scores by day; the table below has the figures" },
    [0, 50, 100].map((score) => svg("g", {},
      svg("line", { class: "pitch-grid", x1: LEFT, x2: WIDTH - RIGHT, y1: y(score), y2: y(score) }),
      svg("text", { class: "pitch-axis", x: LEFT - 8, y: y(score), "text-anchor": "end", "dominant-baseline": "central" }, `${score}`))),
    known.map((day) => bar(day, x, minutes)),
    LINES.map(([key]) => line(known, key, x, y)),
    labelled(known).map((day) => svg("text", { class: "pitch-axis", x: x(day.day), y: HEIGHT - 8, "text-anchor": "middle" }, short(day.day))));
  return h("figure", { class: "trend-figure" }, chart,
    h("figcaption", { class: "legend" }, LINES.filter(([key]) => known.some((day) => isFigure(day[key]))).map(([key, title]) => h("span", { data: { line: key } }, title)),
      h("span", { data: { line: "minutes" } }, "Minutes")),
    h("details", {}, h("summary", {}, "The figures as a table"), table(known)));
}

const isFigure = (value) => value !== null && value !== undefined;

function line(days, key, x, y) {
  const points = days.filter((day) => isFigure(day[key]));
  return svg("g", { "data-line": key },
    svg("polyline", { class: "trend-line", points: points.map((day) => `${x(day.day).toFixed(1)},${y(day[key]).toFixed(1)}`).join(" ") }),
    (key === "total" || points.length === 1) && points.map((day) => svg("circle", { class: "trend-dot", cx: x(day.day), cy: y(day[key]), r: 3.5 })));
}

function bar(day, x, most) {
  const height = ((HEIGHT - TOP - BOTTOM) * 0.3 * (day.minutes ?? 0)) / most;
  return svg("rect", { class: "trend-bar", x: x(day.day) - 5, y: HEIGHT - BOTTOM - height, width: 10, height, rx: 3 });
}

/** At most six days get a label. */
function labelled(days) {
  const step = Math.ceil(days.length / 6);
  return days.filter((_, index) => index % step === 0);
}

function short(day) {
  return new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", timeZone: "UTC" }).format(new Date(day));
}

function table(days) {
  const cell = (value) => h("td", {}, isFigure(value) ? `${Math.round(value)}` : "–");
  return h("div", { class: "table-scroll", tabindex: "0" }, h("table", {},
    h("thead", {}, h("tr", {}, ["Day", "Minutes", ...LINES.map(([, title]) => title)].map((title) => h("th", { scope: "col" }, title)))),
    h("tbody", {}, days.map((day) => h("tr", {}, h("th", { scope: "row" }, short(day.day)), cell(day.minutes), LINES.map(([key]) => cell(day[key])))))));
}
