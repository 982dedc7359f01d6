/**
 * Draws the tutor's mouth from visemes, in a badge over the portrait, where the video is missing. Times count from the
 * turn's start. Shapes are the 15 visemes of the OVR set, as opening, width, rounding, teeth and tongue in 0..1.
 */

const SHAPES = {
  sil: [0, 0.5, 0, 0, 0],
  pp: [0, 0.45, 0.1, 0, 0],
  ff: [0.1, 0.5, 0, 1, 0],
  th: [0.22, 0.55, 0, 0.6, 1],
  dd: [0.25, 0.6, 0, 0.7, 0.6],
  kk: [0.3, 0.6, 0, 0.4, 0],
  ch: [0.28, 0.32, 0.7, 0.9, 0],
  ss: [0.14, 0.7, 0, 1, 0],
  nn: [0.22, 0.6, 0, 0.5, 0.7],
  rr: [0.26, 0.35, 0.6, 0.3, 0],
  aa: [1, 0.62, 0, 0.3, 0.2],
  e: [0.6, 0.8, 0, 0.5, 0.2],
  ih: [0.38, 0.88, 0, 0.6, 0.1],
  oh: [0.75, 0.35, 0.9, 0, 0],
  ou: [0.36, 0.18, 1, 0, 0],
};
const ALIASES = { i: "ih", o: "oh", u: "ou" };
const BLEND_MS = 70; // a mouth moves into a shape, it does not jump

export class Mouth {
  constructor(canvas) {
    this.canvas = canvas;
    this.pen = canvas.getContext("2d");
    this.turns = new Map();
  }

  add(message) {
    const list = this.turns.get(message.turn) ?? [];
    for (const item of message.visemes) {
      list.push({ ...item, start_ms: message.start_ms + item.start_ms, end_ms: message.start_ms + item.end_ms });
    }
    this.turns.set(message.turn, list);
  }

  forget(turn) {
    this.turns.delete(turn);
  }

  rest() {
    this.canvas.hidden = true;
  }

  draw(turn, ms) {
    this.canvas.hidden = false;
    this.#paint(shapeAt(this.turns.get(turn) ?? [], ms));
  }

  #paint([open, width, round, teeth, tongue]) {
    const { pen, canvas } = this;
    const { width: w, height: h } = canvas;
    const half = w * (0.16 + 0.2 * width) * (1 - 0.3 * round);
    const drop = h * (0.02 + 0.3 * open);
    const [x, y] = [w / 2, h / 2];
    pen.clearRect(0, 0, w, h);
    this.#lips(x, y, half + w * 0.045, drop + h * 0.075, "#b4535a");
    if (open > 0.04 || teeth > 0.5) this.#lips(x, y, half, drop, "#4a1420");
    pen.save();
    this.#outline(x, y, half, drop);
    pen.clip();
    if (teeth > 0.2 && drop > h * 0.03) {
      pen.fillStyle = "#fff";
      pen.fillRect(x - half * 0.8, y - drop, half * 1.6, Math.min(drop, h * 0.09) * teeth);
    }
    pen.fillStyle = "#d9797f";
    pen.beginPath();
    pen.ellipse(x, y + drop * (1.1 - 0.6 * tongue), half * 0.6, drop * 0.6, 0, 0, Math.PI * 2);
    pen.fill();
    pen.restore();
  }

  #lips(x, y, half, drop, colour) {
    this.pen.fillStyle = colour;
    this.#outline(x, y, half, drop);
    this.pen.fill();
  }

  #outline(x, y, half, drop) {
    const { pen } = this;
    pen.beginPath();
    pen.moveTo(x - half, y);
    pen.bezierCurveTo(x - half * 0.5, y - drop * 1.2, x + half * 0.5, y - drop * 1.2, x + half, y);
    pen.bezierCurveTo(x + half * 0.5, y + drop * 1.4, x - half * 0.5, y + drop * 1.4, x - half, y);
  }
}

/** The mouth at a time: the viseme's shape, blended with the one before it while the mouth moves. */
function shapeAt(visemes, ms) {
  const index = visemes.findIndex((item) => ms < item.end_ms);
  if (index < 0) return SHAPES.sil;
  const now = weighted(visemes[index]);
  const before = index ? weighted(visemes[index - 1]) : SHAPES.sil;
  const share = Math.max(0, Math.min(1, (ms - visemes[index].start_ms) / BLEND_MS));
  return now.map((value, axis) => before[axis] + (value - before[axis]) * share);
}

function weighted(item) {
  const name = item.viseme.toLowerCase();
  const shape = SHAPES[name] ?? SHAPES[ALIASES[name]] ?? SHAPES.sil;
  return shape.map((value, axis) => (axis === 0 ? value * item.weight : value));
}
