/** Tutors and topics, asked of the server once; while it is not there yet, asked again by whoever waits. */

import { topics, tutors } from "./api.js";

const RETRY_MS = 1500;

export class Catalogue {
  tutors() {
    return (this.askedTutors ??= untilAnswered(tutors));
  }

  topics() {
    return (this.askedTopics ??= untilAnswered(topics));
  }
}

async function untilAnswered(ask) {
  for (;;) {
    try {
      return await ask();
    } catch {
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS)); // the readiness strip says why meanwhile
    }
  }
}
