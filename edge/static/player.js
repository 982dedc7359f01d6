/**
 * The read-only player of a past lesson: recordings, the tutor's voice and face, words and scores as they came, and why
 * the tutor said what it said, all from the log. Changes nothing, and needs no engine.
 */

import { ABSENT, ABSENT_TITLE, absentLesson, withoutHash } from "./absent.js";
import * as api from "./api.js";
import { fill, h, icon } from "./dom.js";
import { EventList } from "./event_list.js";
import { Feedback } from "./feedback.js";
import { failure } from "./history.js";
import { apply, emptyLesson, workOf } from "./lesson_state.js";
import { Mouth } from "./mouth.js";
import { Playback } from "./playback.js";
import { listenToPlayerKeys } from "./player_keys.js";
import { reasons } from "./reasons.js";
import { clock, countAt, layOut } from "./replay_timeline.js";
import { rename } from "./router.js";
import { Scrubber } from "./scrubber.js";
import { Stage } from "./stage.js";
import { Transcript } from "./transcript.js";
import { decoded } from "./wave.js";

const SPEEDS = [0.5, 1, 1.5, 2, 4];
const AFTER_WORD_MS = 80;

export function playerView(place, shared, sessionId, at, learner) {
  const body = h("div", { class: "page" }, h("h1", { tabindex: "-1" }, "A past lesson"), h("p", { class: "meta" }, "Reading the log…"));
  place.append(body);
  let player = null;
  let left = false;
  api.replay(sessionId, learner).then(
    async (replay) => {
      const tutors = await shared.catalogue.tutors().catch(() => []);
      if (!left) player = new Player(place, shared, { replay, tutors, at, learner });
    },
    (fault) => {
      if (left) return;
      const title = ABSENT.has(fault.code) ? ABSENT_TITLE : "A past lesson";
      fill(body, h("h1", { tabindex: "-1" }, title), ABSENT.has(fault.code) ? absentLesson() : failure(fault));
    },
  );
  return () => {
    left = true;
    player?.leave();
  };
}

