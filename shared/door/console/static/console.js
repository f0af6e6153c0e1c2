// Makes the pages livelier; all of them work without it.
"use strict";

const page = window.trustedTypes ? trustedTypes.createPolicy("abroll", { createHTML: (text) => text }) : { createHTML: (text) => text };

function follow(place) {
  const pauses = [2, 3, 5, 8, 10];
  let tag = "", unchanged = 0, timer = 0;
  const later = (seconds) => { clearTimeout(timer); timer = setTimeout(look, seconds * 1000); };
  async function look() {
    if (document.hidden) return;
    const known = { headers: tag ? { "If-None-Match": tag } : {}, cache: "no-store" };
    const answer = await fetch(place.dataset.live, known).catch(() => null);
    if (!answer) return later(30);
    if (answer.status === 401) return signedOut();
    if (answer.status === 200) {
      [tag, unchanged] = [answer.headers.get("ETag") || "", 0];
      place.innerHTML = page.createHTML(await answer.text());
      const standing = place.querySelector(".standing"), sentence = document.getElementById("sentence");
      if (sentence.textContent !== standing.dataset.summary) sentence.textContent = standing.dataset.summary;
      if (standing.dataset.ended === "yes") return location.reload();
    } else if (answer.status !== 304) {
      return later(Number(answer.headers.get("Retry-After")) || 30);
    }
    later(pauses[Math.min(unchanged++, pauses.length - 1)]);
  }
  document.addEventListener("visibilitychange", () => { if (!document.hidden) later(0); });
  later(2);
}

function signedOut() {
  const link = Object.assign(document.createElement("a"), { href: "", textContent: "Sign in again" });
  document.getElementById("sentence").replaceChildren("You were signed out. ", link);
}

function takeWords(area) {
  area.addEventListener("input", () => {
    const words = area.value.split(/\s+/).filter(Boolean).length, seconds = Math.round(words / Number(area.dataset.perSecond));
    document.getElementById(area.dataset.count).textContent = `${words} words, about ${seconds} s`;
  });
}

function takeDrops(place) {
  const input = place.querySelector("input[type=file]"), image = document.getElementById("photo-shown");
  input.addEventListener("change", () => {
    image.hidden = !input.files.length;
    if (input.files.length) image.src = URL.createObjectURL(input.files[0]);
  });
  for (const name of ["dragover", "dragleave", "drop"]) place.addEventListener(name, (event) => {
    event.preventDefault();
    place.classList.toggle("over", name === "dragover");
    if (name !== "drop" || !event.dataTransfer.files.length) return;
    input.files = event.dataTransfer.files;
    input.dispatchEvent(new Event("change"));
  });
}

function takePlace(place) {
  const field = (name) => document.getElementById(`avatar_position.${name}`);
  const shape = place.closest("form").elements["outputs.0.aspect_ratio"], frames = [...place.querySelectorAll("svg")];
  function measured(frame) {
    const figure = frame.querySelector(".figure"), { width: wide, height: high } = frame.viewBox.baseVal;
    const box = Object.fromEntries(["x", "y", "width", "height"].map((name) => [name, Number(figure.getAttribute(name))]));
    return { figure, wide, high, box };
  }
  function draw() {
    for (const frame of frames) {
      frame.toggleAttribute("hidden", Boolean(shape) && frame.dataset.shape !== shape.value);
      const { figure, wide, high, box } = measured(frame), x = field("x").value, y = field("y").value;
      const scale = Number(field("scale").value);
      if (scale) [box.width, box.height] = [Math.min(wide, (scale * high * 2) / 3), scale * high];
      if (x !== "") box.x = ((wide - box.width) * (Number(x) + 1)) / 2;
      const down = y === "" || Number(y) >= 0.7 ? 1 : (Number(y) + 1) / 2; // a figure near the lower edge stands on it
      box.y = (high - box.height) * down;
      for (const [name, value] of Object.entries(box)) figure.setAttribute(name, Math.round(value));
    }
  }
  function drag(event) {
    const frame = event.target.closest("svg");
    if (!frame || event.buttons !== 1) return;
    frame.setPointerCapture(event.pointerId);
    const { wide, high, box } = measured(frame), seen = frame.getBoundingClientRect();
    const share = (at, mine, whole) => Math.max(-1, Math.min(1, ((at * whole - mine / 2) / (whole - mine)) * 2 - 1)).toFixed(2);
    field("scale").value ||= (box.height / high).toFixed(2);
    field("x").value = share((event.clientX - seen.left) / seen.width, box.width, wide);
    field("y").value = share((event.clientY - seen.top) / seen.height, box.height, high);
    field("preset").value = "";
    draw();
  }
  place.querySelector(".dragged").hidden = false;
  for (const name of ["pointerdown", "pointermove"]) place.addEventListener(name, drag);
  for (const each of [shape, field("x"), field("y"), field("scale")]) each?.addEventListener("input", draw);
  field("preset").addEventListener("input", (event) => {
    const { x = "", y = "" } = event.target.selectedOptions[0].dataset;
    [field("x").value, field("y").value] = [x, y];
    draw();
  });
}

