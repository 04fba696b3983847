// One face closely: beside the picture it was made for, made small again, and their difference.

import { api } from "./api.js";
import { h, fill } from "./dom.js";
import { number, t } from "./text.js";

/** @returns {HTMLElement} what shows candidate `candidate` of `job`; `more` asks for other faces, `copied` says something. */
export function compareView(job, candidate, { copied, directions, more }) {
  // A face in a photograph is looked at there, beside the photograph as it was.
  const inPhoto = Boolean(candidate.files.photo);
  const others = (inPhoto ? [["input", job.picture && api.pictureURL(job.picture)]]
    : [["input", job.input?.url], ["small", candidate.files.small], ["difference", candidate.files.difference]]).filter(([, url]) => url);
  const face = h("img", {
    src: candidate.files.photo ?? candidate.files.picture, alt: t("job.candidate", candidate.number), class: "face",
    onload: () => { stage.style.aspectRatio = `${face.naturalWidth} / ${face.naturalHeight}`; },
  });
  const other = h("img", { alt: "", class: inPhoto ? "other" : "other pixels" });
  const stage = h("div", { class: "lens" }, face, other);
  const slider = h("input", {
    type: "range", min: "0", max: "100", value: "50", step: "1", id: "slider", "aria-label": t("compare.slider"), oninput: slid,
  });
  const text = h("p", { class: "quiet" });
  let shown = others[0]?.[0];

  function slid() {
    const share = Number(slider.value);
    other.style.clipPath = `inset(0 0 0 ${100 - share}%)`;
    stage.style.setProperty("--edge", `${100 - share}%`);
    slider.setAttribute("aria-valuetext", t("compare.value", share, t(`compare.${shown}`)));
  }

  function show(name) {
    shown = name;
    other.src = others.find(([key]) => key === name)[1];
    text.textContent = name === "difference" ? t("fit.difference") : "";
    slid();
  }

  const chooser = h("fieldset", { class: "segments" }, h("legend", {}, t("compare.with")),
    others.map(([name], index) => h("label", {},
      h("input", { type: "radio", name: "other", value: name, checked: index === 0, onchange: () => show(name) }),
      h("span", {}, t(`compare.${name}`)))));
  if (shown) show(shown);

  return h("section", { class: "compare", "aria-labelledby": "compare-title" },
    h("h2", { id: "compare-title", tabindex: "-1" }, t("compare.title", candidate.number)),
    h("div", { class: "two" },
      h("div", {}, stage, shown ? [slider, chooser] : null, text),
      h("div", { class: "side" }, h("ul", { class: "facts" }, facts(candidate).map(fact => h("li", {}, fact))), keep(job, candidate, copied),
        job.options.mode === "fast" && candidate.files.latents ? near(job, candidate, directions, more) : null)));
}

/** The numbers in words. */
function facts(candidate) {
  const { rms, searchedFaceRMS, priorPercentile, accepted } = candidate;
  const verdict = h("span", { class: accepted ? "yes" : "no" }, t(accepted ? "job.accepted" : "job.declined"));
  return [
    verdict,
    rms === null ? null : rms <= 0.5 ? t("fit.half") : t("fit.rms", number(rms)),
    t("fit.imagined"),
    searchedFaceRMS === null ? null : t("fit.searched", number(searchedFaceRMS, 0)),
    priorPercentile === null ? null : t("fit.percentile", number(priorPercentile, 0)),
  ].filter(fact => fact !== null);
}

function keep(job, candidate, copied) {
  const download = (url, text) => url ? h("li", {}, h("a", { href: `${url}?download=1`, class: "button", download: true }, text)) : null;
  const copy = async () => {
    try { await navigator.clipboard.writeText(location.origin + location.pathname); } catch { return; }
    copied(t("keep.copied"));
  };
  return h("div", { class: "keep" }, h("h3", {}, t("keep.title")),
    h("ul", {}, download(candidate.files.picture, t("keep.one")), download(candidate.files.photo, t("keep.photo")),
      download(job.overview, t("keep.overview")), download(job.archive, t("keep.all")),
      h("li", {}, h("button", { type: "button", class: "button", onclick: copy }, t("keep.link")))));
}

/** Other faces near this one. */
function near(job, candidate, directions, more) {
  const problem = h("p", { class: "wrong", role: "alert" });
  const ask = async request => {
    problem.textContent = "";
    try { await more({ like: candidate.number, ...request }); } catch (error) { problem.textContent = error.message; }
  };
  const direction = h("select", { id: "direction" }, directions.map(name => h("option", { value: name }, name)));
  const amount = h("input", { type: "range", id: "amount", min: "-4", max: "4", step: "0.5", value: "2", oninput: told });
  const amountText = h("output", { for: "amount" });
  function told() { amountText.textContent = number(Number(amount.value)); }
  told();
  const steer = event => {
    event.preventDefault();
    ask({ count: 1, steer: [{ direction: direction.value, amount: Number(amount.value) }] });
  };
  return h("div", { class: "near" },
    h("button", { type: "button", class: "button", id: "like", onclick: () => ask({ count: job.candidates.length }) }, t("more.like")),
    directions.length ? h("form", { onsubmit: steer }, h("h3", {}, t("steer.title")), h("p", { class: "quiet" }, t("steer.text")),
      h("p", { class: "field" }, h("label", { for: "direction" }, t("steer.direction")), direction),
      h("p", { class: "field" }, h("label", { for: "amount" }, t("steer.amount")), amountText), amount,
      h("button", { class: "button", id: "steer" }, t("steer.go"))) : null, problem);
}

/** Shows another candidate in the place of the one before. */
export function showIn(place, job, candidate, means) {
  fill(place, compareView(job, candidate, means));
  place.querySelector("#compare-title").focus({ preventScroll: true });
  place.scrollIntoView({ block: "nearest" });
}
