/** What the scores of a turn rest on, to be opened: the recording as a picture, and each score with what was measured. */

import { fill, h, icon } from "./dom.js";
import { bandOf } from "./phones.js";
import { turnPicture } from "./turn_picture.js";

const WIDTH_STEP = 24; // px; less is scaled

/** `actions` and `tutor` (a title) are the transcript's. All of it is fetched and drawn only when it is opened. */
export function scoreBasis(turn, actions, tutor) {
  const picture = h("div", {});
  const scores = h("div", {});
  const open = () => {
    if (picture.childElementCount) return;
    showPicture(picture, turn, actions, tutor);
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

/** Draws for the room that there is, and anew when that changes, as when a phone is turned. */
function showPicture(place, turn, actions, tutor) {
  let width = 0;
  const draw = () => {
    if (!place.clientWidth || Math.abs(place.clientWidth - width) < WIDTH_STEP) return;
    width = place.clientWidth;
    const drawn = turnPicture(turn, width, tutor);
    fill(place, drawn.element);
    if (turn.uttered?.audio) actions.samples(turn).then(drawn.showWave, () => {}); // gone: the rest is in the log
  };
  draw();
  new ResizeObserver(draw).observe(place);
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