function takeColor(field) {
  const picker = Object.assign(document.createElement("input"), { type: "color", ariaLabel: `${field.labels[0].textContent}: choose` });
  const show = () => { picker.value = /^#[0-9a-f]{6}$/i.test(field.value) ? field.value : "#ffffff"; picker.classList.toggle("unset", !field.value); };
  picker.addEventListener("input", () => { field.value = picker.value; show(); });
  field.addEventListener("input", show);
  field.before(picker);
  show();
}

function takeFile(place) {
  const says = place.querySelector("[role=status]"), part = says.nextElementSibling;
  part.addEventListener("change", ({ target }) => {
    if (!target.files?.length) return;
    const asked = new XMLHttpRequest(), body = new FormData(), bar = part.querySelector("progress"), { name } = target.files[0];
    body.append("_token", place.closest("form").elements._token.value);
    for (const each of part.querySelectorAll("input, select")) body.append(each.name, each.files?.[0] ?? each.value);
    bar.hidden = false;
    says.textContent = `${name} is on its way.`;
    asked.upload.addEventListener("progress", ({ loaded, total }) => { bar.value = loaded / total; });
    asked.addEventListener("loadend", () => {
      const ours = asked.responseURL.endsWith(place.dataset.sends) && asked.status === 200;
      if (ours) part.innerHTML = page.createHTML(asked.responseText);
      if (!ours) target.value = ""; // or the same file, chosen again, would be no change
      const why = asked.status === 413 ? "it has more than 30 MB" : asked.responseURL.includes("/sign-in") ? "your sign-in is over" : "the connection broke; choose it again";
      says.textContent = ours ? (part.querySelector(".wrong") ?? part.querySelector(".told strong")).textContent : `${name} did not arrive: ${why}.`;
      part.querySelector("progress").hidden = true;
      part.querySelector("[type=file]").focus();
    });
    asked.open("POST", place.dataset.sends);
    asked.send(body);
  });
}

function takeFilms(place) {
  const shapes = [...place.querySelectorAll("[name$=aspect_ratio]")], add = place.querySelector("[data-add]");
  place.classList.add("live"); // rows without a film are hidden then
  place.querySelectorAll(".row button").forEach((each, at) => each.addEventListener("click", () => { shapes[at + 1].value = ""; add.focus(); }));
  add.addEventListener("click", () => {
    const next = shapes.find((each) => !each.value);
    next.value = [...next.options].find(({ value }) => shapes.every((each) => each.value !== value)).value;
    next.focus();
  });
}
const uses = { films: takeFilms, sends: takeFile, color: takeColor, place: takePlace, live: follow, drop: takeDrops, count: takeWords };
for (const [name, use] of Object.entries(uses)) for (const each of document.querySelectorAll(`[data-${name}]`)) use(each);
for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", () => navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent).then(() => { button.textContent = "Copied"; }));
}
document.getElementById("film")?.addEventListener("error", ({ target }) => target.load(), { once: true }); // its link may be over
document.getElementById("trouble")?.focus();
