// Earlier jobs, and how long they are kept.

import { api } from "./api.js";
import { fill, h, heading, say } from "./dom.js";
import { bytes, number, t, when } from "./text.js";

export async function historyView(go) {
  const [page, settings] = await Promise.all([api.jobs(), api.settings()]);
  const list = h("ul", { class: "jobs" });
  const summary = h("p", { class: "quiet" });
  const rest = h("p", {});
  let total = page.total;

  function tell() { summary.textContent = total ? t("history.size", total, bytes(page.bytes)) : t("history.none"); }

  function add(part) {
    for (const job of part.jobs) list.append(item(job));
    fill(rest, part.next ? h("button", {
      type: "button", class: "button", onclick: async () => add(await api.jobs(part.next)),
    }, t("history.more")) : null);
  }

  function item(job) {
    const row = h("li", {},
      h("a", { href: `/jobs/${job.id}`, "data-link": true },
        h("span", { class: "frame" }, job.thumbnail ? h("img", { src: job.thumbnail, alt: "", width: 96, height: 96, loading: "lazy" }) : null),
        h("span", {}, h("strong", {}, when(job.created)),
          h("span", { class: "quiet" }, `${t(`state.${job.state}`)} · ${t("history.accepted", job.accepted, job.count)} · ${bytes(job.bytes)}`))),
      h("button", {
        type: "button", class: "button", "aria-label": `${t("history.delete")}: ${when(job.created)}`, onclick: async () => {
          if (!confirm(t("history.sure"))) return;
          await api.remove(job.id);
          row.remove();
          total -= 1;
          tell();
          say(t("history.gone"));
        },
      }, t("history.delete")));
    return row;
  }

  const days = h("input", { id: "days", type: "number", min: "0", max: "3650", step: "1", value: settings.retentionDays });
  const limit = h("input", { id: "limit", type: "number", min: "0", step: "0.1", value: settings.retentionBytes / 1e9 });
  const pictures = h("input", { id: "pictures", type: "checkbox", checked: settings.keepPictures });
  const use = h("p", { class: "quiet" }, t("settings.use", bytes(settings.usedBytes), bytes(settings.freeBytes)));
  const save = async event => {
    event.preventDefault();
    try {
      const saved = await api.saveSettings({
        retentionDays: Number(days.value), retentionBytes: Math.round(Number(limit.value) * 1e9), keepPictures: pictures.checked,
      });
      use.textContent = t("settings.use", bytes(saved.usedBytes), bytes(saved.freeBytes));
      say(t("settings.saved"));
      go("/history");
    } catch (error) { say(error.message); }
  };
  const removeAll = async () => {
    if (!confirm(t("history.sureAll"))) return;
    await api.removeAll();
    say(t("history.gone"));
    go("/history");
  };

  tell();
  add(page);
  const node = h("section", { class: "history" }, heading(t("history.title")), summary, list, rest,
    page.total ? h("p", {}, h("button", { type: "button", class: "button", id: "delete-all", onclick: removeAll }, t("history.deleteAll"))) : null,
    h("form", { class: "settings", onsubmit: save }, h("h2", {}, t("settings.title")), use,
      h("p", { class: "field" }, h("label", { for: "days" }, t("settings.days")), days),
      h("p", { class: "field" }, h("label", { for: "limit" }, t("settings.gigabytes")), limit),
      h("p", { class: "field" }, h("label", { for: "pictures" }, t("settings.pictures")), pictures),
      h("button", { class: "button" }, t("settings.save"))));
  return { node, title: t("history.title") };
}
