/**
 * Plays recordings on demand: the learner's own, or the tutor saying a sentence. Only one sounds at a time.
 * Keeps what it has fetched while the lesson is open.
 */

import { blob, speak } from "./api.js";
import { withoutHash } from "./absent.js";
import { decoded } from "./wave.js";

export class Clips {
  /** `fault(text)` is told what went wrong. */
  constructor(sound, fault) {
    this.sound = sound;
    this.fault = fault;
    this.kept = new Map();
    this.source = null;
  }

  /** Plays the recording `sha256` of a session, or the stretch of it between two times in ms. */
  recording(sha256, session, startMs = 0, endMs = Infinity) {
    return this.#play(`${session}/${sha256}`, () => blob(sha256, session), startMs, endMs);
  }

  /** The samples of a recording, an AudioBuffer. */
  async samples(sha256, session) {
    const key = `${session}/${sha256}`;
    if (!this.kept.has(key)) this.kept.set(key, await decoded(await blob(sha256, session)));
    return this.kept.get(key);
  }

  /** Plays recordings one after the other. */
  async sequence(sha256s, session) {
    for (const sha256 of sha256s) if (!(await this.recording(sha256, session))) return;
  }

  /** Plays the tutor saying `text`. */
  tutor(text, tutor, rate = 1) {
    return this.#play(`${tutor}/${rate}/${text}`, () => speak(text, tutor, rate), 0, Infinity);
  }

  get sounding() {
    return this.source !== null;
  }

  stop() {
    this.source?.stop();
    this.source = null;
  }

  /** Gives true when it played to its end. */
  async #play(key, fetchBytes, startMs, endMs) {
    this.stop();
    try {
      const context = await this.sound.unlock();
      if (!this.kept.has(key)) this.kept.set(key, await context.decodeAudioData(await fetchBytes()));
      return await this.#sound(context, this.kept.get(key), startMs / 1000, endMs / 1000);
    } catch (fault) {
      this.fault(fault.status === undefined ? "This recording could not be played." : withoutHash(fault.message));
      return false;
    }
  }

  #sound(context, buffer, startS, endS) {
    this.stop();
    const source = new AudioBufferSourceNode(context, { buffer });
    source.connect(context.destination);
    source.start(0, startS, Math.max(0.05, Math.min(endS, buffer.duration) - startS));
    this.source = source;
    return new Promise((resolve) => {
      source.onended = () => {
        const whole = this.source === source;
        if (whole) this.source = null;
        resolve(whole);
      };
    });
  }
}
