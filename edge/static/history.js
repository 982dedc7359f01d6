/** The learner's past lessons, and one of them to read and hear again. Changes nothing. */

import { ABSENT, ABSENT_TITLE, absentLesson } from "./absent.js";
import * as api from "./api.js";
import { Clips } from "./clips.js";
import { fill, h, icon } from "./dom.js";
import { Feedback } from "./feedback.js";
import { apply, emptyLesson } from "./lesson_state.js";
import { bandOf } from "./phones.js";
import { portrait } from "./picture.js";
import { Transcript } from "./transcript.js";

export function historyView(place, shared, sessionId) {
  const body = h(
    "div",
    { class: "page-body", aria: { busy: "true" } },
    h("p", { class: "meta" }, "Looking up your lessons…"),
  );
  const heading = h("h1", { tabindex: "-1" }, sessionId ? "A past lesson" : "Your lessons");
  place.append(h("div", { class: "page" }, heading, body));
  const clips = new Clips(shared.sound, (text) => shared.notices.show(text));
  const drawn = sessionId ? drawOne({ heading, body }, sessionId, shared, clips) : drawAll(body, shared);
  const failed = (fault) => {
    if (!ABSENT.has(fault.code)) return fill(body, failure(fault));
    heading.textContent = ABSENT_TITLE;
    return fill(body, absentLesson());
  };
  drawn.catch(failed).finally(() => body.removeAttribute("aria-busy"));
  return () => clips.stop();
}

async function drawAll(body, { catalogue }) {
  const sessions = await api.sessions();
  if (!sessions.length) {
    fill(
      body,
      h(
        "div",
        { class: "empty" },
        h("p", {}, "No lesson yet. Your first one takes five minutes."),
        h("a", { class: "button primary", href: "#/start" }, "Start a lesson"),
      ),
    );
    return;
  }
  const tutors = await catalogue.tutors();
  const titles = new Map(tutors.map((tutor) => [tutor.name, tutor]));
  const newest = [...sessions].sort((one, other) => `${other.started}`.localeCompare(`${one.started}`));
  fill(
    body,
    h(
      "ul",
      { class: "sessions" },
      newest.map((session) => sessionItem(session, titles.get(session.tutor))),
    ),
  );
}

function sessionItem(session, tutor) {
  const score = session.average;
  const judged = score !== null && score !== undefined;
  return h(
    "li",
    {},
    h(
      "a",
      { class: "session-card", href: `#/history/${encodeURIComponent(session.session)}` },
      portrait(tutor ?? { name: session.tutor }),
      h(
        "span",
        { class: "session-words" },
        h(
          "strong",
          {},
          kindOf(session.mode),
          ` with ${tutor?.title ?? session.tutor}`,
        ),
        h(
          "span",
          { class: "meta" },
          [when(session.started), `${session.turns} ${session.turns === 1 ? "turn" : "turns"}`, lasted(session)]
            .filter(Boolean)
            .join(" · "),
        ),
      ),
      judged &&
        h(
          "span",
          { class: "tag", data: { band: bandOf(score) } },
          `${Math.round(score)}`,
          h("span", { class: "hidden-label" }, " of 100 on average"),
        ),
      icon("chevron"),
    ),
  );
}

async function drawOne({ heading, body }, sessionId, shared, clips) {
  const [found, started] = await Promise.all([api.session(sessionId), startOf(sessionId)]);
  const lesson = emptyLesson();
  for (const message of found.messages) apply(lesson, message);
  const name = lesson.settings?.tutor ?? found.tutor ?? "";
  const tutors = await shared.catalogue.tutors();
  const title = tutors.find((tutor) => tutor.name === name)?.title ?? name;
  const transcript = new Transcript(lesson, actions(clips, lesson.session || sessionId, name), () => title || "Tutor");
  transcript.updateAll();
  const day = when(found.started ?? started);
  if (lesson.settings)
    fill(
      heading,
      kindOf(lesson.settings.mode),
      title && ` with ${title}`,
      day && h("span", { class: "heading-day" }, `, ${day}`),
    );
  fill(
    body,
    h(
      "p",
      { class: "meta" },
      [lesson.settings?.level, lesson.settings?.goal].filter(Boolean).join(" · "),
    ),
    h(
      "p",
      { class: "row" },
      h("a", { class: "quiet", href: "#/history" }, "All lessons"),
      h("a", { class: "quiet", href: `#/replay/${encodeURIComponent(sessionId)}` }, icon("play"), "Watch it again"),
      !lesson.ended && h("a", { class: "quiet", href: `#/lesson/${encodeURIComponent(sessionId)}` }, "Go on with it"),
    ),
    transcript.element,
  );
}

/** When a lesson began, which only the list of lessons tells; "" where that cannot be had. */
async function startOf(sessionId) {
  const sessions = await api.sessions().catch(() => []);
  return sessions.find((session) => session.session === sessionId)?.started ?? "";
}

const kindOf = (mode) => (mode === "sentence" ? "Guided sentences" : "Conversation");

function actions(clips, session, tutor) {
  const feedback = new Feedback(() => session, { over: true });
  return {
    feedback: (turn) => feedback.of(turn),
    samples: (turn) => clips.samples(turn.uttered.audio, session),
    playRecording: (turn, startMs, endMs) => clips.recording(turn.uttered.audio, session, startMs, endMs),
    playReply: (turn) =>
      clips.sequence(
        turn.segments.filter(Boolean).map((segment) => segment.sha256),
        session,
      ),
    speak: (text, rate) => clips.tutor(text, tutor, rate),
  };
}

export function failure(fault) {
  return h("p", { class: "failure", role: "alert" }, icon("warning"), h("span", {}, fault.message));
}

/** A time as the learner would say it; times are ISO 8601 or seconds since 1970. */
function when(time) {
  const date = time ? new Date(typeof time === "number" ? time * 1000 : time) : null;
  return date && !Number.isNaN(date.getTime())
    ? new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" }).format(date)
    : "";
}

function lasted({ started, ended }) {
  const minutes = (new Date(ended) - new Date(started)) / 60000;
  return ended && minutes >= 0 ? `${Math.max(1, Math.round(minutes))} min` : "";
}
