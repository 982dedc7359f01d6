/**
 * The tutor's voice and the lesson's clock: plays a turn's segments gaplessly and knows what is heard at this moment.
 *
 * A turn starts a moment after its first segment is decoded; segment k sounds at the turn's start + `start_ms`. Where a
 * segment comes late, the turn's start moves by the gap, so that the position stands still in the silence.
 * Events: `started` {turn}, `finished` {turn, heardMs}, `stopped` {turn, heardMs}. Shows no face; see face.js.
 */

const LEAD_S = 0.06;

export class Speaker extends EventTarget {
  constructor(sound) {
    super();
    this.sound = sound;
    this.queue = []; // turns in the order in which their sound came; the first one sounds
    this.dropped = new Set();
  }

  get context() {
    return this.sound.context;
  }

  get speaking() {
    return this.queue.length > 0;
  }

  /** What is heard now, `{turn, ms}`, or null in silence. Held back by the output's latency. */
  get position() {
    const turn = this.queue[0];
    if (!turn) return null;
    if (turn.startS === null) return { turn: turn.number, ms: 0 };
    const latency = this.context.outputLatency || this.context.baseLatency || 0;
    const elapsed = this.context.currentTime - turn.startS - latency;
    // Never back: where a late segment moved the turn's start, the clock stands still until the sound is there.
    turn.heardS = Math.max(turn.heardS, Math.min(elapsed, turn.endS));
    return { turn: turn.number, ms: turn.heardS * 1000 };
  }

  /** Takes a segment: a `tutor_audio` message and its FLAC bytes. */
  enqueue(message, bytes) {
    if (this.dropped.has(message.turn)) return;
    let turn = this.queue.find((candidate) => candidate.number === message.turn);
    if (!turn) {
      turn = {
        number: message.turn,
        startS: null,
        endS: 0,
        heardS: 0,
        sources: [],
        last: false,
        work: Promise.resolve(),
      };
      this.queue.push(turn);
      if (this.queue[0] === turn) this.#tell("started", { turn: turn.number });
    }
    turn.work = turn.work.then(() => this.#decode(turn, message, bytes));
  }

  /** Silences the turn that sounds and drops what is still to come of it. Gives {turn, heardMs}, or null in silence. */
  stop() {
    const turn = this.queue[0];
    if (!turn) return null;
    const heard = { turn: turn.number, heardMs: Math.round(this.position.ms) };
    this.drop(turn.number);
    this.#tell("stopped", heard);
    return heard;
  }

  /** Plays nothing (more) of a turn. */
  drop(number) {
    this.dropped.add(number);
    const turn = this.queue.find((candidate) => candidate.number === number);
    if (!turn) return;
    for (const source of turn.sources) {
      source.onended = null;
      source.stop();
    }
    this.#leave(turn);
  }

  /** The turn will bring no more sound (its voice failed): finish with what has sounded. */
  close(number) {
    const turn = this.queue.find((candidate) => candidate.number === number);
    if (!turn || turn.last) return;
    turn.last = true;
    turn.work = turn.work.then(() => this.#perhapsFinish(turn));
  }

  async #decode(turn, message, bytes) {
    const length = message.duration_ms / 1000;
    let sound;
    try {
      sound = await this.context.decodeAudioData(bytes);
    } catch {
      // Silence of the same length keeps captions, mouth and clock right.
      sound = this.context.createBuffer(1, Math.max(1, Math.round(length * 48000)), 48000);
      this.#tell("unplayable", { turn: message.turn, segment: message.segment });
    }
    if (this.dropped.has(turn.number)) return;
    const segment = { sound, startS: message.start_ms / 1000, lengthS: length, last: message.last };
    (turn.waiting ??= []).push(segment);
    if (this.queue[0] === turn) this.#schedule(turn);
  }

  #schedule(turn) {
    for (const segment of turn.waiting?.splice(0) ?? []) {
      const earliest = this.context.currentTime + LEAD_S;
      if (turn.startS === null) turn.startS = earliest - segment.startS;
      const late = earliest - (turn.startS + segment.startS);
      if (late > 0 && turn.sources.length) turn.startS += this.#isPlaying(turn) ? Math.max(0, late - LEAD_S) : late;
      const source = new AudioBufferSourceNode(this.context, { buffer: segment.sound });
      source.connect(this.context.destination);
      source.start(turn.startS + segment.startS);
      source.onended = () => {
        source.done = true;
        this.#perhapsFinish(turn);
      };
      turn.sources.push(source);
      turn.endS = Math.max(turn.endS, segment.startS + segment.lengthS);
      turn.last ||= segment.last;
    }
  }

  #isPlaying(turn) {
    return turn.sources.some((source) => !source.done);
  }

  #perhapsFinish(turn) {
    if (!turn.last || this.#isPlaying(turn) || turn.waiting?.length || !this.queue.includes(turn)) return;
    this.#leave(turn);
    this.#tell("finished", { turn: turn.number, heardMs: Math.round(turn.endS * 1000) });
  }

  #leave(turn) {
    const wasFirst = this.queue[0] === turn;
    this.queue = this.queue.filter((other) => other !== turn);
    const next = this.queue[0];
    if (!wasFirst || !next) return;
    this.#tell("started", { turn: next.number });
    this.#schedule(next);
  }

  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
