/** Says which engine answered in place of a better one, or that none could, and why. Also names the kinds of engines. */

import { h, icon } from "./dom.js";

export const KINDS = {
  vad: "Listening for speech",
  asr: "Understanding speech",
  pronunciation: "Judging sounds",
  prosody: "Measuring melody",
  language: "Checking grammar",
  tutor: "Tutor",
  voice: "Tutor’s voice",
  face: "Tutor’s face",
};

const LONG_REASON = 110;

/** A list of the degraded ones among `engines` (some may be undefined), or null. */
export function degraded(engines) {
  const marked = engines.filter((engine) => engine?.degraded);
  return marked.length
    ? h(
        "ul",
        { class: "degraded" },
        marked.map((engine) => h("li", {}, icon("information"), sentence(engine))),
      )
    : null;
}

function sentence({ kind, name, reason }) {
  const because = reason.replace(/[.\s]+$/, "");
  const what =
    name && name !== "none"
      ? `${name} answered in place of a better engine`
      : `${KINDS[kind] ?? kind} did not work this time`;
  if (!because) return h("span", {}, `${what}.`);
  if (because.length > LONG_REASON) return h("details", {}, h("summary", {}, `${what}. Why?`), because);
  return h("span", {}, name && name !== "none" ? `${name} answered because ${because}.` : `${what}: ${because}.`);
}
