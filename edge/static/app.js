/** Starts the page: routes, theme, notices, and the read-only state that tests look at as `window.colloquy`. */

import { Catalogue } from "./catalogue.js";
import { h } from "./dom.js";
import { historyView } from "./history.js";
import { lessonView } from "./lesson.js";
import { Notices } from "./notices.js";
import { playerView } from "./player.js";
import { progressView } from "./progress.js";
import { Router } from "./router.js";
import { Sound } from "./sound.js";
import { startView } from "./start.js";
import { themeButton } from "./theme.js";

const notices = new Notices();
let session = null;
let player = null;

const shared = {
  notices,
  catalogue: new Catalogue(),
  sound: new Sound(),
  expose: (live) => (session = live),
  exposePlayer: (open) => (player = open),
};

const place = document.querySelector("main");
document.querySelector(".theme-place").append(themeButton());
document.body.append(notices.element);

addEventListener("hashchange", () => notices.clearAll()); // they spoke of the view that is left
const router = new Router(
  place,
  {
    start: (where) => startView(where, shared),
    lesson: (where, id) => lessonView(where, shared, id ?? ""),
    history: (where, id) => historyView(where, shared, id ?? ""),
    progress: (where) => progressView(where),
    replay: (where, id, at, learner) => playerView(where, shared, id ?? "", at ?? "", learner ?? ""),
  },
  "start",
);

Object.defineProperty(window, "colloquy", {
  value: Object.freeze({
    get route() {
      return router.route.name;
    },
    get lesson() {
      return session ? snapshot(session.lesson) : null;
    },
    get player() {
      return player ? { ...player.position, lesson: player.lesson && snapshot(player.lesson) } : null;
    },
    get connected() {
      return Boolean(session?.online);
    },
    get microphone() {
      return session?.microphone.state ?? "off";
    },
    get talking() {
      return Boolean(session?.talking.talking);
    },
    get audio() {
      return session ? { speaking: session.speaker.speaking, ...session.speaker.position } : null;
    },
    get video() {
      return session ? { ...session.face.position } : null;
    },
  }),
});

function snapshot({ session: id, lastSeq, lastPart, openTurn, stage, exercise, ended, turns }) {
  return {
    session: id,
    lastSeq,
    lastPart,
    openTurn,
    stage,
    exercise,
    ended,
    turns: structuredClone([...turns.values()]),
  };
}

addEventListener("unhandledrejection", (event) => {
  console.error(event.reason);
  notices.show("Something in this page went wrong. Load it again; your lesson is kept.", { key: "fault" });
});

document.querySelector(".skip").addEventListener("click", (event) => {
  event.preventDefault();
  (place.querySelector("h1") ?? place).focus();
});
if (!globalThis.WebSocket || !globalThis.AudioContext) {
  place.append(
    h(
      "p",
      { class: "failure" },
      "This browser is too old for a lesson. Use a current Chrome, Edge, Firefox or Safari.",
    ),
  );
} else {
  router.draw();
}
