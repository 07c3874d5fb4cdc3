// The form of a template: while one writes, the server says what is wrong next to each field and draws the preview anew.
const WAIT = 350; // milliseconds after the last key
const NEEDS = { quick_reply: ["text"], url: ["text", "value", "example"], phone_number: ["text", "value"], copy_code: ["example"] };

const form = document.querySelector("[data-template-form]");
const buttons = form.querySelector("[data-buttons]");
const total = form.querySelector("[name=button-TOTAL_FORMS]");
const touched = new Set();
let timer = 0;
let asked = 0;

function show(field, visible) {
  form.querySelector(`[data-field="${field}"]`)?.toggleAttribute("hidden", !visible);
}

function showHeader() {
  const kind = form.elements.header_kind.value;
  show("header_text", kind === "text");
  show("header_sample", ["image", "video", "document"].includes(kind));
}

function showTtl() {
  show("ttl", form.elements.category.value === "UTILITY");
}

function showButton(row) {
  const kind = row.querySelector("select").value;
  for (const part of row.querySelectorAll("[data-part]")) {
    const needed = (NEEDS[kind] || []).includes(part.dataset.part);
    const link = row.querySelector('[data-part="value"] input').value;
    part.hidden = !needed || (part.dataset.part === "example" && kind === "url" && !link.includes("{{"));
  }
}

function count(field) {
  const limit = Number(field.dataset.limit);
  let line = field.parentElement.querySelector(":scope > .desk-tpl-count");
  if (!line) {
    line = document.createElement("span");
    line.className = "desk-tpl-count desk-sub";
    field.after(line);
  }
  const length = [...field.value].length;
  line.textContent = `${length} / ${limit}`;
  line.classList.toggle("desk-problem", length > limit);
}

function problemsFor(field) {
  return [...form.querySelectorAll("[data-problem]")].find((one) => one.dataset.problem === field);
}

function fieldOf(input) {
  const row = input.closest("[data-button]");
  if (row) return `button.${[...buttons.children].indexOf(row)}`;
  return input.name;
}

/** Only what somebody has written in is found fault with; the rest waits for the submit button. */
function tell(problems) {
  for (const place of form.querySelectorAll("[data-problem]")) {
    const key = place.dataset.problem;
    const sentences = touched.has(key) || place.childElementCount ? problems[key] || [] : [];
    if ([...place.children].map((one) => one.textContent).join() === sentences.join()) continue;
    place.replaceChildren(...sentences.map((sentence) => Object.assign(document.createElement("li"), { textContent: sentence })));
  }
}

function showExamples(answer) {
  const place = form.querySelector("[data-examples]");
  const keys = [...place.querySelectorAll("input")].map((one) => one.name);
  if (keys.join() !== answer.keys.join()) place.innerHTML = answer.examples; // rendered, and escaped, by the server
}

async function check() {
  const mine = ++asked;
  const data = new FormData(form);
  const file = form.elements.header_sample;
  data.delete("header_sample"); // it is uploaded once, when the form is submitted
  if (file?.files.length && !data.get("header_handle")) data.set("header_handle", "chosen");
  try {
    const answer = await fetch(form.dataset.check, { method: "POST", body: data, headers: { Accept: "application/json" } });
    if (!answer.ok || mine !== asked) return;
    const found = await answer.json();
    showExamples(found);
    tell(found.problems);
    form.querySelector("[data-preview]").innerHTML = found.preview; // rendered, and escaped, by the server
  } catch {
    // no connection for a moment: the submit button checks everything again
  }
}

function changed(target) {
  if (target.name) touched.add(fieldOf(target));
  if (target.name?.startsWith("button-")) touched.add("buttons");
  if (target.matches("[data-limit]")) count(target);
  if (target.name === "header_kind") showHeader();
  if (target.name === "category") showTtl();
  const row = target.closest("[data-button]");
  if (row) showButton(row);
  clearTimeout(timer);
  timer = setTimeout(check, WAIT);
}

function number(row, index) {
  for (const input of row.querySelectorAll("[name]")) input.name = input.name.replace(/^button-(\d+|__prefix__)-/, `button-${index}-`);
  for (const one of row.querySelectorAll("[id]")) one.id = one.id.replace(/^id_button-(\d+|__prefix__)-/, `id_button-${index}-`);
  row.querySelector("[data-problem]").dataset.problem = `button.${index}`;
}

function renumber() {
  [...buttons.children].forEach(number);
  total.value = buttons.children.length;
  form.querySelector("[data-add]").hidden = buttons.children.length >= 10;
}

function add() {
  buttons.append(form.querySelector("[data-empty-button]").content.cloneNode(true));
  renumber();
  const row = buttons.lastElementChild;
  row.querySelector("select").value = "quick_reply";
  showButton(row);
  row.querySelectorAll("[data-limit]").forEach(count);
  row.querySelector("select").focus();
}

form.addEventListener("input", (event) => changed(event.target));
form.addEventListener("click", (event) => {
  if (event.target.closest("[data-add]")) add();
  const remove = event.target.closest("[data-remove]");
  if (!remove) return;
  remove.closest("[data-button]").remove();
  renumber();
  check();
});
problemsFor([...form.querySelectorAll("[data-problem]")].find((one) => one.childElementCount)?.dataset.problem)?.scrollIntoView({ block: "center" });
form.querySelectorAll("[data-limit]").forEach(count);
[...buttons.children].forEach(showButton);
showHeader();
showTtl();
renumber();
