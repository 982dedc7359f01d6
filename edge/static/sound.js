/** The page's one audio context, made or woken in a click or key press as browsers demand. Plays nothing. */

export class Sound {
  constructor() {
    this.context = null;
  }

  async unlock() {
    this.context ??= new AudioContext({ latencyHint: "interactive" });
    if (this.context.state !== "running") await this.context.resume();
    return this.context;
  }

  get blocked() {
    return this.context?.state !== "running";
  }
}
