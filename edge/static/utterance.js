/**
 * The learner's open utterance as sent: its turn number and its chunks, kept until the server says `uttered`, so that
 * a broken connection loses none of it. Chooses nothing about when to speak; see talking.js.
 */

const FILE_CHUNK_BYTES = 64 * 1024;

export class Utterance {
  constructor(connection) {
    this.connection = connection;
    this.turn = 1;
    this.format = "pcm16";
    this.chunks = [];
  }

  get open() {
    return this.chunks.length > 0;
  }

  /** Adds the next bytes (16 kHz mono s16le) and sends them. */
  add(bytes, format = "pcm16") {
    this.format = format;
    this.chunks.push(bytes);
    this.#send(this.chunks.length - 1);
  }

  /** Sends a whole audio file as one utterance. */
  addFile(buffer) {
    for (let start = 0; start < buffer.byteLength; start += FILE_CHUNK_BYTES) {
      this.add(new Uint8Array(buffer.slice(start, start + FILE_CHUNK_BYTES)), "file");
    }
  }

  end(reference) {
    this.connection.command("end_recording", { turn: this.turn, ...(reference ? { reference } : {}) });
  }

  cancel() {
    if (this.open) this.connection.command("cancel_recording", { turn: this.turn });
    this.chunks = [];
  }

  /** The server could not use what was sent and has dropped it: the turn begins again. */
  refused() {
    this.connection.forget("end_recording", this.turn);
    this.chunks = [];
  }

  /** The server has closed `turn`; the next utterance is the one after it. */
  closed(turn) {
    if (turn < this.turn) return;
    this.turn = turn + 1;
    this.chunks = [];
  }

  /** After a resume: the server awaits `nextChunk` of `turn`. Sends what it lacks. */
  resume(turn, nextChunk) {
    if (turn > this.turn) {
      this.turn = turn;
      this.chunks = [];
    }
    if (turn === this.turn && nextChunk > this.chunks.length) {
      // A page that was loaded anew no longer has the beginning: start the utterance again.
      this.connection.ready = true;
      this.connection.command("cancel_recording", { turn });
      this.chunks = [];
      return;
    }
    this.connection.ready = true;
    for (let chunk = nextChunk; chunk < this.chunks.length; chunk += 1) this.#send(chunk);
  }

  #send(chunk) {
    const header = { type: "audio_chunk", turn: this.turn, chunk, format: this.format };
    this.connection.chunk(header, this.chunks[chunk]);
  }
}
