/**
 * A lesson as its messages tell it: a fold over the server's messages, the same for a live lesson, one that comes back
 * after a reload, and one read in the history. Draws nothing, sends nothing.
 */

/** What the learner says, by a button, to go on to another sentence. */
export const NEXT_SENTENCE = "Next sentence, please.";

/** An empty lesson. `turns` maps a turn's number to what is known of it. */
export function emptyLesson() {
  return {
    session: "",
    settings: null,
    turns: new Map(),
    openTurn: 1,
    exercise: "",
    retrying: null,
    stage: "",
    stageTurn: 0,
    note: "",
    listening: null,
    farewell: false, // the tutor has said goodbye
    ended: false,
    seen: new Set(),
    lastSeq: -1,
    lastPart: -1,
  };
}

export function turnOf(lesson, number) {
  let turn = lesson.turns.get(number);
  if (!turn) {
    turn = { number, sentences: [], segments: [], visemes: [], errors: [], typed: "", partial: "", stars: 0 };
    lesson.turns.set(number, turn);
  }
  return turn;
}

/** What the learner said in a turn, as well as it is known. */
export function textOf(turn) {
  return turn.transcription?.text || turn.typed || turn.partial || turn.analysis?.reference || "";
}

/** Whether a turn was typed rather than spoken. */
export function isTyped(turn) {
  return Boolean(turn.typed || (turn.uttered && !turn.uttered.audio));
}

/** Whether a turn is no attempt, but asks for another sentence. */
export function asksForNext(turn) {
  return isTyped(turn) && textOf(turn) === NEXT_SENTENCE;
}

/** What the tutor said in a turn. */
export function replyOf(turn) {
  return turn.sentences
    .filter(Boolean)
    .map((sentence) => sentence.text)
    .join(" ");
}

/**
 * What the tutor is busy with, from what is there of the newest turn: "transcribing", "replying", or "" when nothing is
 * awaited.
 */
export function workOf(lesson) {
  const turn = lesson.turns.get(lesson.openTurn - 1);
  const spoken = turn?.segments.some(Boolean) || turn?.heardMs !== undefined;
  if (!turn || spoken || turn.errors.length || lesson.ended) return "";
  if (turn.number === 0) return turn.sentences.length ? "" : "replying";
  if (!turn.transcription && !turn.sentences.length) return "transcribing";
  return turn.sentences.some((sentence) => sentence?.last) ? "" : "replying";
}

/** Takes a message in. Gives false for a durable message that was here before. */
export function apply(lesson, message) {
  if (message.part >= 0) {
    const key = `${message.seq}.${message.part}`;
    if (lesson.seen.has(key)) return false;
    lesson.seen.add(key);
    if (message.seq > lesson.lastSeq || (message.seq === lesson.lastSeq && message.part > lesson.lastPart)) {
      lesson.lastSeq = message.seq;
      lesson.lastPart = message.part;
    }
  }
  HANDLERS[message.type]?.(lesson, message);
  return true;
}

const HANDLERS = {
  session_started(lesson, message) {
    lesson.session = message.session;
    lesson.settings = message;
    if (message.exercise) lesson.exercise = message.exercise;
  },
  resumed(lesson, message) {
    lesson.openTurn = Math.max(lesson.openTurn, message.turn);
  },
  progress(lesson, message) {
    if (message.stage === "listening") lesson.listening = message;
    PROGRESS[message.stage]?.(lesson, message, turnOf(lesson, message.turn));
    if (message.part < 0 && message.stage !== "listening") {
      lesson.stage = message.stage;
      lesson.stageTurn = message.turn;
      lesson.note = message.message;
    }
  },
  transcription(lesson, message) {
    const turn = turnOf(lesson, message.turn);
    if (message.final) turn.transcription = message;
    else turn.partial = message.text;
  },
  prosody_features(lesson, message) {
    turnOf(lesson, message.turn).prosody = message.prosody;
  },
  analysis_complete(lesson, message) {
    turnOf(lesson, message.turn).analysis = message;
  },
  tutor_reply(lesson, message) {
    turnOf(lesson, message.turn).sentences[message.sentence] = message;
    if (message.sentence === 0) lesson.farewell = false; // the learner went on after a goodbye
    if (message.acts.includes("close")) lesson.farewell = true;
    if (message.exercise) {
      lesson.exercise = message.exercise;
      lesson.retrying = null;
    }
  },
  tutor_audio(lesson, message) {
    turnOf(lesson, message.turn).segments[message.segment] = message;
  },
  visemes(lesson, message) {
    turnOf(lesson, message.turn).visemes[message.segment] = message;
  },
  error(lesson, message) {
    if (message.turn !== null && message.turn !== undefined && message.part >= 0) {
      turnOf(lesson, message.turn).errors.push(message);
    }
  },
};

const PROGRESS = {
  uttered(lesson, message, turn) {
    turn.uttered = message;
    if (lesson.retrying !== null) turn.retryOf = lesson.retrying;
    lesson.retrying = null;
    lesson.listening = null;
    lesson.openTurn = Math.max(lesson.openTurn, message.turn + 1);
  },
  heard(lesson, message, turn) {
    turn.heardMs = message.duration_ms;
  },
  retried(lesson, message, turn) {
    const failed = turn.errors.length > 0;
    turn.errors = [];
    if (failed) return; // what failed is tried again; nothing is said anew
    lesson.retrying = message.turn;
    const sentence = turn.analysis?.reference || turn.uttered?.reference;
    if (lesson.settings?.mode === "sentence" && sentence) lesson.exercise = sentence;
  },
  rated(lesson, message, turn) {
    if (message.stars) turn.stars = message.stars;
  },
  ended(lesson) {
    lesson.ended = true;
  },
};