class Player {
  constructor(place, shared, { replay, tutors, at, learner }) {
    this.shared = shared;
    this.replay = replay;
    this.learner = learner;
    this.feedback = new Feedback(() => replay.session, { over: true, learner });
    this.faults = new Map(); // what is gone, by the turn of the learner or the tutor
    this.layout = layOut(replay.events);
    this.settings = replay.events.flatMap((event) => event.messages).find((message) => message.type === "session_started");
    const name = this.settings?.tutor ?? "";
    this.tutor = tutors.find((tutor) => tutor.name === name) ?? { name, title: name };
    this.stage = new Stage();
    this.stage.speaking.muted = false;
    this.stage.showTutor(this.tutor);
    this.voice = h("audio", { preload: "auto", "aria-hidden": "true" });
    this.mouth = new Mouth(this.stage.canvas);
    for (const message of replay.events.flatMap((event) => event.messages)) if (message.type === "visemes") this.mouth.add(message);
    this.playback = new Playback(this.layout, { learner: this.voice, tutor: this.stage.speaking }, (sound) => this.#load(sound));
    this.playback.addEventListener("tick", () => this.#draw());
    this.playback.addEventListener("fault", ({ detail }) => this.#gone(detail));
    this.scrubber = new Scrubber(this.layout, (ms) => this.playback.seek(ms));
    this.events = new EventList(this.layout.moments, (moment) => this.goTo(moment));
    this.scroll = h("div", { class: "conversation", tabindex: "0", role: "log", aria: { live: "off", label: "Conversation" } });
    this.#build(place);
    this.#rebuild(0);
    this.away = new AbortController();
    listenToPlayerKeys(this, this.away.signal);
    shared.exposePlayer(this);
    const wanted = this.layout.moments.find(({ version, id }) => `${version}` === at || id === at);
    this.playback.seek(wanted?.at ?? 0);
  }

  /** Where the player is, for tests and figures. */
  get position() {
    const { ms, endMs, playing, speed, waiting, sound } = this.playback;
    const { currentTime, videoWidth } = this.stage.speaking;
    return {
      ms,
      endMs,
      playing,
      speed,
      waiting,
      version: this.layout.moments[this.shown - 1]?.version ?? 0,
      sound: sound && { kind: sound.kind, turn: sound.turn, startMs: sound.startMs, fromMs: sound.fromMs ?? 0 },
      voiceMs: this.voice.currentTime * 1000,
      videoMs: currentTime * 1000,
      showing: videoWidth > 0 && this.stage.element.classList.contains("has-video"),
    };
  }

  leave() {
    this.away.abort();
    this.playback.close();
    this.shared.exposePlayer(null);
  }

  /** Goes to an event and stays there. */
  goTo(moment) {
    this.playback.pause();
    this.playback.seek(moment.at);
    rename("replay", this.replay.session, `${moment.version}`, ...(this.learner ? [this.learner] : []));
  }

  /** Goes to the next event that happens at another time, or the one before. */
  step(forward) {
    const { ms } = this.playback;
    const moments = forward
      ? this.layout.moments.filter(({ at }) => at > ms + 1)
      : this.layout.moments.filter(({ at }) => at < ms - 1).reverse();
    if (moments.length) this.goTo(moments[0]);
  }

  #build(place) {
    const mode = this.settings?.mode === "sentence" ? "Guided sentences" : "Conversation";
    const day = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" }).format(new Date(this.replay.started));
    const title = h(
      "h1",
      { class: "lesson-title", tabindex: "-1" },
      mode,
      h("span", { class: "meta" }, ` with ${this.tutor.title} · ${this.settings?.level ?? ""} · ${day}`),
    );
    const all = h("a", { class: "quiet small", href: "#/history" }, "All lessons");
    fill(
      place,
      h(
        "div",
        { class: "lesson player" },
        h("header", { class: "lesson-head" }, title, h("span", { class: "spacer" }), all),
        h("div", { class: "lesson-left" }, this.stage.element, this.#controls(), this.events.element),
        this.scroll,
      ),
    );
  }

  #controls() {
    this.playButton = h("button", { type: "button", class: "primary round play", on: { click: () => this.playback.toggle() } });
    this.time = h("p", { class: "player-time" });
    this.now = h("p", { class: "meta player-now" });
    this.speeds = h("select", { aria: { label: "Speed" }, on: { change: () => this.playback.setSpeed(Number(this.speeds.value)) } });
    this.speeds.append(...SPEEDS.map((speed) => h("option", { value: `${speed}` }, `${speed}×`)));
    this.speeds.value = "1";
    return h(
      "section",
      { class: "player-controls", aria: { label: "Player" } },
      this.voice,
      this.scrubber.element,
      h(
        "div",
        { class: "player-row" },
        this.playButton,
        round("back", "The event before (,)", () => this.step(false)),
        round("forward", "The next event (.)", () => this.step(true)),
        this.time,
        this.now,
        this.speeds,
      ),
      this.#plainly(),
    );
  }

  /** What a viewer must know of what they see. */
  #plainly() {
    const { cutMs } = this.layout;
    return cutMs >= 1000 && h("p", { class: "meta" }, `${spell(cutMs)} of silence left out.`);
  }

  async #load(sound) {
    if (this.replay.forgotten) return ""; // said once, in place of the conversation
    const fetched = sound.kind === "tutor" ? api.film(sound.turn, this.replay.session, this.learner) : this.#recording(sound);
    return fetched.then((blob) => URL.createObjectURL(blob));
  }

