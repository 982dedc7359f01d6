/** The view of a live lesson: joins stage, transcript, exercise and dock with a `LessonSession`. */

import { ABSENT, ABSENT_TITLE, FORGOTTEN, FORGOTTEN_TITLE, absentLesson, forgottenLesson } from "./absent.js";
import { Clips } from "./clips.js";
import { Dock } from "./dock.js";
import { fill, h } from "./dom.js";
import { Exercise } from "./exercise.js";
import { Feedback } from "./feedback.js";
import { workOf } from "./lesson_state.js";
import { listenToKeys } from "./keys.js";
import { LessonSession } from "./session.js";
import { go, rename } from "./router.js";
import { Stage } from "./stage.js";
import { choices, choose, read, settingsOf, write } from "./store.js";
import { summary } from "./summary.js";
import { Transcript } from "./transcript.js";

/** `shared`: {notices, catalogue, sound, expose(session)}. */
export function lessonView(place, shared, sessionId) {
  const wanted = choices();
  if (!sessionId && !read("starting")) {
    go("start");
    return null;
  }
  write("starting", null);
  return new LessonView(place, shared, sessionId, wanted).leave;
}

class LessonView {
  constructor(place, shared, sessionId, wanted) {
    this.place = place;
    this.shared = shared;
    this.wanted = wanted;
    this.stage = new Stage();
    this.session = new LessonSession({
      sessionId,
      settings: settingsOf(wanted),
      stage: this.stage.element,
      sound: shared.sound,
    });
    this.lesson = this.session.lesson;
    this.clips = new Clips(shared.sound, (text) => shared.notices.show(text));
    this.session.otherSound = () => this.clips.sounding;
    this.actions = this.#transcriptActions();
    this.transcript = new Transcript(this.lesson, this.actions, () => this.tutor?.title ?? "Tutor");
    this.dock = new Dock(this.#dockActions(), { mode: wanted.talking, headphones: wanted.headphones });
    this.session.setTalking(wanted.talking, wanted.headphones);
    this.exercise = new Exercise({ speak: this.actions.speak, skip: () => this.session.skip() });
    this.title = h("h1", { class: "lesson-title", tabindex: "-1" }, "Lesson");
    this.scroll = h(
      "div",
      { class: "conversation", tabindex: "0", role: "log", aria: { live: "off", label: "Conversation" } },
      this.transcript.element,
    );
    place.append(
      h(
        "div",
        { class: "lesson" },
        h("header", { class: "lesson-head" }, this.title),
        h("div", { class: "lesson-left" }, this.stage.element, this.exercise.element, this.dock.element),
        this.scroll,
      ),
    );
    this.#listen(place);
    this.#state();
    if (!sessionId && wanted.talking === "auto") this.session.useMicrophone();
    shared.expose(this.session);
    this.leave = () => this.#leave();
  }

  #listen(place) {
    const { session, dock, stage, shared } = this;
    const hears = (type, take) => session.addEventListener(type, ({ detail }) => take(detail));
    hears("change", ({ message }) => this.#changed(message));
    hears("status", ({ online, attempt }) => this.#connected(online, attempt));
    hears("level", ({ level }) => dock.setLevel(level));
    hears("talking", ({ talking }) => {
      dock.setTalking(talking);
      this.#state();
    });
    hears("microphone", ({ state, fault }) => {
      dock.setMicrophone(state);
      if (fault) shared.notices.show(fault, { key: "microphone" });
      else if (state === "on") shared.notices.clear("microphone");
      this.#state();
    });
    hears("speaking", ({ turn, speaking }) => this.#speaking(turn, speaking));
    hears("notice", (notice) => this.#notice(notice));
    this.away = new AbortController();
    const { signal } = this.away;
    listenToKeys(session, this.clips, signal);
    for (const type of ["pointerdown", "keydown"])
      addEventListener(type, () => shared.sound.unlock().then(() => this.#state()), { signal });
    stage.stop.addEventListener("click", () => session.interrupt());
    stage.unmute.addEventListener("click", () => shared.sound.unlock().then(() => this.#state()));
    place.addEventListener("dragover", (event) => event.preventDefault(), { signal });
    place.addEventListener("drop", (event) => this.#drop(event), { signal });
  }

  #transcriptActions() {
    const feedback = new Feedback(() => this.lesson.session);
    return {
      feedback: (turn) => feedback.of(turn),
      samples: (turn) => this.clips.samples(turn.uttered.audio, this.lesson.session),
      playRecording: (turn, startMs, endMs) =>
        this.#aside(() => this.clips.recording(turn.uttered.audio, this.lesson.session, startMs, endMs)),
      playReply: (turn) =>
        this.#aside(() =>
          this.clips.sequence(
            turn.segments.filter(Boolean).map((segment) => segment.sha256),
            this.lesson.session,
          ),
        ),
      speak: (text, rate) => this.#aside(() => this.clips.tutor(text, this.tutor?.name ?? this.wanted.tutor, rate)),
      retry: (turn) => this.session.retry(turn.number),
      rate: (turn, stars) => this.session.rate(turn.number, stars),
    };
  }

  #dockActions() {
    return {
      microphone: (on) => (on ? this.session.useMicrophone() : this.session.microphone.stop()),
      press: () => this.session.talking.press(),
      release: () => this.session.talking.release(),
      setTalking: (talking, headphones) => {
        choose({ talking, headphones });
        this.session.setTalking(talking, headphones);
      },
      type: (text) => this.session.type(text),
      upload: (file) => this.session.upload(file),
      end: () => this.session.end(),
    };
  }

  /** Plays a recording; the tutor falls silent for it. */
  #aside(play) {
    this.session.interrupt();
    return play();
  }

  #changed(message) {
    const { lesson } = this;
    if (message.type === "session_started") this.#opened(message);
    if (message.type === "tutor_reply" && !this.session.rebuilding) this.stage.caption(lesson.turns.get(message.turn));
    if (message.type === "resumed") this.#rebuilt();
    if (clearsNotices(message)) this.shared.notices.clearAbout("turn");
    if (lesson.ended && !this.over) this.#over();
    const { scrollHeight, scrollTop, clientHeight } = this.scroll;
    const reads = scrollHeight - scrollTop - clientHeight > clientHeight; // something older: it is not taken away
    this.transcript.update(message);
    const own = isOwn(message) && !this.session.rebuilding;
    if (own) this.transcript.bringUp(Math.max(...lesson.turns.keys()), this.scroll);
    else if (!reads && SCROLLS.has(message.type)) this.transcript.bringUp(message.turn, this.scroll);
    this.exercise.show(lesson.ended ? "" : lesson.exercise, lesson.settings?.mode === "sentence");
    this.dock.setFarewell(lesson.farewell);
    this.#state();
  }

  async #opened(message) {
    rename("lesson", message.session);
    write("session", message.session);
    const tutors = await this.shared.catalogue.tutors();
    this.tutor = tutors.find((tutor) => tutor.name === message.tutor) ?? { name: message.tutor, title: message.tutor };
    this.stage.showTutor(this.tutor);
    fill(
      this.title,
      message.mode === "sentence" ? "Guided sentences" : "Conversation",
      h("span", { class: "meta" }, ` with ${this.tutor.title} · ${message.level}`),
    );
    this.transcript.updateAll();
  }

  #rebuilt() {
    this.transcript.updateAll();
    this.scroll.scrollTo({ top: this.scroll.scrollHeight });
    const last = [...this.lesson.turns.values()].filter((turn) => turn.sentences.length).at(-1);
    if (last) this.stage.caption(last);
  }

  #over() {
    this.over = true;
    write("session", null);
    this.session.microphone.stop();
    this.shared.notices.clearAbout("turn");
    delete this.actions.retry;
    delete this.actions.rate;
    this.transcript.updateAll();
    this.dock.element.replaceWith(summary(this.lesson));
  }

  #connected(online, attempt) {
    const { notices } = this.shared;
    if (online) notices.clear("connection");
    else if (attempt > 1)
      notices.show("The connection is gone. Your lesson is safe; trying to come back…", { key: "connection" });
    this.#state();
  }

