/**
 * Lays a logged session out in time for the player: when each event happens, and when each recording sounds. Pure.
 *
 * The log tells when events were stored. The learner's recording ends as its `speech.uttered` is stored; the tutor's
 * voice begins as its first segment is, and each further one follows gaplessly or as soon as it was there. Two things
 * differ from what was: nobody speaks over another, and silence is cut to `LONGEST_SILENCE_MS`, for lessons may be gone
 * on with days later.
 */

const LONGEST_SILENCE_MS = 4000;
const LEAD_MS = 60; // as the live speaker has it

/**
 * Gives `moments`, the events with `at` (ms of the player's time), `sounds` in order ({kind: "learner" or "tutor", turn,
 * startMs, endMs, sha256?, durationMs}), `cutMs`, the silence left out, and `endMs`.
 */
export function layOut(events) {
  const heard = heardOf(events);
  const layout = { moments: [], sounds: [], cutMs: 0, endMs: 0 };
  let at = 0;
  let before = events[0]?.at_ms ?? 0;
  let soundEnd = 0;
  for (const event of events) {
    const recording = recordingOf(event);
    const natural = at + event.at_ms - before;
    const latest = Math.max(at, soundEnd) + LONGEST_SILENCE_MS + (recording?.durationMs ?? 0);
    let now = Math.min(natural, latest);
    if (recording) now = Math.max(now, soundEnd + recording.durationMs);
    else if (WAITS_FOR_SOUND.has(event.type)) now = Math.max(now, soundEnd);
    layout.cutMs += Math.max(0, natural - latest);
    if (recording) layout.sounds.push({ ...recording, startMs: now - recording.durationMs, endMs: now });
    addVoice(layout.sounds, event, now, heard);
    soundEnd = layout.sounds.at(-1)?.endMs ?? 0;
    layout.moments.push({ ...event, at: now });
    [at, before] = [now, event.at_ms];
  }
  layout.endMs = Math.max(at, soundEnd, 1);
  return layout;
}

const WAITS_FOR_SOUND = new Set(["tutor.heard.v1", "speech.uttered.v1", "session.ended.v1"]);

/** How much of each turn was heard, ms; a turn that is not in it may have been heard whole. */
function heardOf(events) {
  const heard = new Map();
  for (const { messages } of events)
    for (const message of messages)
      if (message.type === "progress" && message.stage === "heard") heard.set(message.turn, message.duration_ms);
  return heard;
}

function recordingOf({ messages }) {
  const uttered = messages.find((message) => message.type === "progress" && message.stage === "uttered");
  if (!uttered?.audio) return null;
  return { kind: "learner", turn: uttered.turn, sha256: uttered.audio, durationMs: uttered.duration_ms };
}

/** A segment lengthens its turn's voice; where it came late, the voice waits, which a second sound tells. */
function addVoice(sounds, { messages }, now, heard) {
  const audio = messages.find((message) => message.type === "tutor_audio");
  if (!audio) return;
  const end = Math.min(audio.start_ms + audio.duration_ms, heard.get(audio.turn) ?? Infinity);
  if (end <= audio.start_ms) return; // cut off before
  const last = sounds.at(-1);
  const due = now + LEAD_MS;
  if (last?.kind === "tutor" && last.turn === audio.turn && last.endMs >= due) {
    last.endMs = last.startMs + end - last.fromMs;
    return;
  }
  const startMs = Math.max(due, last?.endMs ?? 0);
  const fromMs = audio.start_ms;
  sounds.push({ kind: "tutor", turn: audio.turn, fromMs, startMs, endMs: startMs + end - fromMs });
}

/** How many of the moments have happened at a time: the index of the first that has not. */
export function countAt(moments, ms) {
  let [low, high] = [0, moments.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (moments[middle].at <= ms) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The sound at a time, or null in silence. */
export function soundAt(sounds, ms) {
  return sounds.find((sound) => ms >= sound.startMs && ms < sound.endMs) ?? null;
}

/** A time as minutes and seconds. */
export function clock(ms) {
  const seconds = Math.floor(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