  async #recording(sound) {
    return new Blob([await api.blob(sound.sha256, this.replay.session, this.learner)], { type: "audio/flac" });
  }

  #gone({ sound, fault }) {
    this.faults.set(`${sound.kind}.${sound.turn}`, WHY_GONE[fault.code] ?? withoutHash(fault.message));
    this.transcript.updateAll();
  }

  #rebuild(count) {
    this.lesson = emptyLesson();
    this.shown = 0;
    this.transcript = new Transcript(this.lesson, this.#actions(), () => this.tutor.title || "Tutor");
    this.scroll.replaceChildren(this.replay.forgotten ? forgotten() : this.transcript.element);
    this.stage.captions.replaceChildren();
    this.stage.captions.hidden = true;
    this.stage.turn = null;
    this.#apply(count, false);
    this.transcript.updateAll();
    this.#bringUp(Math.max(...this.lesson.turns.keys()));
  }

  #apply(count, drawing) {
    for (const { messages } of this.layout.moments.slice(this.shown, count)) {
      for (const message of messages) {
        apply(this.lesson, message);
        if (!drawing) continue;
        this.transcript.update(message);
        if (MOVES.has(message.type)) this.#bringUp(message.turn);
      }
    }
    this.shown = count;
  }

  #bringUp(turn) {
    if (Number.isFinite(turn)) this.transcript.bringUp(turn, this.scroll);
  }

  #draw() {
    const { ms, endMs, playing, sound } = this.playback;
    const count = countAt(this.layout.moments, ms);
    if (count < this.shown || count > this.shown + LEAP) this.#rebuild(count);
    else if (count > this.shown) this.#apply(count, true);
    const moment = this.layout.moments[count - 1];
    const told = moment ? `event ${moment.version}, ${moment.type}` : "before the first event";
    this.scrubber.show(ms, told);
    this.events.show(count - 1);
    put(this.time, `${clock(ms)} / ${clock(endMs)}`);
    put(this.now, told);
    if (this.playButton.dataset.playing !== `${playing}`) {
      this.playButton.dataset.playing = `${playing}`;
      this.playButton.setAttribute("aria-label", playing ? "Pause (Space)" : "Play (Space)");
      fill(this.playButton, icon(playing ? "pause" : "play"));
    }
    this.#face(sound, ms);
  }

  /** Picture, captions and state for this moment. */
  #face(sound, ms) {
    const tutor = sound?.kind === "tutor" ? sound : null;
    const inTurn = tutor ? ms - tutor.startMs + tutor.fromMs : 0;
    const film = Boolean(tutor) && !this.playback.waiting && this.stage.speaking.videoWidth > 0;
    this.stage.element.classList.toggle("is-speaking", Boolean(tutor));
    this.stage.element.classList.toggle("has-video", film);
    if (tutor && !film && !this.playback.waiting && !this.replay.forgotten) this.mouth.draw(tutor.turn, inTurn);
    else this.mouth.rest();
    const turn = tutor && this.lesson.turns.get(tutor.turn);
    if (turn && !this.replay.forgotten) this.stage.caption(turn);
    const segments = turn?.segments.filter(Boolean) ?? [];
    const sounding = segments.filter((segment) => segment.start_ms <= inTurn).at(-1)?.sentence ?? null;
    this.stage.highlight(sounding);
    this.transcript.highlight(tutor?.turn ?? -1, sounding);
    this.stage.showState(...this.#state(sound));
  }

  #state(sound) {
    if (this.playback.waiting) return ["loading", "Fetching the recording…"];
    if (sound?.kind === "tutor") return ["speaking"];
    if (sound) return ["listening", `${this.settings?.learner || "The learner"} speaks`];
    if (this.lesson.ended) return ["ended"];
    return [workOf(this.lesson) || "idle", workOf(this.lesson) ? "" : "Silence"];
  }

  #actions() {
    const play = (kind, turn, startMs = 0, endMs = Infinity) => {
      const sound = this.layout.sounds.find((one) => one.kind === kind && one.turn === turn.number);
      if (!sound) return;
      this.playback.seek(sound.startMs + Math.max(0, startMs));
      this.playback.play(Math.min(sound.startMs + endMs, sound.endMs + AFTER_WORD_MS));
    };
    return {
      feedback: (turn) => this.feedback.of(turn),
      samples: async (turn) => decoded(await api.blob(turn.uttered.audio, this.replay.session, this.learner)),
      playRecording: (turn, startMs, endMs) => play("learner", turn, startMs, endMs),
      playReply: (turn) => play("tutor", turn),
      noteOn: (turn) => this.#note(`learner.${turn.number}`),
      reasonsFor: (turn) => [
        reasons(turn, (startMs, endMs) => play("learner", turn, startMs, endMs)),
        this.#note(`tutor.${turn.number}`),
      ],
    };
  }

  #note(key) {
    const text = this.faults.get(key);
    return text ? h("p", { class: "failure" }, icon("warning"), h("span", {}, `Not to be heard: ${text}`)) : null;
  }
}

const WHY_GONE = { blob_missing: "it is not in the store of this server." };
const LEAP = 40; // events; more at once are drawn anew
const MOVES = new Set(["transcription", "analysis_complete", "tutor_reply", "error"]);

function forgotten() {
  return h(
    "div",
    { class: "empty", role: "status" },
    h("p", {}, "The learner has been forgotten: what was said in this lesson is gone for good, in the log and in every recording."),
    h("p", { class: "meta" }, "What is left tells only when something happened."),
  );
}

function round(name, label, click) {
  return h("button", { type: "button", class: "quiet round", title: label, aria: { label }, on: { click } }, icon(name));
}

function put(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

function spell(ms) {
  const minutes = Math.floor(ms / 60000);
  const seconds = Math.round((ms % 60000) / 1000);
  if (minutes >= 120) return `${Math.round(minutes / 60)} hours`;
  return minutes ? `${minutes} min ${seconds} s` : `${seconds} s`;
}
