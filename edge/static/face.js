/**
 * The tutor's moving face: the idle loop underneath, a turn's video above it, held to the sound's clock.
 *
 * Each turn has a MediaSource of its own, fed with MP4 fragments; `timestampOffset` is the segment's start in the turn.
 * The video has no sound: its time is held to the speaker's position, by playback rate while the error is small, by
 * seeking above. Where no picture is there for this moment, the mouth of mouth.js is drawn over the portrait.
 */

import { Mouth } from "./mouth.js";

const SEEK_ABOVE_S = 0.12;
const STEER_ABOVE_S = 0.012;
const STEER_GAIN = 1.5;
const MEDIA_TYPE = 'video/mp4; codecs="avc1.42c01f"';

export class Face {
  constructor(stage, speaker) {
    this.stage = stage;
    this.video = stage.querySelector("video.speaking");
    this.idle = stage.querySelector("video.idle");
    this.mouth = new Mouth(stage.querySelector("canvas.mouth"));
    this.speaker = speaker;
    this.tracks = new Map();
    this.current = null;
    this.drift = null;
    this.running = false;
  }

  get supported() {
    return Boolean(globalThis.MediaSource?.isTypeSupported(MEDIA_TYPE));
  }

  /** What the video shows now, for tests and figures: {turn, ms, driftMs, showing}. */
  get position() {
    const showing = this.stage.classList.contains("has-video");
    return { turn: this.current?.turn ?? null, ms: this.video.currentTime * 1000, driftMs: this.drift, showing };
  }

  /** Takes a `tutor_video` message and its bytes; `segmentStartMs` is where its segment starts in the turn. */
  addVideo(message, bytes, segmentStartMs) {
    if (!this.supported || this.speaker.dropped.has(message.turn)) return;
    this.#track(message.turn).add(message, bytes, segmentStartMs);
  }

  addVisemes(message) {
    this.mouth.add(message);
  }

  start(turn) {
    this.stage.classList.add("is-speaking");
    this.current = this.supported ? this.#track(turn) : { turn };
    if (this.current.url) this.video.src = this.current.url;
    if (!this.running) {
      this.running = true;
      requestAnimationFrame(() => this.#follow());
    }
  }

  stop(turn) {
    this.tracks.get(turn)?.close();
    this.tracks.delete(turn);
    this.mouth.forget(turn);
    if (this.current?.turn !== turn) return;
    this.current = null;
    this.drift = null;
    this.stage.classList.remove("is-speaking");
    this.#show(false);
    this.video.pause();
  }

  close() {
    for (const turn of [...this.tracks.keys()]) this.stop(turn);
    this.running = false;
  }

  #track(turn) {
    if (!this.tracks.has(turn)) this.tracks.set(turn, new Track(turn));
    return this.tracks.get(turn);
  }

  #follow() {
    const position = this.speaker.position;
    if (!this.running || !position) {
      this.running = false;
      this.mouth.rest();
      return;
    }
    const hasPicture = this.current?.turn === position.turn && this.#hold(position.ms / 1000);
    this.#show(hasPicture);
    if (hasPicture) this.mouth.rest();
    else this.mouth.draw(position.turn, position.ms);
    requestAnimationFrame(() => this.#follow());
  }

  /** Holds the video at `target` seconds. Gives whether there is a picture to show. */
  #hold(target) {
    const video = this.video;
    if (!holds(video.buffered, target)) {
      if (!video.paused) video.pause();
      return false;
    }
    this.drift = (video.currentTime - target) * 1000;
    const drift = video.currentTime - target;
    if (!video.seeking && Math.abs(drift) > SEEK_ABOVE_S) video.currentTime = target;
    else
      video.playbackRate = Math.abs(drift) < STEER_ABOVE_S ? 1 : Math.min(1.15, Math.max(0.85, 1 - drift * STEER_GAIN));
    if (video.paused) video.play().catch(() => {}); // a stop right after it rejects the promise; nothing is lost
    return video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA && Math.abs(drift) <= SEEK_ABOVE_S;
  }

  #show(visible) {
    this.stage.classList.toggle("has-video", visible);
  }
}

function holds(ranges, time) {
  for (let index = 0; index < ranges.length; index += 1) {
    if (time >= ranges.start(index) - 0.04 && time < ranges.end(index)) return true;
  }
  return false;
}

/** The video of one turn. */
class Track {
  constructor(turn) {
    this.turn = turn;
    this.waiting = [];
    this.segment = null;
    this.source = new MediaSource();
    this.url = URL.createObjectURL(this.source);
    this.source.addEventListener("sourceopen", () => this.#feed());
  }

  add(message, bytes, segmentStartMs) {
    // The initialisation comes with each fragment; the buffer needs it once a segment, before its media.
    const isNew = message.segment !== this.segment;
    this.segment = message.segment;
    this.type = message.media_type;
    this.waiting.push({ data: isNew ? bytes : bytes.slice(message.init_bytes), offsetS: segmentStartMs / 1000 });
    this.#feed();
  }

  close() {
    this.waiting = [];
    URL.revokeObjectURL(this.url);
  }

  #feed() {
    if (this.source.readyState !== "open" || !this.waiting.length) return;
    if (!this.buffer) {
      this.buffer = this.source.addSourceBuffer(this.type);
      this.buffer.addEventListener("updateend", () => this.#feed());
    }
    if (this.buffer.updating) return;
    const { data, offsetS } = this.waiting.shift();
    if (this.buffer.timestampOffset !== offsetS) this.buffer.timestampOffset = offsetS;
    try {
      this.buffer.appendBuffer(data);
    } catch (fault) {
      this.waiting = []; // the buffer is full or broken: the drawn mouth takes over
      console.error("The tutor's video cannot be continued", fault);
    }
  }
}
