/** Light, dark, or as the system has it: a choice that persists. */

import { fill, h, icon } from "./dom.js";
import { read, write } from "./store.js";

const THEMES = [
  ["auto", "auto", "as the system"],
  ["light", "sun", "light"],
  ["dark", "moon", "dark"],
];

function set(theme) {
  if (theme === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

export function themeButton() {
  let index = Math.max(
    0,
    THEMES.findIndex(([theme]) => theme === read("theme", "auto")),
  );
  const button = h("button", {
    type: "button",
    class: "quiet round",
    on: {
      click: () => {
        index = (index + 1) % THEMES.length;
        write("theme", THEMES[index][0]);
        draw();
      },
    },
  });
  const draw = () => {
    const [theme, picture, words] = THEMES[index];
    set(theme);
    fill(button, icon(picture));
    button.setAttribute("aria-label", `Colours: ${words}. Change`);
    button.title = `Colours: ${words}`;
  };
  draw();
  return button;
}
