"use strict";
// A map of words on a canvas: move by dragging or arrows, zoom by the wheel, two fingers, keys or buttons, search.
for (const map of document.querySelectorAll(".map")) {
  const data = JSON.parse(map.querySelector('script[type="application/json"]').textContent);
  const canvas = map.querySelector("canvas");
  const box = map.querySelector("input");
  const found = map.querySelector(".found");
  const pen = canvas.getContext("2d");
  const places = new Map(data.words.map((word, number) => [word, number]));
  const view = { x: 0, y: 0, zoom: 1 };
  const pointers = new Map();
  let chosen = -1;
  let moved = 0;

  const size = () => ({ width: canvas.clientWidth, height: canvas.clientHeight });
  function toScreen(number) {
    const { width, height } = size();
    const scale = 0.46 * Math.min(width, height) * view.zoom;
    const wide = Math.max(1, Math.min(width / height, 1.8)); // a broad window is used
    return [width / 2 + (data.x[number] - view.x) * scale * wide, height / 2 - (data.y[number] - view.y) * scale, scale, wide];
  }
  const short = (word) => (word.length > 30 ? word.slice(0, 29) + "…" : word);

  function draw() {
    const { width, height } = size();
    const ratio = window.devicePixelRatio || 1;
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    const style = getComputedStyle(document.documentElement);
    const colour = (name) => style.getPropertyValue(name).trim();
    const colours = Array.from({ length: 8 }, (_, number) => colour(`--class-${number}`));
    const [ink, panel] = [colour("--ink"), colour("--panel")];
    pen.fillStyle = panel;
    pen.fillRect(0, 0, width, height);
    const near = chosen < 0 ? [] : data.near[chosen].map((word) => places.get(word)).filter((n) => n !== undefined);
    const marked = new Set(chosen < 0 ? [] : [chosen, ...near]);
    const inside = [];
    for (let number = data.words.length - 1; number >= 0; number--) {
      const [x, y] = toScreen(number);
      if (x < -20 || y < -20 || x > width + 20 || y > height + 20) continue;
      inside.push([number, x, y]);
      pen.globalAlpha = marked.size && !marked.has(number) ? 0.35 : 0.9;
      pen.fillStyle = colours[data.classes[number]];
      pen.beginPath();
      pen.arc(x, y, marked.has(number) ? 5 : 2.5, 0, 2 * Math.PI);
      pen.fill();
    }
    pen.globalAlpha = 1;
    pen.textBaseline = "middle";
    const taken = [];
    const rank = (number) => (number === chosen ? -2 : marked.has(number) ? -1 : number);
    inside.sort((one, other) => rank(one[0]) - rank(other[0]));
    for (const [number, x, y] of inside.slice(0, 400)) {
      const isMarked = marked.has(number);
      pen.font = `${isMarked ? "600 14px" : "12px"} system-ui, sans-serif`;
      const text = short(data.words[number]);
      const label = [x + 5, y - 8, x + 7 + pen.measureText(text).width, y + 8];
      if (taken.some((other) => label[0] < other[2] && other[0] < label[2] && label[1] < other[3] && other[1] < label[3])) continue;
      taken.push(label);
      pen.lineWidth = 3;
      pen.strokeStyle = panel;
      pen.strokeText(text, x + 6, y);
      pen.fillStyle = ink;
      pen.fillText(text, x + 6, y);
    }
  }

  function choose(number, isCentred) {
    chosen = number;
    found.textContent = "";
    if (number >= 0) {
      const own = document.createElement("bdi");
      const strong = document.createElement("strong");
      own.textContent = data.words[number];
      strong.append(own);
      found.append(strong, ` (rank ${(number + 1).toLocaleString("en")}) is nearest to `);
      data.near[number].forEach((word, place) => {
        const other = document.createElement("bdi");
        other.textContent = word;
        found.append(place ? ", " : "", other);
      });
      found.append(".");
      if (isCentred) Object.assign(view, { x: data.x[number], y: data.y[number], zoom: Math.max(view.zoom, 3) });
    }
    draw();
  }

  function zoomBy(factor, x, y) {
    const { width, height } = size();
    const before = view.zoom;
    view.zoom = Math.min(200, Math.max(0.5, view.zoom * factor));
    const [, , scale, wide] = toScreen(0);
    const change = view.zoom / before - 1;
    view.x += ((x - width / 2) / (scale * wide)) * change;
    view.y -= ((y - height / 2) / scale) * change;
    draw();
  }
  function moveBy(right, down) {
    const [, , scale, wide] = toScreen(0);
    view.x -= right / (scale * wide);
    view.y += down / scale;
    draw();
  }
  function whole() {
    Object.assign(view, { x: 0, y: 0, zoom: 1 });
    choose(-1);
  }
  function zoomMiddle(factor) {
    const { width, height } = size();
    zoomBy(factor, width / 2, height / 2);
  }

  canvas.addEventListener("wheel", (event) => {
    if (document.activeElement !== canvas && !event.ctrlKey) return; // the page scrolls
    event.preventDefault();
    zoomBy(Math.exp(-event.deltaY / 400), event.offsetX, event.offsetY);
  }, { passive: false });
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    pointers.set(event.pointerId, event);
    if (pointers.size === 1) moved = 0;
  });
  canvas.addEventListener("pointermove", (event) => {
    const last = pointers.get(event.pointerId);
    if (!last) return;
    const other = [...pointers.values()].find((each) => each.pointerId !== event.pointerId);
    moved += Math.abs(event.offsetX - last.offsetX) + Math.abs(event.offsetY - last.offsetY);
    pointers.set(event.pointerId, event);
    if (other) {
      const apart = (each) => Math.hypot(each.offsetX - other.offsetX, each.offsetY - other.offsetY) || 1;
      zoomBy(apart(event) / apart(last), (event.offsetX + other.offsetX) / 2, (event.offsetY + other.offsetY) / 2);
    } else {
      moveBy(event.offsetX - last.offsetX, event.offsetY - last.offsetY);
    }
  });
  for (const name of ["pointerup", "pointercancel"]) {
    canvas.addEventListener(name, (event) => {
      if (!pointers.delete(event.pointerId) || name === "pointercancel" || moved > 6) return;
      let nearest = -1;
      let least = 400; // squared pixels
      data.words.forEach((_, number) => {
        const [x, y] = toScreen(number);
        const distance = (x - event.offsetX) ** 2 + (y - event.offsetY) ** 2;
        if (distance < least) [nearest, least] = [number, distance];
      });
      choose(nearest);
    });
  }
  const keys = {
    ArrowLeft: () => moveBy(60, 0), ArrowRight: () => moveBy(-60, 0), ArrowUp: () => moveBy(0, 60), ArrowDown: () => moveBy(0, -60),
    "+": () => zoomMiddle(1.5), "=": () => zoomMiddle(1.5), "-": () => zoomMiddle(1 / 1.5), 0: whole, Escape: () => choose(-1),
  };
  canvas.addEventListener("keydown", (event) => {
    if (!Object.hasOwn(keys, event.key) || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    keys[event.key]();
  });
  for (const button of map.querySelectorAll("[data-zoom]")) {
    const factor = Number(button.dataset.zoom);
    button.addEventListener("click", () => (factor ? zoomMiddle(factor) : whole()));
  }
  map.querySelector("form").addEventListener("submit", (event) => {
    event.preventDefault();
    const asked = box.value.trim();
    if (!asked) return choose(-1);
    const folded = asked.toLowerCase();
    let number = places.get(asked) ?? data.words.findIndex((word) => word.toLowerCase() === folded);
    if (number < 0) number = data.words.findIndex((word) => word.toLowerCase().startsWith(folded));
    if (number >= 0) return choose(number, true);
    choose(-1);
    found.textContent = `“${short(asked)}” is not on the map.`;
  });
  draw();
  new ResizeObserver(draw).observe(canvas);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  matchMedia("print").addEventListener("change", draw);
  window.addEventListener("beforeprint", draw);
}
