// Counts the characters of automatic texts and quick replies as they are written (A2), and says what length is advised for the kind.
const ADVISED = { first_contact: [80, 120], keyword: [150, 200], after_hours: [60, 100] };
const PREVIEW = 150; // what a phone shows before the message is opened

function advice(field) {
  const length = [...field.value].length;
  const limit = Number(field.dataset.limit);
  const kind = document.querySelector("#id_trigger")?.value;
  const parts = [`${length} / ${limit}`];
  const advised = ADVISED[kind];
  if (field.dataset.advise && length && advised && (length < advised[0] || length > advised[1])) {
    parts.push(field.dataset.advise.replace("%1", advised[0]).replace("%2", advised[1]));
  }
  const late = field.value.slice(PREVIEW).match(/https?:|\{\{/);
  if (field.dataset.late && late) parts.push(field.dataset.late);
  return parts.join(" · ");
}

function show(field) {
  let line = field.nextElementSibling;
  if (!line?.classList.contains("desk-count")) {
    line = document.createElement("div");
    line.className = "desk-count text-xs mt-1";
    line.setAttribute("aria-live", "polite");
    field.after(line);
  }
  line.textContent = advice(field);
}

function showAll() {
  document.querySelectorAll("[data-limit]").forEach(show);
}

document.addEventListener("input", (event) => event.target.matches("[data-limit]") && show(event.target));
document.addEventListener("change", (event) => event.target.matches("#id_trigger") && showAll());
document.addEventListener("DOMContentLoaded", showAll);
document.addEventListener("formset:added", showAll);
