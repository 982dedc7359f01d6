/** Notices of what went wrong, each with its way out; they stay until dismissed or until they are no longer true. */

import { h, icon } from "./dom.js";

const MOST_AT_ONCE = 3;

export class Notices {
  constructor() {
    this.element = h("div", { class: "notices", role: "region", aria: { label: "Notices", live: "assertive" } });
  }

  /** Shows a notice; one with the same `key` is replaced. `action` is {label, run}, `about` what `clearAbout` names. */
  show(text, { key = text, kind = "warning", action = null, about = "" } = {}) {
    this.clear(key);
    const notice = h(
      "div",
      { class: "notice", data: { kind, key, about } },
      icon(kind === "information" ? "information" : "warning"),
      h("p", {}, text),
      action &&
        h(
          "button",
          {
            type: "button",
            class: "quiet small",
            on: {
              click: () => {
                notice.remove();
                action.run();
              },
            },
          },
          action.label,
        ),
      h(
        "button",
        { type: "button", class: "quiet round", aria: { label: "Dismiss" }, on: { click: () => notice.remove() } },
        icon("close"),
      ),
    );
    this.element.append(notice);
    while (this.element.children.length > MOST_AT_ONCE) this.element.firstElementChild.remove();
  }

  clear(key) {
    for (const notice of [...this.element.children]) if (notice.dataset.key === key) notice.remove();
  }

  clearAbout(about) {
    for (const notice of [...this.element.children]) if (notice.dataset.about === about) notice.remove();
  }

  clearAll() {
    this.element.replaceChildren();
  }
}
