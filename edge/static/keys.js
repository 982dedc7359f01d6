/** The lesson's keys: Space held is talking, Escape silences the tutor. */

const TAKES_SPACE = "input, textarea, button, summary, a, select"; // there it writes or presses

/** Listens until `signal` aborts. */
export function listenToKeys(session, clips, signal) {
  const { talking, speaker, microphone } = session;
  const isTalkKey = (event) =>
    event.code === "Space" && talking.mode === "hold" && !event.target.closest?.(TAKES_SPACE);
  const pressed = (event) => {
    if (event.key === "Escape" && (speaker.speaking || clips.sounding)) {
      clips.stop();
      session.interrupt();
    }
    if (!isTalkKey(event)) return;
    event.preventDefault();
    if (!event.repeat && microphone.state === "on") talking.press();
  };
  const released = (event) => {
    if (event.code === "Space") talking.release();
  };
  addEventListener("keydown", pressed, { signal });
  addEventListener("keyup", released, { signal });
  addEventListener("blur", () => talking.release(), { signal }); // the key's end would go to another window
}
