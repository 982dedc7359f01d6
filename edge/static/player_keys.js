/** The player's keys: Space or K plays and pauses, arrows move, comma and full stop go from event to event. */

const TAKES_KEYS = "input:not([type=range]), textarea, select, button, summary, a";
const STEP_MS = 5000;

/** Listens until `signal` aborts. */
export function listenToPlayerKeys(player, signal) {
  const { playback } = player;
  const keys = {
    " ": () => playback.toggle(),
    k: () => playback.toggle(),
    ArrowLeft: () => playback.seek(playback.ms - STEP_MS),
    ArrowRight: () => playback.seek(playback.ms + STEP_MS),
    ",": () => player.step(false),
    ".": () => player.step(true),
    Home: () => playback.seek(0),
    End: () => playback.seek(playback.endMs),
  };
  const pressed = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { target } = event;
    if (target.closest?.(TAKES_KEYS) && (event.key === " " || event.key.startsWith("Arrow"))) return; // theirs
    if (target.matches?.("input:not([type=range]), textarea")) return;
    const act = keys[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  };
  addEventListener("keydown", pressed, { signal });
}
