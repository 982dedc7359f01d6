/**
 * Plays a laid-out session (`replay_timeline.js`): a clock that can be paused, moved and hurried, and the recording that
 * belongs to each moment. While a recording sounds its element is the clock, so voice, face and words stay together.
 *
 * Media: `load(sound)` gives a promise of an object URL, or rejects with what to tell; `elements` {learner, tutor} are the
 * media elements. Events: `tick` at each frame while something changes, `fault` {sound, fault}.
 */

import { soundAt } from "./replay_timeline.js";

const NEAR_MS = 150; // further behind the element is moved
const FRAME_MS = 250; // a page in the background gets few frames; the clock then goes on in small steps

export class Playback extends EventTarget {
  constructor(layout, elements, load) {
    super();
    this.layout = layout;
    this.elements = elements;
    this.load = load;
    this.ms = 0;
    this.playing = false;
    this.speed = 1;
    this.until = null;
    this.sound = null; // what the elements are set to
    this.waiting = false; // a recording is still being fetched
    this.media = new Map();
  }

  get endMs() {
    return this.layout.endMs;
  }

  /** Plays on, to `until` (ms) if given; from the end it begins anew. */
  play(until = null) {
    if (this.ms >= this.endMs) this.seek(0);
    this.until = until;
    if (this.playing) return;
    this.playing = true;
    this.last = null;
    requestAnimationFrame((now) => this.#frame(now));
  }

  pause() {
    this.playing = false;
    for (const element of Object.values(this.elements)) element.pause();
    this.#tell();
  }

  toggle() {
    if (this.playing) this.pause();
    else this.play();
  }

  seek(ms) {
    this.ms = Math.max(0, Math.min(this.endMs, ms));
    this.until = null;
    this.#enter(soundAt(this.layout.sounds, this.ms), true);
    this.#tell();
  }

  setSpeed(speed) {
    this.speed = speed;
    for (const element of Object.values(this.elements)) element.playbackRate = speed;
    this.#tell();
  }

  close() {
    this.pause();
    this.closed = true;
    for (const kept of this.media.values()) kept.then(({ url }) => url && URL.revokeObjectURL(url));
  }

  /** Fetches a recording; `media` remembers what became of it. */
  #fetch(sound) {
    const key = `${sound.kind}.${sound.turn}`;
    if (!this.media.has(key)) {
      const fetched = this.load(sound).then(
        (url) => ({ url }),
        (fault) => {
          this.dispatchEvent(new CustomEvent("fault", { detail: { sound, fault } }));
          return { url: "" };
        },
      );
      this.media.set(key, fetched);
    }
    return this.media.get(key);
  }

  #enter(sound, moved = false) {
    const changed = sound !== this.sound;
    this.sound = sound;
    const element = sound && this.elements[sound.kind];
    for (const other of Object.values(this.elements)) if (other !== element) other.pause();
    const next = this.layout.sounds.find(({ startMs }) => startMs > (sound?.startMs ?? this.ms));
    if (!sound) {
      this.waiting = false;
      if (next) this.#fetch(next);
      return;
    }
    if (changed) this.#attach(sound, element).then(() => next && !this.closed && this.#fetch(next));
    else if (moved) this.#place(element);
  }

  async #attach(sound, element) {
    this.waiting = true;
    const { url } = await this.#fetch(sound);
    if (this.sound !== sound || this.closed) return;
    if (url && element.dataset.url !== url) {
      element.dataset.url = element.src = url;
      await new Promise((resolve) => {
        element.onloadeddata = element.onerror = resolve;
      });
      if (this.sound !== sound || this.closed) return;
    }
    this.waiting = false;
    element.silent = !url || Boolean(element.error);
    element.playbackRate = this.speed;
    this.#place(element);
    this.#tell();
  }

  #place(element) {
    if (!element.silent && element.readyState) element.currentTime = this.#inMedia() / 1000;
  }

  /** Where in the recording the clock stands, ms. */
  #inMedia() {
    return (this.sound.fromMs ?? 0) + this.ms - this.sound.startMs;
  }

  #frame(now) {
    if (!this.playing || this.closed) return;
    const passed = this.last === null ? 0 : Math.min(FRAME_MS, now - this.last) * this.speed;
    this.last = now;
    if (!this.waiting) this.#advance(passed);
    const stop = this.until ?? this.endMs;
    if (this.ms >= stop) {
      this.ms = Math.min(stop, this.endMs);
      this.until = null;
      this.pause();
      return;
    }
    this.#tell();
    requestAnimationFrame((then) => this.#frame(then));
  }

  #advance(passed) {
    const { sound } = this;
    const element = sound && this.elements[sound.kind];
    if (element && !element.silent && !element.ended) {
      if (element.paused) element.play().catch((fault) => this.#refused(fault));
      const heard = sound.startMs - (sound.fromMs ?? 0) + element.currentTime * 1000;
      if (heard < this.ms - NEAR_MS) this.#place(element);
      else this.ms = Math.max(this.ms, heard);
    } else this.ms += passed;
    const due = soundAt(this.layout.sounds, this.ms);
    if (due !== sound) this.#enter(due);
  }

  /** The browser wants a click before it sounds. */
  #refused(fault) {
    if (fault.name !== "NotAllowedError") return; // a pause right after it: nothing is lost
    this.pause();
  }

  #tell() {
    this.dispatchEvent(new CustomEvent("tick"));
  }
}
