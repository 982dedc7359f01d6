/**
 * The conversation as a list of turns, drawn from the lesson's state: the learner's words, scores, notes and melody,
 * the tutor's sentences. The same list serves the live lesson and the history (`actions` then leaves out what changes).
 *
 * `actions`: playRecording(turn, startMs?, endMs?), samples(turn), feedback(turn), playReply(turn), speak(text, rate?)?,
 * retry(turn)?, rate(turn, stars)?, and what else there is to show: noteOn(turn)? on the learner's words, reasonsFor(turn)?
 * for the tutor's.
 */

import { advice } from "./advice.js";
import { degraded } from "./degraded.js";
import { fill, h, icon } from "./dom.js";
import { scoreRow } from "./gauges.js";
import { asksForNext, isTyped, replyOf, textOf } from "./lesson_state.js";
import { scoreBasis } from "./score_basis.js";
import { cutShort, notes, otherSentence, rated, requested, saidOther } from "./turn_parts.js";
import { scoredSentence } from "./words.js";

export class Transcript {
  constructor(lesson, actions, tutorTitle = () => "Tutor") {
    this.lesson = lesson;
    this.actions = actions;
    this.tutorTitle = tutorTitle;
    this.parts = new Map();
    this.element = h("ol", { class: "transcript", aria: { label: "Conversation" } });
  }

  /** Draws what `message` changed. */
  update(message) {
    if (message.turn === undefined || message.turn === null) return;
    const turn = this.lesson.turns.get(message.turn);
    if (!turn) return;
    const draw = DRAWS[message.type];
    if (draw) draw(this, turn, this.#partsOf(turn), message);
  }

  /** Draws everything anew. */
  updateAll() {
    for (const turn of [...this.lesson.turns.values()].sort((one, other) => one.number - other.number)) {
      const parts = this.#partsOf(turn);
      this.drawLearner(turn, parts);
      this.drawTutor(turn, parts);
    }
  }

  /** Scrolls `place` so that a turn begins at its top. */
  bringUp(number, place) {
    const item = this.parts.get(number)?.item;
    if (item) place.scrollTo({ top: item.offsetTop - place.offsetTop - 2 });
  }

  /** Marks the sentence that sounds; null marks none. */
  highlight(number, sentence) {
    for (const marked of this.element.querySelectorAll(".sentence.is-sounding")) marked.classList.remove("is-sounding");
    if (sentence === null) return;
    this.parts.get(number)?.tutor.querySelector(`[data-sentence="${sentence}"]`)?.classList.add("is-sounding");
  }

  #partsOf(turn) {
    let parts = this.parts.get(turn.number);
    if (parts) return parts;
    parts = {
      learner: h("section", { class: "said said-learner", hidden: true, aria: { label: "You" } }),
      tutor: h("section", { class: "said said-tutor", hidden: true, aria: { label: this.tutorTitle() } }),
    };
    parts.item = h("li", { class: "turn", data: { turn: turn.number } }, parts.learner, parts.tutor);
    const after = [...this.parts.entries()]
      .filter(([number]) => number > turn.number)
      .sort(([one], [other]) => one - other)[0];
    this.parts.set(turn.number, parts);
    this.element.insertBefore(parts.item, after?.[1].item ?? null);
    return parts;
  }

