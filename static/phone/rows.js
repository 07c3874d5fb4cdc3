// A list message: one button under the bubble, and a sheet with its rows.
import { useRef } from "preact/hooks";
import { write } from "./deeds.js";
import { html, Icon } from "./html.js";
import { t } from "./words.js";

export function RowsOfList({ message, answers }) {
  const sheet = useRef(null);
  const { action } = message.content;
  const send = (row) => {
    sheet.current.close();
    const reply = { id: row.id, title: row.title, ...(row.description ? { description: row.description } : {}) };
    write("interactive", { type: "list_reply", list_reply: reply }, { quotes: message.wamid });
  };
  return html`<div class="pbtns"><button type="button" aria-haspopup="dialog" onClick=${() => sheet.current.showModal()}><${Icon} name="list" small />${action.button}</button></div>
    <dialog class="dialog ask rows" ref=${sheet} aria-label=${action.button} onClick=${(e) => e.target === sheet.current && sheet.current.close()}>
      <h2>${action.button}</h2>
      ${action.sections.map((section) => html`${section.title && html`<h3 class="over">${section.title}</h3>`}
        ${section.rows.map((row) => html`<button type="button" class="menu-item" aria-pressed=${answers.has(`${message.wamid} ${row.id}`) ? "true" : "false"} onClick=${() => send(row)}><span class="grow"><b>${row.title}</b>${row.description && html`<small>${row.description}</small>`}</span><${Icon} name="right" small /></button>`)}`)}
      <div class="dialog-end"><button type="button" class="btn" onClick=${() => sheet.current.close()}>${t("Cancel")}</button></div>
    </dialog>`;
}
