/**
 * Says what of the server is ready: draws the engines that load, stand in or failed, each with its reason. Tells
 * listeners by `change`.
 */

import { KINDS } from "./degraded.js";
import { fill, h, icon } from "./dom.js";
import { watchHealth } from "./health.js";

export class Readiness extends EventTarget {
  constructor() {
    super();
    this.ready = false;
    this.reachable = true;
    this.element = h("section", { class: "readiness", aria: { live: "polite", label: "Engines" }, hidden: true });
    this.close = watchHealth((health) => this.#take(health));
  }

  #take(health) {
    this.ready = health.ready;
    this.reachable = health.reachable;
    this.#draw(health);
    this.dispatchEvent(new Event("change"));
  }

  #draw({ engines = [], stage = "", message = "", progress = null }) {
    const waiting = engines.filter((engine) => engine.state === "loading");
    const marked = engines.filter((engine) => engine.state === "degraded" || engine.state === "failed");
    const key = JSON.stringify([this.reachable, this.ready, stage, waiting, marked]);
    if (key === this.drawn) return this.#advance(message, progress); // what has not changed is not announced again
    this.drawn = key;
    this.element.hidden = this.ready && !marked.length;
    this.element.classList.toggle("is-calm", this.ready);
    this.message = h("p", { class: "meta", aria: { live: "off" } });
    this.bar = h("progress", { max: 1, aria: { label: "Loading" } });
    fill(
      this.element,
      this.#head(stage),
      this.reachable && !this.ready && [this.message, this.bar],
      waiting.length > 0 && !this.ready && h("ul", { class: "engines waiting" }, waiting.map(loading)),
      marked.length > 0 &&
        h(
          "details",
          { class: "stand-ins", open: !this.ready },
          h(
            "summary",
            {},
            icon("chevron"),
            `${marked.length} ${marked.length === 1 ? "part works" : "parts work"} in a simpler way today`,
          ),
          h("ul", { class: "engines" }, marked.map(standIn)),
        ),
    );
    this.#advance(message, progress);
  }

  #head(stage) {
    if (!this.reachable)
      return h("p", { class: "readiness-head" }, icon("warning"), "The server cannot be reached. Trying again…");
    if (this.ready) return null;
    if (stage === "failed")
      return h("p", { class: "readiness-head" }, icon("warning"), "The tutor could not be made ready.");
    return h(
      "p",
      { class: "readiness-head" },
      h("span", { class: "spinner" }),
      "Getting the tutor ready. Choose your lesson meanwhile.",
    );
  }

  #advance(message, progress) {
    this.message.textContent = message;
    this.message.hidden = !message;
    this.bar.hidden = progress === null;
    if (progress !== null) this.bar.value = progress;
  }
}

const kindOf = (engine) => KINDS[engine.kind] ?? engine.kind;

function loading(engine) {
  return h(
    "li",
    {},
    h("span", {}, kindOf(engine)),
    h("span", { class: "meta" }, engine.reason || engine.name || "loading"),
  );
}

function standIn(engine) {
  const state = engine.state === "failed" ? "does not work" : `${engine.name} stands in`;
  return h(
    "li",
    { data: { state: engine.state } },
    h("span", {}, kindOf(engine)),
    h("span", { class: "meta" }, `${state}${engine.reason ? `: ${engine.reason}` : ""}`),
  );
}
