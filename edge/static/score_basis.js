/** What the scores of a turn rest on, to be opened: the recording as a picture, and each score with what was measured. */

import { fill, h, icon } from "./dom.js";
import { bandOf } from "./phones.js";
import { turnPicture } from "./turn_picture.js";

/** `actions` are the transcript's. All of it is fetched and drawn only when it is opened. */
export function scoreBasis(turn, actions) {
  const picture = h("div", {});
  const scores = h("div", {});
  const open = () => {
    if (picture.childElementCount) return;
    showPicture(picture, turn, actions);
    actions.feedback(turn).then(
      (feedback) => fill(scores, list(feedback)),
      (fault) => fill(scores, h("p", { class: "failure" }, icon("warning"), h("span", {}, fault.message))),
    );
  };
  return h(
    "details",
    { class: "score-basis", on: { toggle: open } },
    h("summary", {}, icon("chevron"), "What your scores rest on"),
    picture,
    scores,
  );
}

function showPicture(place, turn, actions) {
  const drawn = turnPicture(turn, place.clientWidth);
  fill(place, drawn.element);
  if (!turn.uttered?.audio) return;
  actions.samples(turn).then(drawn.showWave, () => {}); // a recording that is gone: the rest is in the log
}

function list({ basis, language }) {
  return h(
    "dl",
    { lang: language },
    basis.map(({ name, value, facts }) => [
      h("dt", { data: { band: bandOf(value) } }, h("span", {}, name), h("b", {}, `${Math.round(value)}`)),
      h("dd", {}, facts.map((fact) => h("p", {}, fact))),
    ]),
  );
}
