/**
 * Decides which of the microphone's sound is the learner talking, and sends that as the open utterance.
 *
 * Hands-free: a level gate with pre-roll opens the utterance; the server closes it (endpointing "auto"), or a second of
 * silence here does where the lesson runs with "manual". Holding: from press to release. While the tutor speaks
 * nothing is sent, unless the learner wears headphones, so that the tutor does not answer its own voice.
 * Events: `talking` {talking}, `bargein`, `dropped` {turn} (an utterance that is not sent after all). Draws nothing.
 */

const CHUNK_MS = 100;
const PRE_ROLL_CHUNKS = 6;
const HELD_PRE_ROLL_CHUNKS = 2;
const OPEN_ABOVE_FLOOR_DB = 9;
const OPEN_AT_LEAST_DB = -52;
const ONSET_CHUNKS = 2; // a click is shorter
const BARGE_IN_CHUNKS = 3;
const SILENCE_CHUNKS = 11;
const FALSE_START_CHUNKS = 60;
const ECHO_TAIL_CHUNKS = 2; // the room still rings when the tutor has stopped

export class Talking extends EventTarget {
  /** `tutorSpeaks()` says whether the tutor's voice is to be heard now. */
  constructor(utterance, tutorSpeaks) {
    super();
    this.utterance = utterance;
    this.tutorSpeaks = tutorSpeaks;
    this.mode = "auto"; // auto or hold
    this.headphones = false;
    this.endpointing = "auto"; // of the lesson, on the server
    this.enabled = true;
    this.talking = false;
    this.held = false;
    this.#forget();
    this.floor = -70;
    this.tail = 0;
  }

  /** The learner has made sound for a third of a second, whether or not it is being sent. */
  get voiced() {
    return this.held || (this.talking && this.loud >= BARGE_IN_CHUNKS);
  }

  take(bytes, level) {
    this.preRoll.push(bytes);
    if (this.preRoll.length > PRE_ROLL_CHUNKS) this.preRoll.shift();
    if (!this.enabled) return;
    const loud = this.#isLoud(level);
    this.loud = loud ? this.loud + 1 : 0;
    this.quiet = loud ? 0 : this.quiet + 1;
    if (this.mode === "hold") {
      if (this.held) this.utterance.add(bytes);
      return;
    }
    if (!this.#mayHear()) return;
    if (!this.talking) this.#perhapsOpen();
    else this.#continue(bytes);
  }

  press() {
    if (this.held || !this.enabled) return;
    this.held = true;
    this.dispatchEvent(new Event("bargein"));
    for (const bytes of this.preRoll.slice(-HELD_PRE_ROLL_CHUNKS)) this.utterance.add(bytes);
    this.#tell(true);
  }

  release() {
    if (!this.held) return;
    this.held = false;
    if (this.utterance.open) this.utterance.end();
    this.#tell(false);
  }

  /** The microphone is turned off: what was said by then is an utterance, unless `said` nothing. */
  finish(said = false) {
    if (this.held) this.release();
    else if (!this.talking) return; // nothing is open, or it has been ended and the server is at work on it
    else if (said || this.said >= BARGE_IN_CHUNKS) {
      this.utterance.end();
      this.reset();
    } else this.drop();
  }

  /** The open utterance is not to be answered. */
  drop() {
    const { open, turn } = this.utterance;
    this.held = false;
    this.utterance.cancel();
    this.reset();
    if (open) this.dispatchEvent(new CustomEvent("dropped", { detail: { turn } }));
  }

  /** The server closed the utterance, or it was dropped: wait for the next one. */
  reset() {
    this.#forget();
    this.#tell(false);
  }

  #forget() {
    this.preRoll = [];
    this.loud = 0;
    this.quiet = 0;
    this.said = 0;
  }

  #mayHear() {
    if (this.headphones) return true;
    if (this.tutorSpeaks()) {
      this.tail = ECHO_TAIL_CHUNKS;
      this.preRoll = [];
      this.loud = 0;
      return false;
    }
    this.tail = Math.max(0, this.tail - 1);
    return this.tail === 0;
  }

  #perhapsOpen() {
    const needed = this.tutorSpeaks() ? BARGE_IN_CHUNKS : ONSET_CHUNKS;
    if (this.loud < needed) return;
    if (this.tutorSpeaks()) this.dispatchEvent(new Event("bargein"));
    this.said = this.loud;
    for (const chunk of this.preRoll) this.utterance.add(chunk);
    this.#tell(true);
  }

  #continue(bytes) {
    this.utterance.add(bytes);
    if (this.loud) this.said += 1;
    if (this.endpointing === "manual" && this.quiet >= SILENCE_CHUNKS) {
      this.utterance.end();
      this.reset();
    } else if (this.quiet >= FALSE_START_CHUNKS) {
      this.drop(); // a door, a cough: the server found no speech in it to close
    }
  }

  /** Follows the room: falls at once, rises by 1.5 dB a second, so that speech does not lift the floor. */
  #isLoud(level) {
    this.floor = level < this.floor ? level : Math.min(-30, this.floor + (1.5 * CHUNK_MS) / 1000);
    this.floor = Math.max(-80, this.floor);
    return level > Math.max(OPEN_AT_LEAST_DB, this.floor + OPEN_ABOVE_FLOOR_DB);
  }

  #tell(talking) {
    if (talking === this.talking) return;
    this.talking = talking;
    this.dispatchEvent(new CustomEvent("talking", { detail: { talking } }));
  }
}