  drawLearner(turn, { learner }) {
    const text = textOf(turn);
    learner.hidden = !text && !turn.uttered && !turn.errors.length;
    if (learner.hidden) return;
    learner.classList.toggle("is-request", asksForNext(turn));
    if (asksForNext(turn)) {
      fill(learner, requested(), turn.errors.map((error) => this.#failure(turn, error)));
      return;
    }
    const settled = Boolean(turn.transcription || turn.analysis || turn.typed);
    const other = saidOther(turn);
    const gauges = turn.analysis && !other && scoreRow(turn.analysis.scores);
    const judged = gauges && !isTyped(turn);
    fill(
      learner,
      this.#learnerHead(turn),
      other && otherSentence(turn),
      turn.analysis?.words.length && !other
        ? scoredSentence(turn.analysis, (kind, word) => this.#listen(turn, kind, word), Boolean(this.actions.speak))
        : h("p", { class: settled ? "plain-sentence" : "plain-sentence is-partial" }, text || unheard(turn)),
      gauges,
      judged && advice(turn, this.actions),
      turn.analysis?.notes.length > 0 && notes(turn.analysis.notes),
      judged && scoreBasis(turn, this.actions, this.tutorTitle()),
      turn.errors.map((error) => this.#failure(turn, error)),
      degraded([turn.transcription?.engine, ...(turn.analysis?.engines ?? [])]),
      this.actions.noteOn?.(turn),
    );
  }

  drawTutor(turn, { tutor }) {
    if (!turn.sentences.some(Boolean)) return;
    tutor.hidden = false;
    const whole = turn.sentences.some((sentence) => sentence?.last);
    fill(
      tutor,
      h(
        "header",
        { class: "said-head" },
        h("span", { class: "who" }, this.tutorTitle()),
        this.#replyTools(turn, whole),
      ),
      h(
        "p",
        { class: "reply" },
        turn.sentences
          .filter(Boolean)
          .map((sentence) => [
            h("span", { class: "sentence", data: { sentence: sentence.sentence } }, sentence.text),
            " ",
          ]),
      ),
      this.actions.reasonsFor?.(turn),
      cutShort(turn, this.lesson.turns.get(turn.number + 1)),
      degraded([turn.sentences.find(Boolean)?.engine, turn.segments.find(Boolean)?.engine]),
      whole && turn.number > 0 && (this.actions.rate ? this.#stars(turn) : rated(turn)),
    );
  }

  /** Draws a turn's answer anew where the turn after it tells that it was cut short. */
  drawCutShort(number) {
    const turn = this.lesson.turns.get(number);
    if (turn && cutShort(turn, this.lesson.turns.get(number + 1))) this.drawTutor(turn, this.#partsOf(turn));
  }

  #learnerHead(turn) {
    const recorded = turn.uttered?.audio;
    const sentence = turn.analysis?.reference || textOf(turn);
    const seconds = recorded ? `${(turn.uttered.duration_ms / 1000).toFixed(1)} s` : "";
    return h(
      "header",
      { class: "said-head" },
      h("span", { class: "who" }, "You"),
      h("span", { class: "meta" }, turn.retryOf !== undefined ? `once more ${seconds}` : seconds),
      h("span", { class: "spacer" }),
      recorded && tool("play", "Listen", "Listen to yourself", () => this.actions.playRecording(turn)),
      this.actions.speak && sentence && turn.uttered && tool("listen", "Tutor", "Hear the tutor say it", () => this.actions.speak(sentence)),
      this.actions.retry && recorded && tool("retry", "Retry", "Say it again", () => this.actions.retry(turn)),
    );
  }

  #replyTools(turn, whole) {
    if (!whole) return null;
    return [
      h("span", { class: "spacer" }),
      tool("play", "Again", `Hear again: ${replyOf(turn)}`, () => this.actions.playReply(turn)),
    ];
  }

  #stars(turn) {
    const group = h("div", { class: "stars", role: "group", aria: { label: "Rate this answer" } });
    const draw = () =>
      fill(
        group,
        [1, 2, 3, 4, 5].map((stars) =>
          h(
            "button",
            {
              type: "button",
              class: stars <= turn.stars ? "star is-on" : "star",
              aria: { label: `${stars} of 5 stars`, pressed: `${stars === turn.stars}` },
              on: {
                click: () => {
                  this.actions.rate(turn, stars);
                  draw();
                  group.children[stars - 1].focus();
                },
              },
            },
            "★",
          ),
        ),
        turn.stars > 0 && h("span", { class: "meta" }, "Thank you"),
      );
    draw();
    return group;
  }

  #failure(turn, error) {
    const again = error.retryable && this.actions.retry;
    return h(
      "p",
      { class: "failure" },
      icon("warning"),
      h("span", {}, error.message),
      again &&
        h(
          "button",
          { type: "button", class: "quiet small", on: { click: () => this.actions.retry(turn) } },
          "Try again",
        ),
    );
  }

  #listen(turn, kind, word) {
    if (kind === "tutor") this.actions.speak(word.text, 0.85);
    else this.actions.playRecording(turn, Math.max(0, word.start_ms - 60), word.end_ms + 80);
  }
}

const learner = (view, turn, parts) => view.drawLearner(turn, parts);
const tutor = (view, turn, parts) => view.drawTutor(turn, parts);
const DRAWS = {
  typed: learner,
  dropped: learner,
  transcription: learner,
  analysis_complete: learner,
  error: learner,
  progress: (view, turn, parts, { stage }) => {
    if (stage === "uttered" || stage === "retried") view.drawLearner(turn, parts);
    if (stage === "uttered") view.drawCutShort(turn.number - 1);
    else if (stage === "heard") view.drawTutor(turn, parts);
  },
  tutor_reply: tutor,
  tutor_audio: (view, turn, parts) => turn.segments.filter(Boolean).length === 1 && tutor(view, turn, parts),
};

function tool(name, text, label, click) {
  return h(
    "button",
    { type: "button", class: "quiet small", aria: { label }, title: label, on: { click } },
    icon(name),
    h("span", {}, text),
  );
}

function unheard(turn) {
  return turn.transcription ? "No words were heard." : "…";
}
