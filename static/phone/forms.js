// A form the shop sent (a flow), or its question for an address: filled here, sent back as text in JSON.
import { useRef } from "preact/hooks";
import { write } from "./deeds.js";
import { html } from "./html.js";
import { customer } from "./state.js";
import { n, t } from "./words.js";

const ADDRESS = [
  ["name", n("Name")],
  ["phone_number", n("Phone number")],
  ["address", n("Address")],
  ["in_pin_code", n("Postal code")],
  ["city", n("City")],
];

export function FlowForm({ dialog, message }) {
  const form = useRef(null);
  const { content } = message;
  const address = content.type === "address_message";
  const { flow_token: token = "unused", values = {} } = content.action.parameters;
  const send = (event) => {
    event.preventDefault();
    const given = Object.fromEntries(new FormData(form.current));
    dialog.current.close();
    const reply = address ? { name: "address_message", values: { values: given }, body: Object.values(given).filter(Boolean).join("\n") } : { name: "flow", values: { flow_token: token, ...given }, body: Object.values(given).filter(Boolean).join("\n") };
    write("interactive", { type: "nfm_reply", nfm_reply: reply }, { quotes: message.wamid });
  };
  const known = { name: customer.value?.name, phone_number: customer.value?.wa_id ? `+${customer.value.wa_id}` : "", ...values };
  const fields = address ? ADDRESS : [["name", n("Name")], ["answer", n("Answer")], ["note", n("Note")]];
  return html`<dialog class="dialog ask" ref=${dialog} aria-label=${content.action.parameters.flow_cta ?? t("Address")}><form ref=${form} onSubmit=${send}>
    <h2>${content.action.parameters.flow_cta ?? t("Address")}</h2>
    ${fields.map(([name, label]) => html`<label class="form-row"><span>${t(label)}</span><span class="field"><input name=${name} autocomplete="off" value=${known[name] ?? ""} /></span></label>`)}
    <div class="dialog-end"><button type="button" class="btn" onClick=${() => dialog.current.close()}>${t("Cancel")}</button><button class="btn btn-main">${t("Send")}</button></div>
  </form></dialog>`;
}
