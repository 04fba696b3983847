// A rectangle on a picture, moved by pointer and by keys.

import { h } from "./dom.js";

/** @returns {{node: HTMLElement, show: (visible: boolean) => void, box: () => {x, y, width, height}}} */
export function regionEditor(width, height, label, help) {
  const side = Math.max(8, Math.round(Math.min(width, height) / 3));
  const box = { x: Math.round((width - side) / 2), y: Math.round((height - side) / 2), width: side, height: side };
  const corner = h("span", { class: "corner", "aria-hidden": "true" });
  const node = h("div", {
    class: "region", tabindex: "0", role: "group", "aria-roledescription": label, "aria-label": label, title: help,
    onkeydown: pressed, onpointerdown: grabbed,
  }, corner);

  function limit() {
    box.width = Math.min(Math.max(8, Math.round(box.width)), width);
    box.height = Math.min(Math.max(8, Math.round(box.height)), height);
    box.x = Math.min(Math.max(0, Math.round(box.x)), width - box.width);
    box.y = Math.min(Math.max(0, Math.round(box.y)), height - box.height);
    Object.assign(node.style, {
      left: `${100 * box.x / width}%`, top: `${100 * box.y / height}%`,
      width: `${100 * box.width / width}%`, height: `${100 * box.height / height}%`,
    });
    node.setAttribute("aria-label", `${label}: ${box.x}, ${box.y}, ${box.width} × ${box.height}`);
  }

  function pressed(event) {
    const step = Math.max(1, Math.round(Math.min(width, height) / (event.ctrlKey ? 400 : 60)));
    const move = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (!move) return;
    event.preventDefault();
    if (event.shiftKey) {
      box.width += move[0] * step;
      box.height += move[1] * step;
    } else {
      box.x += move[0] * step;
      box.y += move[1] * step;
    }
    limit();
  }

  function grabbed(event) {
    const scale = width / node.parentElement.clientWidth;
    const start = { ...box, atX: event.clientX, atY: event.clientY };
    const resizes = event.target === corner;
    node.setPointerCapture(event.pointerId);
    const moved = move => {
      const [dx, dy] = [(move.clientX - start.atX) * scale, (move.clientY - start.atY) * scale];
      if (resizes) [box.width, box.height] = [start.width + dx, start.height + dy];
      else [box.x, box.y] = [start.x + dx, start.y + dy];
      limit();
    };
    node.addEventListener("pointermove", moved);
    const ended = () => node.removeEventListener("pointermove", moved);
    node.addEventListener("pointerup", ended, { once: true });
    node.addEventListener("pointercancel", ended, { once: true });
  }

  limit();
  return { node, show(visible) { node.hidden = !visible; }, box: () => ({ ...box }) };
}
