/** The tutors to choose from: a card each with portrait and, under the pointer, a clip; and the chosen one's hello. */

import { fill, h, icon } from "./dom.js";
import { untilFacesAreDrawn } from "./health.js";
import { portrait } from "./picture.js";
import { choices, choose } from "./store.js";

const PLACES = 4;

/** Empty cards while the server is asked who the tutors are. */
export function tutorPlaces() {
  const places = Array.from({ length: PLACES }, () =>
    h("div", { class: "tutor-card is-empty", "aria-hidden": "true" }),
  );
  return h("div", { class: "tutors" }, places);
}

export function drawTutors(place, list, chosen) {
  const known = list.some((tutor) => tutor.name === chosen);
  fill(
    place,
    list.map((tutor, index) => tutorCard(tutor, known ? tutor.name === chosen : index === 0)),
  );
  if (!known && list.length) choose({ tutor: list[0].name });
  const chosenCard = place.querySelector(":checked")?.parentElement;
  if (chosenCard) place.scrollLeft = chosenCard.offsetLeft - (place.clientWidth - chosenCard.clientWidth) / 2;
}

/** The chosen tutor says hello beside the title, and whether all is `ready`. */
export function greet(place, list, ready) {
  const tutor = list.find((candidate) => candidate.name === choices().tutor);
  if (!tutor) return;
  if (place.dataset.tutor !== tutor.name) fill(place, h("p", {}), portrait(tutor));
  place.dataset.tutor = tutor.name;
  const state = ready ? "Ready when you are." : "I’ll be with you in a moment.";
  place.querySelector("p").textContent = `Hi, I’m ${tutor.title}. ${state}`;
}

function tutorCard(tutor, checked) {
  const clip = h("video", {
    muted: true,
    loop: true,
    playsinline: true,
    preload: "none",
    "aria-hidden": "true",
    tabindex: "-1",
  });
  clip.muted = true;
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  let near = false;
  const wake = async () => {
    if (calm || !tutor.idle) return;
    near = true;
    await untilFacesAreDrawn();
    if (!near) return;
    if (!clip.src || clip.error) clip.src = tutor.idle;
    clip.play().then(
      () => clip.classList.add("is-playing"),
      () => {},
    );
  };
  const rest = () => {
    near = false;
    clip.classList.remove("is-playing");
    clip.pause();
  };
  return h(
    "label",
    { class: "tutor-card", on: { pointerenter: wake, pointerleave: rest } },
    h("input", { type: "radio", name: "tutor", value: tutor.name, checked }),
    h("span", { class: "tutor-picture" }, portrait(tutor), clip),
    h(
      "span",
      { class: "tutor-words" },
      h("strong", {}, tutor.title ?? tutor.name),
      h("span", { class: "meta" }, tutor.description ?? ""),
    ),
    h("span", { class: "tick", "aria-hidden": "true" }, icon("check")),
  );
}
