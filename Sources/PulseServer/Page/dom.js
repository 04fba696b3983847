// Elements without markup: everything that comes from outside becomes text, never HTML.

/** An element with attributes, properties that begin with "on" as listeners, and children; null children are left out. */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "style") Object.assign(element.style, value);
    else if (value === true) element.setAttribute(name, "");
    else element.setAttribute(name, value);
  }
  append(element, children);
  return element;
}

function append(element, children) {
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false) continue;
    element.append(child instanceof Node ? child : String(child));
  }
}

/** Gives an element other children. */
export function fill(element, ...children) {
  element.replaceChildren();
  append(element, children);
  return element;
}

const live = document.getElementById("live");

/** Says something to those who do not see the page. */
export function say(text) {
  live.textContent = "";
  requestAnimationFrame(() => { live.textContent = text; });
}

/** A heading that takes the focus when its view appears. */
export function heading(text) {
  return h("h1", { tabindex: "-1", id: "heading" }, text);
}

export const prefersStillness = matchMedia("(prefers-reduced-motion: reduce)");
