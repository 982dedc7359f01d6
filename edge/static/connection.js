/**
 * The WebSocket of a lesson, kept up: reconnects, resumes the session and repeats what was not confirmed.
 *
 * A command waits in `pending` until the durable message that proves it arrives, and is sent again, with the same
 * `command_id`, after each resume: a repeat is harmless, a lost command is not. Audio is kept by `Utterance`.
 * Events: `message` {message, payload}, `status` {online, attempt}. Does not interpret a lesson.
 */

import { decodeFrame, encodeFrame } from "./frames.js";
import { randomId } from "./store.js";

const PATH = "/api/v1/ws/speech-practice";
const FIRST_DELAY_MS = 300;
const LONGEST_DELAY_MS = 5000;
const MOST_TRIES = 4;

/** Which durable message proves a command: a type, or a `progress` stage of the command's turn. */
const PROOF = {
  start_session: "session_started",
  end_recording: "uttered",
  type_text: "uttered",
  interrupt: "heard",
  heard: "heard",
  retry: "retried",
  rate: "rated",
  end_session: "ended",
};

export class Connection extends EventTarget {
  /** `resumeFrom()` gives {session, learner, last_seq, last_part}, or null where no session is open yet. */
  constructor(resumeFrom) {
    super();
    this.resumeFrom = resumeFrom;
    this.pending = [];
    this.tries = new Map();
    this.attempt = 0;
    this.closed = false;
    this.ready = false; // open and, where there was a session, resumed
    this.retryNow = () => this.#reconnect(0);
    addEventListener("online", this.retryNow);
  }

  open() {
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(`${scheme}//${location.host}${PATH}`);
    socket.binaryType = "arraybuffer";
    this.socket = socket;
    socket.onopen = () => this.#opened();
    socket.onmessage = (event) => this.#received(event.data);
    socket.onclose = () => this.#lost(socket);
  }

  close() {
    this.closed = true;
    clearTimeout(this.timer);
    removeEventListener("online", this.retryNow);
    this.socket?.close();
  }

  /** Sends a command now, or when the socket is back. Only commands with a proof are kept. */
  command(type, fields = {}) {
    const command = { type, command_id: randomId(), ...fields };
    if (PROOF[type]) this.pending.push(command);
    if (this.ready) this.#send(command);
  }

  /** Sends one chunk of audio if the socket is ready; the caller keeps it. */
  chunk(header, payload) {
    if (this.ready) this.socket.send(encodeFrame(header, payload));
  }

  /** Sends what was not confirmed; called when the server has resumed the session and the audio was sent again. */
  flush() {
    this.ready = true;
    // A command that the server refuses gets no proof; it must not come back for ever.
    this.pending = this.pending.filter((command) => (this.tries.get(command.command_id) ?? 0) < MOST_TRIES);
    for (const command of this.pending) this.#send(command);
  }

  /** Sends a command no more: what it spoke of is gone. */
  forget(type, turn) {
    this.pending = this.pending.filter((command) => command.type !== type || command.turn !== turn);
  }

  /** Breaks the connection to come back by a resume: the server then says which chunk it awaits. */
  renew() {
    this.socket?.close();
  }

  #send(command) {
    this.tries.set(command.command_id, (this.tries.get(command.command_id) ?? 0) + 1);
    this.socket.send(JSON.stringify(command));
  }

  #opened() {
    this.attempt = 0;
    const place = this.resumeFrom();
    if (place) this.socket.send(JSON.stringify({ type: "resume", ...place }));
    else this.flush();
    this.#tell(true);
  }

  #received(data) {
    let frame;
    try {
      frame = decodeFrame(data);
    } catch (fault) {
      console.error("A frame of the server could not be read", fault);
      return;
    }
    this.#confirm(frame.message);
    this.dispatchEvent(new CustomEvent("message", { detail: frame }));
  }

  #confirm(message) {
    if (message.type === "error") return;
    const proof = message.type === "progress" ? message.stage : message.type;
    this.pending = this.pending.filter(
      (command) => PROOF[command.type] !== proof || (command.turn !== undefined && command.turn !== message.turn),
    );
  }

  #lost(socket) {
    if (this.closed || socket !== this.socket) return;
    this.ready = false;
    this.attempt += 1;
    this.#tell(false);
    const delay = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** (this.attempt - 1));
    this.#reconnect(delay * (0.8 + 0.4 * Math.random())); // spread, so that a restarted server is not stormed
  }

  #reconnect(delayMs) {
    if (this.closed || (this.socket && this.socket.readyState <= WebSocket.OPEN)) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.open(), delayMs);
  }

  #tell(online) {
    this.dispatchEvent(new CustomEvent("status", { detail: { online, attempt: this.attempt } }));
  }
}
