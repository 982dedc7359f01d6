/**
 * Builds elements: HTML by `h`, SVG by `svg`, icons by `icon`. Knows nothing of lessons.
 *
 * Properties: `class`, `on` (events), `data` (dataset), `aria` and plain attributes. False, null and undefined leave
 * an attribute out, true writes it empty. Nothing here writes HTML text, so a message can bring no mark-up in.
 */

const SVG_NAMESPACE = "http://www.w3.org/2000/svg";

export function h(tag, properties = {}, ...children) {
  return furnish(document.createElement(tag), properties, children);
}

export function svg(tag, properties = {}, ...children) {
  return furnish(document.createElementNS(SVG_NAMESPACE, tag), properties, children);
}

function furnish(element, properties, children) {
  for (const [name, value] of Object.entries(properties)) {
    if (value === false || value === null || value === undefined) continue;
    if (name === "on") for (const [type, listener] of Object.entries(value)) element.addEventListener(type, listener);
    else if (name === "data") Object.assign(element.dataset, value);
    else if (name === "aria") for (const [key, text] of Object.entries(value)) setAria(element, key, text);
    else if (name === "value") element.value = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(
    ...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false),
  );
  return element;
}

function setAria(element, key, text) {
  if (text !== null && text !== undefined) element.setAttribute(`aria-${key}`, text);
}

/** Puts `children` in the place of all that `element` held. */
export function fill(element, ...children) {
  element.replaceChildren(
    ...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false),
  );
  return element;
}

const ICONS = {
  microphone: "M12 15a4 4 0 0 0 4-4V6a4 4 0 0 0-8 0v5a4 4 0 0 0 4 4Zm7-4a7 7 0 0 1-14 0M12 18v3.5M8.5 21.5h7",
  microphoneOff:
    "M8 8v3a4 4 0 0 0 6.5 3.1M16 11V6a4 4 0 0 0-7.4-2.1M19 11a7 7 0 0 1-1.2 4M5 11a7 7 0 0 0 10 6.3M12 18v3.5M3 3l18 18",
  stop: "M7 7h10v10H7Z",
  keyboard: "M3 6.5h18v11H3ZM6.5 10h.01M10 10h.01M14 10h.01M17.5 10h.01M7.5 14h9",
  upload: "M12 15.5V4M7.5 8.5 12 4l4.5 4.5M4 15.5V20h16v-4.5",
  play: "M8 5.5v13l10.5-6.5Z",
  pause: "M8 5.5v13M16 5.5v13",
  back: "M18 6v12l-9-6ZM6 6v12",
  forward: "M6 6v12l9-6ZM18 6v12",
  listen: "M4 9.5v5h3.5L12 18.5v-13L7.5 9.5ZM15.5 9a4.2 4.2 0 0 1 0 6M18 6.5a7.8 7.8 0 0 1 0 11",
  slow: "M12 7v5l3 2M12 3.5a8.5 8.5 0 1 0 8.5 8.5",
  retry: "M4.5 12a7.5 7.5 0 1 0 2.4-5.5L4.5 8.7M4.5 4v4.7h4.7",
  close: "M6 6l12 12M18 6 6 18",
  send: "M4 12 20 4l-5 16-3.5-6.5Z",
  waves: "M4 10v4M8 7v10M12 3.5v17M16 7v10M20 10v4",
  headphones: "M4.5 17v-4a7.5 7.5 0 0 1 15 0v4M4.5 14h3v6h-3ZM16.5 14h3v6h-3Z",
  sun: "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8ZM12 2.5v2M12 19.5v2M2.5 12h2M19.5 12h2M5.3 5.3l1.4 1.4M17.3 17.3l1.4 1.4M5.3 18.7l1.4-1.4M17.3 6.7l1.4-1.4",
  moon: "M19.5 14.5A8 8 0 0 1 9.5 4.5a8 8 0 1 0 10 10Z",
  auto: "M12 3.5a8.5 8.5 0 1 0 0 17ZM12 3.5a8.5 8.5 0 0 1 0 17",
  chevron: "M9 5.5 15.5 12 9 18.5",
  warning: "M12 4 2.8 20h18.4ZM12 10v4.5M12 17.2h.01",
  information: "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17ZM12 11v5.5M12 7.6h.01",
  check: "M5 12.5 10 17.5 19.5 7",
  flame:
    "M12 3c.5 3.5 5 5.500 5 10.500a5 5 0 0 1-10 0c0-2 1-3.500 2-4.500.2 1.500 1 2.300 1.800 2.500C11 8.500 10.500 5.500 12 3Z",
  hand: "M12 3.500a8.500 8.500 0 1 0 0 17 8.500 8.500 0 0 0 0-17ZM9 9v6h6V9Z",
};

/** A line icon of 24 units; decoration only, so give its button a text or a label. */
export function icon(name) {
  return svg(
    "svg",
    { class: "icon", viewBox: "0 0 24 24", "aria-hidden": "true", focusable: "false" },
    svg("path", { d: ICONS[name] }),
  );
}
