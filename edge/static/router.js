/** Hash routes: `#/start`, `#/lesson/ID` and so on, each drawn by a view `(place, ...parameters) -> leave()`. */

export class Router {
  constructor(place, views, fallback) {
    this.place = place;
    this.views = views;
    this.fallback = fallback;
    this.leave = null;
    addEventListener("hashchange", () => this.draw());
  }

  get route() {
    const [name, ...parameters] = location.hash.replace(/^#\/?/, "").split("/").map(decodeURIComponent);
    return this.views[name] ? { name, parameters } : { name: this.fallback, parameters: [] };
  }

  draw() {
    const { name, parameters } = this.route;
    this.leave?.();
    this.place.replaceChildren();
    this.leave = this.views[name](this.place, ...parameters) ?? null;
    for (const link of document.querySelectorAll("nav a")) {
      const current = link.getAttribute("href") === `#/${name}`;
      if (current) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
    scrollTo(0, 0);
  }
}

export function go(...parts) {
  location.hash = `/${parts.map(encodeURIComponent).join("/")}`;
}

/** Renames the page's address without drawing it anew. */
export function rename(...parts) {
  history.replaceState(null, "", `#/${parts.map(encodeURIComponent).join("/")}`);
}
