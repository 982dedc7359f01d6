/**
 * What of the server is ready, asked for the whole page by one hand: often while it loads, gently once all is up, and
 * only while somebody wants to know. Draws nothing.
 */

import { readiness } from "./api.js";

const POLL_LOADING_MS = 1200;
const POLL_READY_MS = 30000;
const DRAWS = new Set(["ready", "degraded"]);

const watchers = new Set();
let asking = false;
let timer = null;
let drawn = null; // the promise that faces can be drawn

/** Tells `watcher` {reachable, ready, stage, message, progress, engines} with each answer. Gives what ends that. */
export function watchHealth(watcher) {
  watchers.add(watcher);
  ask();
  return () => watchers.delete(watcher);
}

async function ask() {
  if (asking) return;
  asking = true;
  clearTimeout(timer);
  const health = await readiness().then(
    (body) => ({ ...body, reachable: true, ready: Boolean(body.ready) }),
    () => ({ reachable: false, ready: false }),
  );
  asking = false;
  for (const watcher of [...watchers]) watcher(health);
  if (watchers.size) timer = setTimeout(ask, health.ready ? POLL_READY_MS : POLL_LOADING_MS);
}

/** Answers once tutors can be drawn. Where they never can, never: whoever waits has something to show instead. */
export function untilFacesAreDrawn() {
  return (drawn ??= new Promise((resolve) => {
    const leave = watchHealth(({ engines = [] }) => {
      const face = engines.find((engine) => engine.kind === "face");
      if (!DRAWS.has(face?.state)) return;
      leave();
      resolve();
    });
  }));
}
