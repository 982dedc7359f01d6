/** Pictures that the server may still have to draw: asked for again until they come. */

import { h } from "./dom.js";

const RETRY_MS = 2000;

/** An image of `address`, decoration beside its text unless `alt` says what it shows. */
export function picture(address, alt = "", className = null) {
  const image = h("img", { alt, class: className });
  show(image, address);
  return image;
}

export function show(image, address) {
  if (!address) return;
  image.onerror = () => {
    setTimeout(() => {
      if (image.isConnected) image.src = address;
    }, RETRY_MS);
  };
  image.src = address;
}
