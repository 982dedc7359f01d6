/** What stands in the place of a lesson that the server does not have for this learner. Asks for nothing. */

import { h } from "./dom.js";

export const ABSENT_TITLE = "This lesson is not here";

/** The codes with which the server says so. */
export const ABSENT = new Set(["session_not_found", "not_your_session"]);

export const FORGOTTEN = "learner_forgotten";
export const FORGOTTEN_TITLE = "This lesson is over";

/** A message of the server without the name of a blob, which nobody reads. */
export function withoutHash(message) {
  return message.replace(/\s*'?[0-9a-f]{64}'?/, "");
}

export function forgottenLesson() {
  return h(
    "div",
    { class: "empty", role: "status" },
    h(
      "p",
      {},
      "What was known under your pseudonym has been forgotten, and what was said in this lesson is gone for good. A new lesson begins afresh.",
    ),
    h("p", { class: "row" }, h("a", { class: "button primary", href: "#/start" }, "Start a lesson")),
  );
}

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
