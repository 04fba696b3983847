// The server, as its OpenAPI document describes it.

const base = "/api/v1";

/** What the server says is wrong; `type` is stable, `message` is a sentence. */
export class Problem extends Error {
  constructor(body, status) {
    super(body?.detail ?? "");
    this.status = status;
    this.type = (body?.type ?? "").replace("urn:pulse:problem:", "") || "failed";
  }
}

async function ask(method, path, { body, headers = {}, signal } = {}) {
  let response;
  try {
    response = await fetch(base + path, { method, body, headers, signal, credentials: "same-origin" });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Problem({ type: "urn:pulse:problem:unreachable" }, 0);
  }
  if (response.status === 204) return null;
  const value = await response.json().catch(() => null);
  if (!response.ok) throw new Problem(value, response.status);
  return value;
}

function send(method, path, value, headers = {}) {
  return ask(method, path, { body: JSON.stringify(value), headers: { "Content-Type": "application/json", ...headers } });
}

export const api = {
  enter: token => send("POST", "/session", { token }),
  sendPicture: (bytes, signal) =>
    ask("POST", "/pictures", { body: bytes, headers: { "Content-Type": "application/octet-stream" }, signal }),
  picture: id => ask("GET", `/pictures/${id}`),
  pictureURL: id => `${base}/pictures/${id}/image`,
  async example() {
    const response = await fetch(`${base}/pictures/example`, { credentials: "same-origin" });
    if (!response.ok) throw new Problem(await response.json().catch(() => null), response.status);
    return response.blob();
  },
  startJob: request => send("POST", "/jobs", request, { "Idempotency-Key": key() }),
  job: id => ask("GET", `/jobs/${id}`),
  jobs: before => ask("GET", `/jobs?limit=48${before ? `&before=${before}` : ""}`),
  cancel: id => send("POST", `/jobs/${id}/cancel`, {}),
  more: (id, request) => send("POST", `/jobs/${id}/more`, request),
  remove: id => ask("DELETE", `/jobs/${id}`),
  removeAll: () => ask("DELETE", "/jobs"),
  models: () => ask("GET", "/models"),
  settings: () => ask("GET", "/settings"),
  saveSettings: value => send("PUT", "/settings", value),
  eventsURL: id => `${base}/jobs/${id}/events`,
};

function key() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), byte => byte.toString(16).padStart(2, "0")).join("");
}
