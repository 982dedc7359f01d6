/**
 * One live lesson without its looks: joins connection, lesson state, microphone, speaker and face.
 *
 * Events: `change` {message} after each message taken in, `status` {online, attempt}, `level` {level}, `talking`,
 * `microphone` {state, fault}, `speaking` {turn, speaking}, `notice` {kind, text, code, retryable, turn}.
 * Draws nothing but the face; lesson.js is its view.
 */

import { Connection } from "./connection.js";
import { Face } from "./face.js";
import { NEXT_SENTENCE, apply, emptyLesson, turnOf } from "./lesson_state.js";
import { Microphone } from "./microphone.js";
import { Speaker } from "./speaker.js";
import { learnerId } from "./store.js";
import { Talking } from "./talking.js";
import { Utterance } from "./utterance.js";

/** The codes with which the server refuses a recording. */
const UNUSABLE = new Set([
  "audio_too_large",
  "audio_too_long",
  "bad_samples",
  "empty_audio",
  "not_audio",
  "silent_audio",
  "unsupported_rate",
]);
/** The page and the server count differently: a resume settles that, and the learner need not know. */
const OUT_OF_STEP = new Set(["chunk_out_of_order", "turn_out_of_order"]);
const MOST_RENEWALS = 3; // in one turn
const LARGEST_FILE_BYTES = 10 * 1024 * 1024;

export class LessonSession extends EventTarget {
  /** `sessionId` continues a lesson; with "" a new one is opened with `settings`. */
  constructor({ sessionId = "", settings = null, stage, sound }) {
    super();
    this.lesson = emptyLesson();
    this.lesson.session = sessionId;
    this.rebuilding = Boolean(sessionId); // what comes before `resumed` was heard before the reload: it is not played
    this.online = false;
    this.renewals = 0;
    this.otherSound = () => false; // whether a recording is being played beside the lesson
    this.sound = sound;
    this.speaker = new Speaker(sound);
    this.face = new Face(stage, this.speaker);
    this.microphone = new Microphone();
    this.connection = new Connection(() => this.#place());
    this.utterance = new Utterance(this.connection);
    this.talking = new Talking(this.utterance, () => this.speaker.speaking || this.otherSound());
    if (!sessionId) this.connection.command("start_session", { learner: learnerId(), client: "web", ...settings });
    this.#listen();
    this.connection.open();
  }

  close() {
    if (this.talking.talking) this.talking.drop();
    this.microphone.stop();
    const heard = this.speaker.stop();
    if (heard) this.connection.command("interrupt", { turn: heard.turn, heard_ms: heard.heardMs });
    this.face.close();
    this.connection.close();
  }

  async useMicrophone() {
    await this.microphone.start(await this.sound.unlock());
  }

  setTalking(mode, headphones) {
    if (this.talking.talking) this.talking.drop();
    this.talking.mode = mode;
    this.talking.headphones = headphones;
  }

  /** The learner cuts in: silence at once, and the server learns how much was heard. Gives whether there was sound. */
  interrupt() {
    const heard = this.speaker.stop();
    if (heard) this.connection.command("interrupt", { turn: heard.turn, heard_ms: heard.heardMs });
    return Boolean(heard);
  }

  type(text) {
    this.interrupt();
    this.utterance.cancel();
    this.talking.reset();
    const turn = this.utterance.turn;
    turnOf(this.lesson, turn).typed = text;
    this.connection.command("type_text", { turn, text });
    this.#tell("change", { message: { type: "typed", turn } });
  }

  /** The learner asks for another sentence, in words, as they can by voice or keyboard. */
  skip() {
    if (this.lesson.turns.get(this.utterance.turn)?.typed) return; // what was typed is still on its way
    this.type(NEXT_SENTENCE);
  }

  async upload(file) {
    if (file.size > LARGEST_FILE_BYTES) {
      this.#notice("That file is larger than 10 MB. Choose a shorter recording, 60 seconds at most.");
      return;
    }
    if (!file.size) {
      this.#notice("That file is empty. Choose another recording.");
      return;
    }
    const buffer = await file.arrayBuffer();
    this.interrupt();
    this.utterance.cancel();
    this.talking.reset();
    this.utterance.addFile(buffer);
    this.utterance.end();
  }

  retry(turn) {
    this.interrupt();
    this.connection.command("retry", { turn });
  }

  rate(turn, stars) {
    turnOf(this.lesson, turn).stars = stars;
    this.connection.command("rate", { turn, stars });
  }

  end() {
    this.interrupt();
    if (this.talking.talking) this.talking.drop(); // half a sentence is not worth an answer that nobody waits for
    this.microphone.stop();
    this.connection.command("end_session");
  }

  #place() {
    const { session, lastSeq, lastPart } = this.lesson;
    if (!session) return null;
    return { session, learner: learnerId(), last_seq: lastSeq, last_part: lastPart };
  }

