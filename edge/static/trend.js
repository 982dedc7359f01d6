/** Scores and minutes by day as an SVG chart, with the same figures as a table for those who do not see it. */

import { h, svg } from "./dom.js";

const WIDE = 720;
const NARROWEST = 240;
const LABEL_WIDTH = 90; // of a day
const NAME_STEP = 17; // between the names beside a single day's scores
const NAME_GAP = 26; // from a score to its name
const HEIGHT = 240;
const BAR_HEIGHT = 44;
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

/** `days`: {day: ISO date, minutes, total, pronunciation, …}, oldest first; figures may be missing. Null for none. */
export function trendFigure(days) {
  const practised = days.some((day) => day.minutes > 0 || LINES.some(([key]) => isFigure(day[key])));
  if (!practised) return null;
  const known = days.filter((day) => day.day).sort((one, other) => one.day.localeCompare(other.day));
  const width = roomFor();
  const { x, y, ticks } = scales(known, width);
  const minutes = Math.max(...known.map((day) => day.minutes ?? 0), 1);
  const chart = svg(
    "svg",
    {
      class: "trend",
      viewBox: `0 0 ${width} ${HEIGHT}`,
      role: "img",
      "aria-label": "Scores by day; the table below has the figures",
    },
    ticks.map((score) =>
      svg(
        "g",
        {},
        svg("line", { class: "trend-grid", x1: LEFT, x2: width - RIGHT, y1: y(score), y2: y(score) }),
        svg(
          "text",
          { class: "trend-axis", x: LEFT - 8, y: y(score), "text-anchor": "end", "dominant-baseline": "central" },
          `${score}`,
        ),
      ),
    ),
    area(known, x, y, y(ticks[0])),
    known.map((day) => bar(day, x, minutes)),
    LINES.map(([key]) => line(known, key, x, y)),
    known.length === 1 && named(known[0], x, y),
    labelled(known, Math.max(2, Math.min(7, Math.floor(width / LABEL_WIDTH)))).map((day) =>
      svg("text", { class: "trend-axis", x: x(day.day), y: HEIGHT - 8, "text-anchor": "middle" }, short(day.day)),
    ),
  );
  return h(
    "figure",
    { class: "trend-figure" },
    chart,
    h(
      "figcaption",
      { class: "legend" },
      known.length > 1 &&
        LINES.filter(([key]) => known.some((day) => isFigure(day[key]))).map(([key, title]) =>
          h("span", { data: { line: key } }, title),
        ),
      h("span", { data: { line: "minutes" } }, "Minutes"),
    ),
    h("details", {}, h("summary", {}, "The figures as a table"), table(known)),
  );
}

/** The drawing's width in CSS pixels, a little below the card's: so the letters are never drawn smaller than they are. */
function roomFor() {
  const window = document.documentElement.clientWidth;
  return Math.max(NARROWEST, Math.min(WIDE, window - (window <= 560 ? 64 : 104)));
}

/** Scores fill the upper part, from a round figure below the lowest one; minutes have the strip at the bottom. */
function scales(days, width) {
  const first = Date.parse(days[0].day);
  const span = Math.max(Date.parse(days.at(-1).day) - first, 1);
  const x = (day) =>
    days.length === 1 ? width / 2 : LEFT + 12 + ((width - LEFT - RIGHT - 24) * (Date.parse(day) - first)) / span;
  const scores = days.flatMap((day) => LINES.map(([key]) => day[key]).filter(isFigure));
  const floor = scores.length ? Math.max(0, Math.floor((Math.min(...scores) - 5) / 20) * 20) : 0;
  const height = HEIGHT - TOP - BOTTOM - BAR_HEIGHT - 8;
  const y = (score) => TOP + height * (1 - (score - floor) / (100 - floor));
  return { x, y, ticks: [floor, (floor + 100) / 2, 100] };
}

function area(days, x, y, bottom) {
  const points = days.filter((day) => isFigure(day.total));
  if (points.length < 2) return null;
  const line = points.map((day) => `${x(day.day).toFixed(1)},${y(day.total).toFixed(1)}`);
  return svg("polygon", {
    class: "trend-area",
    points: [`${x(points[0].day)},${bottom}`, ...line, `${x(points.at(-1).day)},${bottom}`].join(" "),
  });
}

const isFigure = (value) => value !== null && value !== undefined;

function line(days, key, x, y) {
  const points = days.filter((day) => isFigure(day[key]));
  return svg(
    "g",
    { "data-line": key },
    svg("polyline", {
      class: "trend-line",
      points: points.map((day) => `${x(day.day).toFixed(1)},${y(day[key]).toFixed(1)}`).join(" "),
    }),
    (key === "total" || points.length === 1) &&
      points.map((day) =>
        svg("circle", { class: "trend-dot", cx: x(day.day), cy: y(day[key]), r: days.length === 1 ? 5 : 3.5 }),
      ),
  );
}

/** Names a single day's scores, which stand above each other; where scores are close, their names keep apart. */
function named(day, x, y) {
  const scores = LINES.filter(([key]) => isFigure(day[key])).sort(([one], [other]) => day[other] - day[one]);
  const places = apart(scores.map(([key]) => y(day[key])));
  const middle = x(day.day);
  return scores.map(([key, title], index) =>
    svg(
      "g",
      { class: "trend-name", "data-line": key },
      svg("line", { x1: middle + 7, y1: y(day[key]), x2: middle + NAME_GAP - 4, y2: places[index] }),
      svg(
        "text",
        { class: "trend-axis", x: middle + NAME_GAP, y: places[index], "dominant-baseline": "central" },
        `${title} ${Math.round(day[key])}`,
      ),
    ),
  );
}

/** Heights, from the top down, moved so that a name fits between each two and none stands among the minutes. */
function apart(heights) {
  const lowest = HEIGHT - BOTTOM - BAR_HEIGHT - 8;
  const places = [];
  for (const height of heights) places.push(Math.max(height, (places.at(-1) ?? -NAME_STEP) + NAME_STEP));
  return places.map((place, index) => Math.min(place, lowest - (places.length - 1 - index) * NAME_STEP));
}

function bar(day, x, most) {
  const height = (BAR_HEIGHT * (day.minutes ?? 0)) / most;
  return svg("rect", { class: "trend-bar", x: x(day.day) - 5, y: HEIGHT - BOTTOM - height, width: 10, height, rx: 3 });
}

/** At most `most` days get a label. */
function labelled(days, most) {
  const step = Math.ceil(days.length / most);
  return days.filter((_, index) => index % step === 0);
}

function short(day) {
  return new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", timeZone: "UTC" }).format(new Date(day));
}

function table(days) {
  const cell = (value) => h("td", {}, isFigure(value) ? `${Math.round(value)}` : "–");
  return h(
    "div",
    { class: "table-scroll", tabindex: "0" },
    h(
      "table",
      {},
      h(
        "thead",
        {},
        h(
          "tr",
          {},
          ["Day", "Minutes", ...LINES.map(([, title]) => title)].map((title) => h("th", { scope: "col" }, title)),
        ),
      ),
      h(
        "tbody",
        {},
        days.map((day) =>
          h(
            "tr",
            {},
            h("th", { scope: "row" }, short(day.day)),
            cell(day.minutes),
            LINES.map(([key]) => cell(day[key])),
          ),
        ),
      ),
    ),
  );
}
