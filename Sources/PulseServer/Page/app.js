// The page finds its way from its address: a reload always leads back to where one was.

import { api, Problem } from "./api.js";
import { fill, h, heading } from "./dom.js";
import { currentLanguage, switchLanguage, t } from "./text.js";
import { startView } from "./start.js";
import { jobView } from "./job.js";
import { historyView } from "./history.js";

const view = document.getElementById("view");
let open = null;
let turn = 0;

/** Goes to another address of the page. */
export function go(path) {
  history.pushState(null, "", path);
  show();
}

async function show({ keepsFocus = false } = {}) {
  const mine = ++turn;
  open?.close?.();
  open = null;
  frame();
  const { pathname, searchParams } = new URL(location.href);
  const job = pathname.match(/^\/jobs\/([A-Za-z0-9_-]{22})$/);
  try {
    const next = job ? await jobView(job[1], go)
      : pathname === "/history" ? await historyView(go) : await startView(searchParams.get("picture"), go);
    if (mine !== turn) { next.close?.(); return; }
    open = next;
    put(next.node, next.title, keepsFocus);
  } catch (error) {
    if (mine === turn) put(...problemView(error));
  }
}

function put(node, title, keepsFocus = false) {
  document.title = `${title} – pulse`;
  fill(view, node);
  if (!keepsFocus) node.querySelector("#heading")?.focus({ preventScroll: true });
  if (!keepsFocus) scrollTo(0, 0);
}

function problemView(error) {
  if (error instanceof Problem && error.status === 401) return [door(), t("door.title")];
  if (error instanceof Problem && error.status === 404) {
    return [h("section", { class: "narrow" }, heading(t("gone.title")), h("p", {}, t("gone.text")),
      h("p", {}, h("a", { href: "/", "data-link": true, class: "button" }, t("problem.start")))), t("gone.title")];
  }
  const title = t("problem.failed");
  const text = error.type === "unreachable" ? t("problem.unreachable") : error.message || t("problem.failed");
  return [h("section", { class: "narrow" }, heading(title), h("p", { role: "alert" }, text),
    h("p", {}, h("button", { type: "button", class: "button", onclick: () => show() }, t("problem.again")))), title];
}

/** Where somebody stands without the secret. */
function door() {
  const field = h("input", { id: "secret", name: "secret", type: "password", autocomplete: "current-password", required: true });
  const wrong = h("p", { role: "alert", class: "wrong" });
  const enter = async event => {
    event.preventDefault();
    const secret = field.value.trim().replace(/^.*#token=/, "");
    try { await api.enter(secret); show(); } catch (error) { wrong.textContent = error.message; }
  };
  return h("section", { class: "narrow" }, heading(t("door.title")), h("p", {}, t("door.text")),
    h("form", { onsubmit: enter }, h("label", { for: "secret" }, t("door.field")), field, wrong,
      h("button", { class: "button primary" }, t("door.go"))));
}

/** What stands around every view. */
function frame() {
  document.documentElement.lang = currentLanguage();
  document.getElementById("skip").textContent = t("skip");
  document.getElementById("honesty").textContent = t("honesty");
  const button = document.getElementById("language");
  button.textContent = t("other");
  button.lang = currentLanguage() === "en" ? "zh" : "en";
  for (const [id, key, path] of [["nav-new", "nav.new", "/"], ["nav-history", "nav.history", "/history"]]) {
    const link = document.getElementById(id);
    link.textContent = t(key);
    if (location.pathname === path) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
}

document.addEventListener("click", event => {
  const link = event.target.closest?.("a[data-link]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  go(link.getAttribute("href"));
});
document.getElementById("skip").addEventListener("click", event => { event.preventDefault(); view.focus(); });
document.getElementById("language").addEventListener("click", () => {
  switchLanguage();
  show({ keepsFocus: true });
});
addEventListener("popstate", () => show());

const token = location.hash.match(/^#token=([A-Za-z0-9_-]+)$/);
if (token) {
  try { await api.enter(token[1]); } catch { /* the first request says so */ }
  history.replaceState(null, "", location.pathname + location.search);
}
show({ keepsFocus: true });
