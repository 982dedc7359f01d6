/** Feedback on turns and tips on sounds, asked of the server in the learner's language, each once. Draws nothing. */

import * as api from "./api.js";
import { choices } from "./store.js";

export class Feedback {
  /** `session()` names the lesson; one that is `over` is asked for as a whole. `learner` is "" for this browser's. */
  constructor(session, { over = false, learner = "" } = {}) {
    this.session = session;
    this.over = over;
    this.learner = learner;
    this.asked = new Map();
  }

  /** What could be said better in a turn and what its scores rest on: a promise of the server's `Feedback`. */
  async of({ number, analysis }) {
    const { language } = choices();
    const wanted = { language, learner: this.learner, ...(this.over ? {} : { turn: number }) };
    const key = this.over ? language : `${language}.${number}.${analysis.seq}`;
    const told = await once(this.asked, key, () => api.feedback(this.session(), wanted));
    const own = told.find(({ turn }) => turn === number);
    if (!own) throw new Error("Nothing is known of this turn’s scores yet.");
    return own;
  }
}

const articulations = new Map();

/** How each sound is made, and the languages that can be chosen: a promise of the server's `Articulation`. */
export function articulation() {
  const { language } = choices();
  return once(articulations, language, () => api.articulation(language));
}

function once(kept, key, ask) {
  if (!kept.has(key)) {
    const answer = ask();
    kept.set(key, answer);
    answer.catch(() => kept.delete(key)); // whoever asks next may have more luck
  }
  return kept.get(key);
}
