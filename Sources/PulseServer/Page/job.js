// A job: what forms, and what came of it.

import { api } from "./api.js";
import { showIn } from "./compare.js";
import { fill, h, heading, prefersStillness, say } from "./dom.js";
import { number, t } from "./text.js";

export async function jobView(id, go) {
  let job = await api.job(id);
  const directions = (await api.models()).models.find(model => model.name === job.model)?.directions ?? [];
  let events = null;
  let lost = false;
  let closed = false;
  let chosen = null;
  const said = new Map();
  const title = heading("");
  const below = h("div", { class: "job" });
  const place = h("div", { class: "place" });
  const node = h("section", { class: "result" }, title, below, place);

  const isOver = () => ["done", "failed", "cancelled"].includes(job.state);
  const found = () => job.candidates.filter(candidate => candidate.files);

  function headline() {
    if (job.state === "done") return t("job.done", found().length);
    if (job.state === "cancelled") return t(found().length ? "job.cancelled" : "job.none");
    return t(`job.${job.state}`);
  }

  function draw() {
    title.textContent = headline();
    document.title = `${headline()} – pulse`;
    fill(below, isOver() ? ended() : under());
  }

  // While it goes on. Tiles are drawn once; steps only change what is in them.

  const tiles = new Map();

  function under() {
    tiles.clear();
    const note = lost ? t("job.lost") : job.resumed ? t("job.resumed", job.resumed)
      : job.state === "queued" ? t("job.position", job.position ?? 0) : job.state === "blocked" ? t("job.blocked.help") : "";
    return [
      notes(), h("p", { class: "state", id: "state" }, note),
      h("div", { class: "grid" }, inputTile(), job.candidates.map(candidate => {
        const picture = h("div", { class: "frame" });
        const bar = h("progress", { max: candidate.steps, value: candidate.step, "aria-label": t("job.candidate", candidate.number) });
        const text = h("figcaption", {});
        const tile = { picture, bar, text, shown: null, at: 0 };
        tiles.set(candidate.number, tile);
        const figure = h("figure", { class: "tile" }, picture, bar, text);
        update(candidate);
        return figure;
      })),
      h("div", { class: "row" }, h("button", { type: "button", class: "button", id: "cancel", onclick: cancel }, t("job.cancel"))),
    ];
  }

  function update(candidate, secondsLeft = null) {
    const tile = tiles.get(candidate.number);
    if (!tile) return;
    const url = candidate.files?.picture ?? candidate.preview;
    const pause = prefersStillness.matches ? 2000 : 250;
    if (url && url !== tile.shown && (candidate.files || Date.now() - tile.at > pause)) {
      [tile.shown, tile.at] = [url, Date.now()];
      const next = h("img", { src: url, alt: t("job.candidate", candidate.number), width: 256, height: 256 });
      next.decode().then(() => fill(tile.picture, next), () => {});
    }
    tile.bar.max = candidate.steps;
    tile.bar.value = candidate.state === "done" ? candidate.steps : candidate.step;
    const left = secondsLeft === null ? "" : ` · ${t("job.left", number(secondsLeft, 0))}`;
    tile.text.textContent = candidate.state === "waiting" ? t("job.waiting")
      : candidate.state === "done" ? verdict(candidate)
        : candidate.step === candidate.steps ? t("job.finishing") : t("job.step", candidate.step, candidate.steps) + left;
    const quarter = Math.floor(4 * candidate.step / candidate.steps);
    if (candidate.state === "searching" && quarter > (said.get(candidate.number) ?? 0) && quarter < 4) {
      say(`${t("job.candidate", candidate.number)}: ${25 * quarter} %`);
      said.set(candidate.number, quarter);
    }
  }

  const verdict = candidate => t(candidate.accepted === null ? "job.found" : candidate.accepted ? "job.accepted" : "job.declined");

  function inputTile() {
    if (!job.input) return null;
    return h("figure", { class: "tile input" },
      h("div", { class: "frame" }, h("img", { src: job.input.url, alt: t("job.input"), class: "pixels", width: 256, height: 256 })),
      h("figcaption", {}, `${t("job.input")}, ${t("job.input.size", job.input.width, job.input.height)}`));
  }

  function notes() {
    return job.note?.kind === "unlike" ? h("p", { class: "notice" }, t("note.unlike")) : null;
  }

  async function cancel() {
    try { await api.cancel(id); } catch (error) { say(error.message); }
  }

  // When it is over.

  function ended() {
    const all = shuffled(found(), id);
    const none = all.length > 0 && !all.some(candidate => candidate.accepted);
    const again = h("div", { class: "row" },
      all.length ? h("button", { type: "button", class: "button", id: "more", onclick: more }, t("more.seed")) : null,
      h("a", { href: "/", "data-link": true, class: "button" }, t("more.again")));
    if (!all.length) return [job.problem ? h("p", { role: "alert" }, job.problem.detail) : null, notes(), again];
    return [
      notes(), none && !job.note ? h("p", { class: "notice" }, t("job.unaccepted")) : null,
      h("p", { class: "lead" }, all.length > 1 ? t("job.equals") : t("fit.imagined")),
      h("div", { class: "grid" }, inputTile(), all.map(candidate => {
        const tile = h("button", {
          type: "button", class: "tile choice-tile", "aria-pressed": String(candidate.number === chosen),
          onclick: () => choose(candidate),
        }, h("span", { class: "frame" }, h("img", { src: candidate.files.picture, alt: "", width: 256, height: 256 })),
        h("span", { class: "caption" }, `${t("job.candidate", candidate.number)} · ${verdict(candidate)}`));
        tile.dataset.number = candidate.number;
        return tile;
      })),
      again, spread(),
    ];
  }

  function spread() {
    if (!job.spread) return null;
    return h("section", { class: "spread" }, h("img", { src: job.spread, alt: t("spread.title"), width: 160, height: 160 }),
      h("div", {}, h("h2", {}, t("spread.title")), h("p", {}, t("spread.text"))));
  }

  function choose(candidate) {
    chosen = candidate.number;
    for (const tile of below.querySelectorAll(".choice-tile")) {
      tile.setAttribute("aria-pressed", String(tile.dataset.number === String(chosen)));
    }
    showIn(place, job, candidate, { copied: say, directions, more: ask });
  }

  async function ask(request) {
    const next = await api.more(id, request);
    go(`/jobs/${next.id}`);
  }

  async function more() {
    try { await ask({ count: job.candidates.length }); } catch (error) { say(error.message); }
  }

  // Events say how things are, so that nothing is missed in a pause.

  function watch() {
    if (closed || events || isOver() || document.hidden) return;
    events = new EventSource(api.eventsURL(id));
    const take = (name, handle) => events.addEventListener(name, event => { lost = false; handle(JSON.parse(event.data)); });
    take("snapshot", value => { job = value; draw(); if (isOver()) rest(); });
    take("state", value => {
      const before = job;
      job = value;
      draw();
      if (isOver()) { rest(); say(headline()); } else if (before.state !== job.state) say(headline());
    });
    take("step", step => {
      const candidate = job.candidates.find(one => one.number === step.candidate);
      Object.assign(candidate, { state: "searching", step: step.step, steps: step.steps, rms: step.rms, preview: step.preview });
      update(candidate, step.secondsLeft);
    });
    take("candidate", candidate => {
      job.candidates[candidate.number - 1] = candidate;
      update(candidate);
      say(`${t("job.candidate", candidate.number)}: ${verdict(candidate)}`);
    });
    take("deleted", () => { rest(); go("/history"); });
    events.onerror = () => {
      lost = true;
      const state = document.getElementById("state");
      if (state && !isOver()) state.textContent = t("job.lost");
    };
  }

  function rest() {
    events?.close();
    events = null;
  }

  const hiddenOrNot = () => { if (document.hidden) rest(); else watch(); };
  document.addEventListener("visibilitychange", hiddenOrNot);
  draw();
  watch();
  return {
    node, title: headline(),
    close() { closed = true; rest(); document.removeEventListener("visibilitychange", hiddenOrNot); },
  };
}

/** In an order by chance, the same for one job each time: none is the first. */
function shuffled(items, id) {
  let state = [...id].reduce((sum, letter) => Math.imul(sum ^ letter.codePointAt(0), 16777619) >>> 0, 2166136261);
  const order = [...items];
  for (let i = order.length - 1; i > 0; i--) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const j = Math.floor(state / 4294967296 * (i + 1));
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}
