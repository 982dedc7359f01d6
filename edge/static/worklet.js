/**
 * The microphone's AudioWorklet: mixes to mono, resamples to 16 kHz and posts chunks of s16le PCM with their level.
 *
 * Resampling is a windowed-sinc low-pass evaluated at each output time (Smith, "Digital Audio Resampling"), so 44.1
 * and 48 kHz both come down without aliasing. Runs in the audio thread; decides nothing.
 */

const TARGET_HZ = 16000;
const CHUNK_SAMPLES = 1600; // 100 ms
const LEVEL_SAMPLES = 640; // 40 ms: often enough for a lively meter
const ZERO_CROSSINGS = 12;
const PHASES = 64;

class Resampler {
  constructor(rate) {
    this.step = rate / TARGET_HZ;
    const cutoff = Math.min(1, 1 / this.step) * 0.94; // a little below Nyquist, for the filter's slope
    this.half = Math.ceil(ZERO_CROSSINGS / cutoff);
    this.taps = this.half * 2;
    this.table = Resampler.#table(cutoff, this.half, this.taps);
    this.history = new Float32Array(0);
    this.position = this.half; // of the next output sample, in input samples from the history's start
  }

  static #table(cutoff, half, taps) {
    return Array.from({ length: PHASES }, (_, phase) => {
      const row = new Float32Array(taps);
      for (let tap = 0; tap < taps; tap += 1) {
        const distance = tap - half + 1 - phase / PHASES;
        const x = Math.PI * distance * cutoff;
        const sinc = distance === 0 ? 1 : Math.sin(x) / x;
        const window = 0.5 + 0.5 * Math.cos((Math.PI * distance) / half);
        row[tap] = Math.abs(distance) < half ? cutoff * sinc * window : 0;
      }
      return row;
    });
  }

  process(input) {
    const samples = new Float32Array(this.history.length + input.length);
    samples.set(this.history);
    samples.set(input, this.history.length);
    const output = [];
    while (this.position + this.half < samples.length) {
      const whole = Math.floor(this.position);
      const row = this.table[Math.floor((this.position - whole) * PHASES)];
      let sum = 0;
      for (let tap = 0; tap < this.taps; tap += 1) sum += row[tap] * samples[whole - this.half + 1 + tap];
      output.push(sum);
      this.position += this.step;
    }
    const keep = Math.max(0, Math.floor(this.position) - this.half);
    this.history = samples.slice(keep);
    this.position -= keep;
    return output;
  }
}

class MicrophoneProcessor extends AudioWorkletProcessor {
  constructor() {
    super();
    this.resampler = new Resampler(sampleRate);
    this.pcm = new Int16Array(CHUNK_SAMPLES);
    this.filled = 0;
    this.energy = 0;
    this.chunkEnergy = 0;
    this.counted = 0;
  }

  process([channels]) {
    if (!channels?.length) return true;
    const mono = new Float32Array(channels[0].length);
    for (const channel of channels) {
      for (let index = 0; index < mono.length; index += 1) mono[index] += channel[index] / channels.length;
    }
    for (const sample of this.resampler.process(mono)) this.#take(sample);
    return true;
  }

  #take(sample) {
    this.energy += sample * sample;
    this.chunkEnergy += sample * sample;
    this.counted += 1;
    if (this.counted === LEVEL_SAMPLES) {
      this.port.postMessage({ level: decibels(this.energy / LEVEL_SAMPLES) });
      this.energy = 0;
      this.counted = 0;
    }
    this.pcm[this.filled] = Math.round(Math.max(-1, Math.min(1, sample)) * 32767);
    this.filled += 1;
    if (this.filled < CHUNK_SAMPLES) return;
    const bytes = new Uint8Array(this.pcm.buffer);
    this.port.postMessage({ chunk: bytes, level: decibels(this.chunkEnergy / CHUNK_SAMPLES) }, [bytes.buffer]);
    this.pcm = new Int16Array(CHUNK_SAMPLES);
    this.filled = 0;
    this.chunkEnergy = 0;
  }
}

/** Mean square to dB full scale. */
function decibels(power) {
  return 10 * Math.log10(power + 1e-10);
}

registerProcessor("microphone", MicrophoneProcessor);
