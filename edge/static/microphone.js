/**
 * The learner's microphone: permission, AudioWorklet, chunks of 16 kHz PCM and levels.
 *
 * Events: `chunk` {bytes, level}, `level` {level} (dB full scale, every 40 ms), `state` {state, fault}. Does not decide
 * what is sent; see talking.js.
 */

export class Microphone extends EventTarget {
  constructor() {
    super();
    this.state = "off"; // off, asking, on, failed
  }

  async start(context) {
    if (this.state === "on" || this.state === "asking") return;
    this.#tell("asking");
    try {
      this.stream = await this.#ask();
      await context.audioWorklet.addModule("/static/worklet.js");
      this.node = new AudioWorkletNode(context, "microphone", { numberOfOutputs: 0 });
      this.node.port.onmessage = ({ data }) => this.#received(data);
      this.source = context.createMediaStreamSource(this.stream);
      this.source.connect(this.node);
      for (const track of this.stream.getAudioTracks()) {
        track.onended = () =>
          this.#fail("The microphone was unplugged or taken away. Connect it, then turn it on again.");
      }
      this.#tell("on");
    } catch (fault) {
      this.stop();
      this.#fail(explain(fault));
    }
  }

  stop() {
    this.source?.disconnect();
    this.node?.port.close();
    for (const track of this.stream?.getTracks() ?? []) {
      track.onended = null;
      track.stop();
    }
    this.source = this.node = this.stream = null;
    this.#tell("off");
  }

  async #ask() {
    if (!navigator.mediaDevices?.getUserMedia) throw new DOMException("", "SecurityError");
    const audio = { channelCount: 1, echoCancellation: true, noiseSuppression: true, autoGainControl: true };
    return navigator.mediaDevices.getUserMedia({ audio });
  }

  #received(data) {
    if (data.chunk) this.dispatchEvent(new CustomEvent("chunk", { detail: { bytes: data.chunk, level: data.level } }));
    else this.dispatchEvent(new CustomEvent("level", { detail: { level: data.level } }));
  }

  #fail(fault) {
    this.#tell("failed", fault);
  }

  #tell(state, fault = "") {
    this.state = state;
    this.dispatchEvent(new CustomEvent("state", { detail: { state, fault } }));
  }
}

const REASONS = {
  NotAllowedError:
    "The browser does not let this page use the microphone. Allow it in the address bar, then turn the microphone on. " +
    "Until then you can type or upload a recording.",
  SecurityError:
    "Browsers give the microphone only to pages on https or on this computer (localhost). " +
    "Open the page there, or type or upload a recording.",
  NotFoundError: "No microphone was found. Connect one and turn it on, or type or upload a recording.",
  NotReadableError: "Another program holds the microphone. Close that program, then turn the microphone on again.",
};

function explain(fault) {
  return REASONS[fault.name] ?? `The microphone did not start (${fault.message}). You can type or upload a recording.`;
}
