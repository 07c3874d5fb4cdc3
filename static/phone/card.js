// A contact card: somebody else's, or the customer's own when the shop asks for it.
import { useRef } from "preact/hooks";
import { write } from "./deeds.js";
import { html } from "./html.js";
import { customer } from "./state.js";
import { t } from "./words.js";

export function CardForm({ dialog, quotes, own = false }) {
  const form = useRef(null);
  const who = customer.value;
  const send = (event) => {
    event.preventDefault();
    const { name, phone, company } = Object.fromEntries(new FormData(form.current));
    dialog.current.close();
    write("contacts", [{ name, phone, company, origin: own ? "contact_request" : "other" }], quotes ? { quotes } : {});
  };
  return html`<dialog class="dialog ask" ref=${dialog} aria-label=${t("Send a contact")}><form ref=${form} onSubmit=${send}>
    <h2>${own ? t("Share my contact") : t("Send a contact")}</h2>
    <label class="form-row"><span>${t("Name")}</span><span class="field"><input name="name" required maxlength="80" autocomplete="off" value=${own ? who?.name : "Paolo Ferri"} /></span></label>
    <label class="form-row"><span>${t("Phone number")}</span><span class="field"><input name="phone" required inputmode="tel" autocomplete="off" value=${own ? (who?.wa_id ? `+${who.wa_id}` : "") : "+39 333 765 4321"} /></span></label>
    <label class="form-row"><span>${t("Company")}</span><span class="field"><input name="company" maxlength="200" autocomplete="off" value=${own ? "" : "Trasporti Ferri"} /></span></label>
    <div class="dialog-end"><button type="button" class="btn" onClick=${() => dialog.current.close()}>${t("Cancel")}</button><button class="btn btn-main">${t("Send")}</button></div>
  </form></dialog>`;
}
