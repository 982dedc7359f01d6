/**
 * Keeps the learner's own choices in this browser: pseudonym, theme, last choices and the lesson to come back to.
 * Keeps no lesson: that comes from the server's log.
 */

const PREFIX = "colloquy.";
const memory = new Map(); // where the browser refuses storage, choices last as long as the page

export function read(key, fallback = null) {
  try {
    const text = localStorage.getItem(PREFIX + key);
    return text === null ? fallback : JSON.parse(text);
  } catch {
    return memory.has(key) ? memory.get(key) : fallback;
  }
}

export function write(key, value) {
  memory.set(key, value);
  try {
    if (value === null) localStorage.removeItem(PREFIX + key);
    else localStorage.setItem(PREFIX + key, JSON.stringify(value));
  } catch {
    // Storage is full or refused: `memory` has it.
  }
}

/** A random UUID, also where the page is served over plain HTTP and `crypto.randomUUID` is missing. */
export function randomId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const text = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [text.slice(0, 8), text.slice(8, 12), text.slice(12, 16), text.slice(16, 20), text.slice(20)].join("-");
}

/** The learner's pseudonym: made by chance at the first visit, never a name. */
export function learnerId() {
  let learner = read("learner");
  if (!learner) {
    learner = `learner-${randomId().slice(0, 13)}`;
    write("learner", learner);
  }
  return learner;
}

const DEFAULTS = {
  tutor: "",
  goal: "Speak more fluently",
  level: "A2",
  mode: "conversation",
  topic: "",
  text: "",
  talking: "auto",
  headphones: false,
  language: "", // that sounds are explained in; "" is the browser's
};

export function choices() {
  return { ...DEFAULTS, ...read("choices", {}) };
}

export function choose(change) {
  write("choices", { ...choices(), ...change });
}

/** The choices as `start_session` wants them. */
export function settingsOf({ tutor, goal, level, mode, topic, text, talking }) {
  const settings = { tutor, goal, level, mode, endpointing: talking === "hold" ? "manual" : "auto" };
  if (topic && mode === "conversation") settings.topic = topic;
  if (text && mode === "sentence") settings.text = text;
  return settings;
}
