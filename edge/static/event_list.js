/** The log of a session as a list whose entries can be gone to. Draws only. */

import { h, icon } from "./dom.js";
import { clock } from "./replay_timeline.js";

export class EventList {
  /** `go(moment)` is told which entry was chosen. */
  constructor(moments, go) {
    this.entries = moments.map((moment) => entry(moment, go));
    this.list = h("ol", { class: "event-list", tabindex: "-1" }, this.entries);
    this.current = null;
    this.element = h(
      "details",
      { class: "events", on: { toggle: () => this.#bringUp() } },
      h("summary", {}, icon("chevron"), `${moments.length} events of the log`),
      this.list,
    );
  }

  /** Marks the entry that has happened last, by its index; below 0 none. */
  show(index) {
    const entry = this.entries[index] ?? null;
    if (entry === this.current) return;
    this.current?.firstChild.removeAttribute("aria-current");
    entry?.firstChild.setAttribute("aria-current", "step");
    this.current = entry;
    this.#bringUp();
  }

  #bringUp() {
    if (!this.element.open || !this.current) return;
    this.list.scrollTop = this.current.offsetTop - this.list.offsetTop - this.list.clientHeight / 2;
  }
}

function entry(moment, go) {
  return h(
    "li",
    {},
    h(
      "button",
      { type: "button", title: moment.id, data: { version: moment.version }, on: { click: () => go(moment) } },
      h("span", { class: "event-version" }, `${moment.version}`),
      h("span", { class: "event-time" }, clock(moment.at)),
      h("span", { class: "event-type" }, moment.type.replace(/\.v\d+$/, "")),
      h("span", { class: "event-brief" }, brief(moment)),
    ),
  );
}

function brief({ messages }) {
  const [message] = messages;
  if (!message) return "";
  const turn = message.turn === undefined || message.turn === null ? "" : `turn ${message.turn} `;
  const text = message.text ?? message.message ?? "";
  if (message.type === "progress") return message.stage === "ended" ? "" : turn + message.stage;
  if (message.type === "session_started") return `${message.mode} with ${message.tutor}, ${message.level}`;
  if (message.type === "prosody_features" || message.type === "analysis_complete") return `${turn}scores`;
  return turn + text;
}
