/** What stands in the place of a lesson that the server does not have for this learner. Asks for nothing. */

import { h } from "./dom.js";

export const ABSENT_TITLE = "This lesson is not here";

/** The codes with which the server says so. */
export const ABSENT = new Set(["session_not_found", "not_your_session"]);

export function absentLesson() {
  return h(
    "div",
    { class: "empty", role: "status" },
    h(
      "p",
      {},
      "There is no lesson of this name under your pseudonym. Perhaps it was held under another one, or on another server.",
    ),
    h(
      "p",
      { class: "row" },
      h("a", { class: "button primary", href: "#/start" }, "Start a lesson"),
      h("a", { class: "quiet", href: "#/history" }, "Your lessons"),
    ),
  );
}
