/** The server's REST side, each call a function. Throws `ServerError` with a message that can be shown. */

import { learnerId } from "./store.js";

const ROOT = "/api/v1";
const PRACTICE = `${ROOT}/speech-practice`;

export class ServerError extends Error {
  constructor(message, { status = 0, code = "" } = {}) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

async function request(path, options = {}) {
  let response;
  try {
    response = await fetch(path, options);
  } catch {
    throw new ServerError("The server cannot be reached. Check that it is running, then try again.");
  }
  if (!response.ok) throw await refusal(response);
  return response;
}

async function refusal(response) {
  const { status } = response;
  const body = await response.json().catch(() => ({}));
  return new ServerError(body.message ?? `The server answered ${status}.`, { status, code: body.code });
}

const json = async (path) => (await request(path)).json();
const query = (values) => new URLSearchParams(values).toString();
const inLanguage = (language, learner = "", others = {}) =>
  query({ learner: learner || learnerId(), ...(language ? { language } : {}), ...others });

export const tutors = () => json(`${ROOT}/tutors`);
export const topics = () => json(`${ROOT}/topics`);
export const sessions = () => json(`${PRACTICE}/sessions?${query({ learner: learnerId() })}`);
export const session = (id) =>
  json(`${PRACTICE}/sessions/${encodeURIComponent(id)}?${query({ learner: learnerId() })}`);
/** A session's events with times and messages; of another learner where the pseudonym is known. */
export const replay = (id, learner = "") =>
  json(`${PRACTICE}/sessions/${encodeURIComponent(id)}/replay?${query({ learner: learner || learnerId() })}`);
/** What could be said better in each turn, and what its scores rest on; `language` "" is the learner's or the browser's. */
export const feedback = (id, { language, learner = "", ...turn }) =>
  json(`${PRACTICE}/sessions/${encodeURIComponent(id)}/feedback?${inLanguage(language, learner, turn)}`);
/** How each sound of English is made. */
export const articulation = (language) => json(`${PRACTICE}/articulation?${inLanguage(language)}`);
export const progress = () => json(`${PRACTICE}/progress?${query({ learner: learnerId() })}`);
export const trends = (days) => json(`${PRACTICE}/analytics/trends?${query({ learner: learnerId(), days })}`);

/** What is ready and what still loads. */
export const readiness = async () => (await request(`${ROOT}/readiness`, { cache: "no-store" })).json();

/** The bytes of a recording. */
export async function blob(sha256, sessionId, learner = "") {
  const where = `${ROOT}/blobs/${sha256}?${query({ learner: learner || learnerId(), session: sessionId })}`;
  return (await request(where)).arrayBuffer();
}

/** The tutor's turn as a file of its own: voice and face, or the voice alone. */
export async function film(turn, sessionId, learner = "") {
  const where = `${PRACTICE}/sessions/${encodeURIComponent(sessionId)}/turns/${turn}/film`;
  return (await request(`${where}?${query({ learner: learner || learnerId() })}`)).blob();
}

/** The tutor's voice saying `text`; `rate` below 1 is slower. */
export async function speak(text, tutor, rate = 1) {
  const options = {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ text, tutor, rate }),
  };
  return (await request(`${PRACTICE}/speak`, options)).arrayBuffer();
}