  #speaking(turn, speaking) {
    this.stage.stop.hidden = !speaking;
    if (speaking && !this.following) this.#follow();
    if (!speaking) this.#mark(turn, null);
    this.#state();
  }

  #follow() {
    const position = this.session.speaker.position;
    this.following = Boolean(position);
    if (!position) return;
    const segments = this.lesson.turns.get(position.turn)?.segments.filter(Boolean) ?? [];
    const sounding = segments.filter((segment) => segment.start_ms <= position.ms).at(-1);
    this.#mark(position.turn, sounding ? sounding.sentence : null);
    requestAnimationFrame(() => this.#follow());
  }

  #mark(turn, sentence) {
    const key = `${turn}.${sentence}`;
    if (key === this.marked) return;
    this.marked = key;
    this.stage.highlight(sentence);
    this.transcript.highlight(turn, sentence);
  }

  #state() {
    const { session, lesson, shared } = this;
    const blocked = session.speaker.speaking && shared.sound.blocked;
    this.stage.unmute.hidden = !blocked;
    if (lesson.ended) this.stage.showState("ended");
    else if (!session.online) this.stage.showState("connecting");
    else if (session.speaker.speaking) this.stage.showState("speaking");
    else if (session.talking.talking) this.stage.showState("listening");
    else if (lesson.stage === "loading") this.stage.showState("loading", lesson.note);
    else this.stage.showState(workOf(lesson) || "idle");
  }

  #notice({ text, code, retryable, turn }) {
    if (this.lesson.ended && code !== FORGOTTEN) return; // nothing can be mended any more
    if (ABSENT.has(code) && !this.lesson.settings) {
      this.#giveWay(ABSENT_TITLE, absentLesson());
      return;
    }
    if (code === FORGOTTEN) {
      this.#giveWay(FORGOTTEN_TITLE, forgottenLesson());
      return;
    }
    const again = retryable && this.lesson.turns.get(turn)?.uttered ? { label: "Try again", run: () => this.session.retry(turn) } : null;
    const lost = LOST.has(code) ? { label: "New lesson", run: () => go("start") } : null;
    this.shared.notices.show(text, { action: lost ?? again, about: lost ? "" : "turn" });
  }

  /** There is no lesson to show: the server does not have it for this learner, or has had to forget it. */
  #giveWay(title, text) {
    if (read("session") === this.lesson.session) write("session", null);
    this.#leave();
    this.place.replaceChildren(h("div", { class: "page" }, h("h1", { tabindex: "-1" }, title), text));
  }

  #drop(event) {
    event.preventDefault();
    const file = event.dataTransfer?.files[0];
    if (file) this.session.upload(file);
  }

  #leave() {
    this.away.abort();
    this.clips.stop();
    this.session.close();
    this.shared.notices.clear("connection");
    this.shared.notices.clearAbout("turn");
    this.shared.expose(null);
  }
}

/** Whether the learner has just taken a turn: then the newest one is what they want to see. */
function isOwn({ type, stage }) {
  return type === "typed" || (type === "progress" && (stage === "uttered" || stage === "retried"));
}

/** Whether a turn goes well again, so that what was said of an earlier failure is no longer true. */
function clearsNotices({ type, stage, turn, final, sentence }) {
  if (type === "progress") return stage === "retried";
  return turn > 0 && ((type === "transcription" && final) || (type === "tutor_reply" && sentence === 0));
}

const SCROLLS = new Set(["transcription", "analysis_complete", "tutor_reply", "typed", "error"]);
const LOST = new Set(["session_not_found", "not_your_session", "session_ended", "no_session"]);
