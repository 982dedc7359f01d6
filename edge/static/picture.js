/** The tutors' portraits, which the server can draw only once its face is ready: until then the tutor's initial. */

import { h } from "./dom.js";
import { untilFacesAreDrawn } from "./health.js";

const RETRY_MS = 2000;
const LONGEST_RETRY_MS = 60000;

/** A tutor's portrait, decoration beside the tutor's name. */
export function portrait(tutor) {
  const image = h("img", { alt: "" });
  show(image, tutor.portrait);
  const initial = (tutor.title || tutor.name || "").slice(0, 1);
  return h("span", { class: "picture", data: { tutor: tutor.name, initial } }, image);
}

/** Shows the picture at `address` in `image`, which is hidden until it is there. */
export async function show(image, address) {
  image.hidden = true;
  if (!address) return;
  let pause = RETRY_MS;
  image.onload = () => (image.hidden = false);
  image.onerror = () => {
    image.hidden = true;
    setTimeout(() => image.isConnected && ask(image, address), pause);
    pause = Math.min(2 * pause, LONGEST_RETRY_MS);
  };
  await ask(image, address);
}

async function ask(image, address) {
  await untilFacesAreDrawn();
  image.src = address;
}