  #listen() {
    this.connection.addEventListener("message", ({ detail }) => this.#take(detail.message, detail.payload));
    this.connection.addEventListener("status", ({ detail }) => {
      this.online = detail.online;
      this.#tell("status", detail);
    });
    this.microphone.addEventListener("chunk", ({ detail }) => this.talking.take(detail.bytes, detail.level));
    this.microphone.addEventListener("level", ({ detail }) => this.#tell("level", detail));
    this.microphone.addEventListener("state", ({ detail }) => {
      if (detail.state !== "on") this.talking.finish(Boolean(this.lesson.turns.get(this.utterance.turn)?.partial));
      this.#tell("microphone", detail);
    });
    this.talking.addEventListener("bargein", () => this.interrupt());
    this.talking.addEventListener("dropped", ({ detail }) => this.#dropped(detail.turn));
    this.talking.addEventListener("talking", ({ detail }) => this.#tell("talking", detail));
    this.speaker.addEventListener("started", ({ detail }) => this.#started(detail.turn));
    this.speaker.addEventListener("stopped", ({ detail }) => this.#silent(detail.turn));
    this.speaker.addEventListener("finished", ({ detail }) => {
      this.connection.command("heard", { turn: detail.turn, heard_ms: detail.heardMs });
      this.#silent(detail.turn);
    });
    this.speaker.addEventListener("unplayable", () => {
      this.#notice("A part of the tutor's voice could not be played. Read the captions for it.");
    });
  }

  /** What was understood of an utterance that was dropped is not part of the conversation. */
  #dropped(turn) {
    turnOf(this.lesson, turn).partial = "";
    this.#tell("change", { message: { type: "dropped", turn } });
  }

  #take(message, payload) {
    const late = message.type === "transcription" && !message.final && !this.utterance.open; // of one that was dropped
    if (late && !this.rebuilding) return;
    if (!apply(this.lesson, message)) return;
    if (!this.rebuilding) this.#sound(message, payload);
    TAKES[message.type]?.(this, message);
    if (message.type === "resumed") this.rebuilding = false;
    this.#tell("change", { message });
  }

  #sound(message, payload) {
    if (message.type === "tutor_audio") {
      // The learner has gone on talking: the answer to the earlier words is not spoken into it.
      if (this.talking.voiced && !this.speaker.speaking) this.#skip(message.turn);
      if (this.speaker.context) this.speaker.enqueue(message, payload);
    } else if (message.type === "visemes") this.face.addVisemes(message);
    else if (message.type === "tutor_video") {
      const segment = turnOf(this.lesson, message.turn).segments[message.segment];
      this.face.addVideo(message, payload, segment ? segment.start_ms : message.start_ms);
    }
  }

  #skip(turn) {
    if (this.speaker.dropped.has(turn)) return;
    this.speaker.drop(turn);
    this.connection.command("interrupt", { turn, heard_ms: 0 });
  }

  #started(turn) {
    this.face.start(turn);
    this.#tell("speaking", { turn, speaking: true });
  }

  #silent(turn) {
    this.face.stop(turn);
    this.#tell("speaking", { turn, speaking: false });
  }

  resumed(message) {
    this.utterance.resume(message.turn, message.next_chunk);
    this.connection.flush();
  }

  uttered({ turn, audio }) {
    if (turn < this.utterance.turn) return;
    this.renewals = 0;
    this.utterance.closed(turn);
    this.talking.held = false;
    this.talking.reset();
    const { typed } = turnOf(this.lesson, turn);
    if (!typed || !audio) return;
    turnOf(this.lesson, turn).typed = ""; // the server had closed the spoken words before the typed ones came
    this.type(typed);
  }

  failed(message) {
    if (OUT_OF_STEP.has(message.code)) {
      this.#outOfStep(message);
      return;
    }
    if (message.part < 0 && (UNUSABLE.has(message.code) || message.turn === this.utterance.turn)) {
      this.utterance.refused();
      this.talking.held = false;
      this.talking.reset();
    }
    if (message.stage === "voice" || message.stage === "tutor") this.speaker.close(message.turn);
    if (this.rebuilding && message.part >= 0) return;
    this.#notice(message.message, message);
  }

  #outOfStep({ code, turn }) {
    if (typeof turn === "number" && turn < this.utterance.turn) return; // it has been answered
    this.renewals += 1;
    if (this.renewals <= MOST_RENEWALS) this.connection.renew();
    else this.#notice("The lesson has lost its place. Load this page again; what you said is kept.", { code });
  }

  #notice(text, { code = "", retryable = false, turn = null } = {}) {
    this.#tell("notice", { text, code, retryable, turn });
  }

  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

/** What a message asks of the session beside being remembered and sounded. */
const TAKES = {
  session_started: (session, message) => (session.talking.endpointing = message.endpointing),
  resumed: (session, message) => session.resumed(message),
  progress: (session, message) => message.stage === "uttered" && session.uttered(message),
  error: (session, message) => session.failed(message),
};
