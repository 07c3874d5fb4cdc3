// What can be tapped under a message of the shop: answers, links, lists, forms, goods, cards.
import { useRef } from "preact/hooks";
import { CardForm } from "./card.js";
import { Carousel } from "./carousel.js";
import { write } from "./deeds.js";
import { FlowForm } from "./forms.js";
import { Shopping } from "./goods.js";
import { html, Icon } from "./html.js";
import { PlaceForm } from "./place.js";
import { RowsOfList } from "./rows.js";
import { t } from "./words.js";

const GOODS = ["product", "product_list", "catalog_message"];
const ICONS = { url: "link", phone_number: "phone", copy_code: "slash", catalog: "box", mpm: "box", spm: "box", flow: "note", otp: "slash" };

/** Buttons that answer or lead away: {label, id, type, content} or {label, url} or {label, copies}. */
function simple(message) {
  const { content, shown } = message;
  if (message.type === "template")
    return (shown?.buttons ?? []).map((each) => {
      if (each.url) return { label: each.text, url: each.url };
      if (each.type === "copy_code" || each.type === "otp") return { label: each.text, copies: each.payload };
      if (each.type === "phone_number") return { label: each.text, url: `tel:${each.phone ?? ""}` };
      return { label: each.text, icon: ICONS[each.type], id: each.payload, type: "button", content: { payload: each.payload, text: each.text } };
    });
  if (content.type === "button") return content.action.buttons.map(({ reply }) => ({ label: reply.title, id: reply.id, type: "interactive", content: { type: "button_reply", button_reply: reply } }));
  if (content.type === "cta_url") return [{ label: content.action.parameters.display_text, url: content.action.parameters.url }];
  if (content.type === "call_permission_request")
    return [["accept", t("Allow calls")], ["reject", t("Do not allow")]].map(([response, label]) => ({ label, id: response, type: "interactive", content: { type: "call_permission_reply", call_permission_reply: { response } } }));
  return [];
}

/** Does anything hang under this message? The bubble's corner depends on it. */
export function offers(message) {
  if (message.mine) return false;
  if (message.type === "template") return (message.shown?.buttons ?? []).length > 0;
  return message.type === "interactive" && message.content.type !== "carousel";
}

function Opens({ icon, label, children }) {
  const dialog = useRef(null);
  return html`<div class="pbtns"><button type="button" aria-haspopup="dialog" onClick=${() => dialog.current.showModal()}><${Icon} name=${icon} small />${label}</button></div>${children(dialog)}`;
}

export function Choices({ message, answers }) {
  if (message.mine || !["interactive", "template"].includes(message.type)) return null;
  const { content } = message;
  const kind = message.type === "interactive" ? content.type : "";
  if (kind === "list") return html`<${RowsOfList} message=${message} answers=${answers} />`;
  if (kind === "carousel") return html`<${Carousel} message=${message} answers=${answers} />`;
  if (GOODS.includes(kind)) return html`<${Shopping} message=${message} />`;
  if (kind === "location_request_message") return html`<${Opens} icon="pin" label=${t("Send location")}>${(dialog) => html`<${PlaceForm} dialog=${dialog} quotes=${message.wamid} />`}<//>`;
  if (kind === "contact_request") return html`<${Opens} icon="mine" label=${t("Share my contact")}>${(dialog) => html`<${CardForm} dialog=${dialog} quotes=${message.wamid} own />`}<//>`;
  if (kind === "flow" || kind === "address_message") return html`<${Opens} icon="note" label=${content.action.parameters.flow_cta ?? t("Give the address")}>${(dialog) => html`<${FlowForm} dialog=${dialog} message=${message} />`}<//>`;
  const offered = simple(message);
  if (!offered.length) return null;
  return html`<div class="pbtns">${offered.map((each) => html`<${Choice} key=${each.label} choice=${each} message=${message} answers=${answers} />`)}</div>`;
}

export function Choice({ choice, message, answers }) {
  if (choice.url) return html`<a href=${choice.url} target="_blank" rel="noopener noreferrer"><${Icon} name=${choice.url.startsWith("tel:") ? "phone" : "link"} small />${choice.label}</a>`;
  if (choice.copies) return html`<button type="button" onClick=${() => navigator.clipboard?.writeText(choice.copies)}><${Icon} name="slash" small />${choice.label}: ${choice.copies}</button>`;
  return html`<button type="button" aria-pressed=${answers.has(`${message.wamid} ${choice.id}`) ? "true" : "false"} onClick=${() => write(choice.type, choice.content, { quotes: message.wamid })}>${choice.icon && html`<${Icon} name=${choice.icon} small />`}${choice.label}</button>`;
}
