// The first step: a picture, and what in it is meant.

import { api } from "./api.js";
import { h, heading, fill, say } from "./dom.js";
import { regionEditor } from "./region.js";
import { t } from "./text.js";

/** The start, or, with the id of a picture that was sent, the choice in it. */
export async function startView(picture, go) {
  if (picture) return chooseView(await api.picture(picture), go);
  const state = h("p", { class: "state", role: "status" });
  const sending = new AbortController();
  const problem = h("p", { class: "wrong", role: "alert" });

  async function take(blob) {
    if (!blob) return;
    problem.textContent = "";
    state.textContent = t("start.sending");
    drop.classList.add("busy");
    try {
      const sent = await api.sendPicture(blob, sending.signal);
      if (sent.suggested?.kind === "whole") await begin(sent.id, sent.suggested, {}, go);
      else go(`/?picture=${sent.id}`);
    } catch (error) {
      if (error.name === "AbortError") return;
      state.textContent = "";
      drop.classList.remove("busy");
      problem.textContent = error.message || t("problem.unreachable");
    }
  }

  const file = h("input", { type: "file", accept: "image/*", id: "file", class: "hidden-input", onchange: () => take(file.files[0]) });
  const camera = h("input", {
    type: "file", accept: "image/*", capture: "user", id: "camera", class: "hidden-input", onchange: () => take(camera.files[0]),
  });
  const example = async () => {
    try { await take(await api.example()); } catch (error) { problem.textContent = error.message; }
  };
  const drop = h("div", { class: "drop" },
    h("p", { class: "drop-text" }, t("start.drop")),
    h("div", { class: "row" },
      file, h("label", { for: "file", class: "button primary" }, t("start.choose")),
      camera, h("label", { for: "camera", class: "button camera" }, t("start.camera")),
      h("button", { type: "button", class: "button", id: "example", onclick: example }, t("start.example"))),
    state, problem,
    h("p", { class: "quiet" }, t("start.kinds")));

  const over = event => { event.preventDefault(); drop.classList.add("over"); };
  const out = () => drop.classList.remove("over");
  const dropped = event => { event.preventDefault(); out(); take(event.dataTransfer?.files?.[0]); };
  const pasted = event => take([...(event.clipboardData?.files ?? [])][0]);
  document.addEventListener("dragover", over);
  document.addEventListener("dragleave", out);
  document.addEventListener("drop", dropped);
  document.addEventListener("paste", pasted);
  return {
    title: t("start.title"),
    node: h("section", { class: "start" }, heading(t("start.title")), h("p", { class: "lead" }, t("start.lead")), drop,
      h("p", { class: "private" }, t("start.private"))),
    close() {
      sending.abort();
      document.removeEventListener("dragover", over);
      document.removeEventListener("dragleave", out);
      document.removeEventListener("drop", dropped);
      document.removeEventListener("paste", pasted);
    },
  };
}

async function begin(picture, target, options, go) {
  const job = await api.startJob({ picture, target, options });
  go(`/jobs/${job.id}`);
}

function chooseView(picture, go) {
  const { suggested, width, height } = picture;
  if (suggested?.kind === "whole") { begin(picture.id, suggested, {}, go); }
  const found = [
    ...picture.mosaics.map(mosaic => ({
      value: `mosaic ${mosaic.number}`, target: { kind: "mosaic", number: mosaic.number }, box: mosaic.box,
      label: t("choose.mosaic", mosaic.number), more: t("choose.mosaic.more", mosaic),
    })),
    ...picture.faces.map(face => ({
      value: `face ${face.number}`, target: { kind: "face", number: face.number }, box: face.box,
      label: t("choose.face", face.number), more: t("choose.face.more"),
    })),
  ];
  let chosen = found.find(item => suggested && item.value === `${suggested.kind} ${suggested.number}`)?.value ?? "region";
  const problem = h("p", { class: "wrong", role: "alert" });

  const stage = h("div", { class: "stage" },
    h("img", { src: api.pictureURL(picture.id), alt: t("job.input"), width, height }));
  const place = (element, box) => Object.assign(element.style, {
    left: `${100 * box.x / width}%`, top: `${100 * box.y / height}%`,
    width: `${100 * box.width / width}%`, height: `${100 * box.height / height}%`,
  });
  const radio = (value, label, more) => h("label", { class: "choice" },
    h("input", { type: "radio", name: "target", value, checked: value === chosen, onchange: () => choose(value) }),
    h("span", {}, h("strong", {}, label), more ? h("span", { class: "quiet" }, ` ${more}`) : null));
  const marks = new Map();
  for (const item of found) {
    const mark = h("button", {
      type: "button", class: "mark", tabindex: "-1", "aria-hidden": "true", onclick: () => choose(item.value),
    }, item.label.replace(/\D+/g, ""));
    place(mark, item.box);
    marks.set(item.value, mark);
    stage.append(mark);
  }
  const editor = regionEditor(width, height, t("choose.region"), t("choose.region.help"));
  stage.append(editor.node);

  const list = h("fieldset", { class: "choices" }, h("legend", { class: "hidden-text" }, t("choose.title")),
    found.map(item => radio(item.value, item.label, item.more)), radio("region", t("choose.region"), t("choose.region.help")));

  function choose(value) {
    chosen = value;
    for (const [key, mark] of marks) mark.classList.toggle("chosen", key === value);
    editor.show(value === "region");
    list.querySelector(`input[value="${value}"]`).checked = true;
    sizes.hidden = !value.startsWith("face");
  }

  const count = h("select", { id: "count" }, [1, 2, 4, 6, 8].map(n => h("option", { value: n, selected: n === 4 }, n)));
  const size = h("select", { id: "size" },
    [16, 32, 64].map(n => h("option", { value: n, selected: n === 32 }, t("options.pixels", n))));
  const seed = h("input", { id: "seed", inputmode: "numeric", pattern: "[0-9]*", autocomplete: "off" });
  const sizes = h("p", { class: "field" }, h("label", { for: "size" }, t("options.size")), size);
  const options = h("details", { class: "options" }, h("summary", {}, t("options.title")),
    h("p", { class: "field" }, h("label", { for: "count" }, t("options.count")), count), sizes,
    h("p", { class: "field" }, h("label", { for: "seed" }, t("options.seed")), seed));

  const start = async event => {
    event.preventDefault();
    problem.textContent = "";
    const target = chosen === "region" ? { kind: "region", ...editor.box() } : found.find(item => item.value === chosen).target;
    const wanted = { count: Number(count.value), size: Number(size.value), ...(seed.value ? { seed: seed.value } : {}) };
    try { await begin(picture.id, target, wanted, go); } catch (error) {
      problem.textContent = error.message || t("problem.unreachable");
      say(problem.textContent);
    }
  };
  const title = found.length ? t("choose.title") : t("choose.title.none");
  const node = h("section", { class: "choose" }, heading(title),
    h("p", { class: "lead" }, found.length ? t("choose.lead") : t("choose.none")),
    h("div", { class: "two" }, stage,
      h("form", { class: "side", onsubmit: start }, list, options, problem,
        h("div", { class: "row" }, h("button", { class: "button primary", id: "go" }, t("choose.go")),
          h("a", { href: "/", "data-link": true, class: "button" }, t("choose.back"))))));
  choose(chosen);
  return { node, title };
}
