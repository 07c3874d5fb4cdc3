// What stands inside a bubble, by type.
import { html, Icon } from "./html.js";
import { OrderLines, Product } from "./goods.js";
import { File, Picture, Video, Voice } from "./media.js";
import { n, t } from "./words.js";

const MARKS = { "*": "b", _: "i", "~": "s", "`": "code" };
const MARKED = /(?<![\p{L}\p{N}])([*_~`])(?!\s)([^\n]+?)(?<!\s)\1(?![\p{L}\p{N}])/u;
const LINK = /(https?:\/\/[^\s<>"]+[^\s<>".,;:!?)])/;

function Linked({ text }) {
  return text.split(LINK).map((part, place) => (place % 2 ? html`<a href=${part} target="_blank" rel="noopener noreferrer">${part}</a>` : part));
}

/** WhatsApp's *bold*, _italic_, ~struck~ and `code` at the edges of words, and links; everything else stays text. */
export function Words({ text }) {
  const parts = String(text ?? "").split(MARKED); // text, mark, marked words, text, …
  return parts.map((part, place) => (place % 3 === 0 ? html`<${Linked} text=${part} />` : place % 3 === 2 ? html`<${MARKS[parts[place - 1]]}>${part}<//>` : null));
}

export function Place({ content }) {
  return html`<span class="place"><${Icon} name="pin" large /><span class="grow"><b>${content.name || t("Location")}</b>${content.address && html`<small>${content.address}</small>`}<small class="num">${Number(content.latitude).toFixed(5)}, ${Number(content.longitude).toFixed(5)}</small></span></span>`;
}

function Cards({ content }) {
  return content.map((card) => html`<span class="place"><${Icon} name="mine" large /><span class="grow"><b>${card.name?.formatted_name ?? t("Contact")}</b>
    ${card.org?.company && html`<small>${card.org.company}</small>`}${(card.phones ?? []).map((each) => html`<small class="num">${each.phone}</small>`)}${(card.emails ?? []).map((each) => html`<small>${each.email}</small>`)}</span></span>`);
}

/** A file, picture or place over the words of a template or a question. */
export function Header({ header }) {
  if (!header) return null;
  if (header.type === "text") return html`<b class="bhead">${header.text}</b>`;
  const Shown = { image: Picture, video: Video, document: File, location: Place }[header.type];
  return Shown ? html`<${Shown} content=${header[header.type]} />` : null;
}

/** A template's media header comes without its kind. */
function headerOf(media) {
  const kind = "latitude" in media ? "location" : "filename" in media ? "document" : "image";
  return { type: kind, [kind]: media };
}

function Template({ shown, content }) {
  if (!shown) return html`<${Words} text=${content.name} />`;
  const given = (content.components ?? []).find((each) => each.type?.toLowerCase() === "header")?.parameters?.[0];
  const header = given && given.type !== "text" ? given : shown.header_media ? headerOf(shown.header_media) : null;
  return html`${shown.header && html`<b class="bhead">${shown.header}</b>`}${header && html`<${Header} header=${header} />`}<${Words} text=${shown.body} />${shown.footer && html`<small class="bfoot">${shown.footer}</small>`}`;
}

function Answer({ content }) {
  const reply = content.button_reply ?? content.list_reply;
  if (reply) return html`${reply.title}${reply.description && html`<small class="bfoot">${reply.description}</small>`}`;
  if (content.call_permission_reply) return content.call_permission_reply.response === "accept" ? t("Calls allowed") : t("Calls not allowed");
  const form = content.nfm_reply;
  return html`<span class="place"><${Icon} name="note" large /><span class="grow"><b>${form.name === "address_message" ? t("Address") : t("Form sent")}</b><small class="cut2">${form.body}</small></span></span>`;
}

function Interactive({ content }) {
  if (content.type.endsWith("_reply")) return html`<${Answer} content=${content} />`;
  const { action = {} } = content;
  return html`<${Header} header=${content.header} />
    ${content.type === "product" && html`<${Product} id=${action.product_retailer_id} />`}
    ${content.type === "catalog_message" && html`<${Product} id=${action.parameters?.thumbnail_product_retailer_id} />`}
    <${Words} text=${content.body?.text} />
    ${content.footer && html`<small class="bfoot">${content.footer.text}</small>`}`;
}

const UNSUPPORTED = { poll: n("A poll"), event: n("An event"), view_once: n("A picture to look at once"), edit: n("An edit"), revoke: n("A deletion") };

export function Content({ message }) {
  const { type, content } = message;
  if (message.revoked) return html`<em class="mut">${t("You deleted this message")}</em>`;
  if (type === "text") return html`<${Words} text=${content.body} />`;
  if (type === "image") return html`<${Picture} content=${content} /><${Words} text=${content.caption} />`;
  if (type === "sticker") return html`<${Picture} content=${content} sticker />`;
  if (type === "video") return html`<${Video} content=${content} /><${Words} text=${content.caption} />`;
  if (type === "audio") return html`<${Voice} content=${content} message=${message} />`;
  if (type === "document") return html`<${File} content=${content} /><${Words} text=${content.caption} />`;
  if (type === "location") return html`<${Place} content=${content} />`;
  if (type === "contacts") return html`<${Cards} content=${content} />`;
  if (type === "order") return html`<${OrderLines} content=${content} />`;
  if (type === "template") return html`<${Template} shown=${message.shown} content=${content} />`;
  if (type === "button") return content.text;
  if (type === "call") return html`<span class="place"><${Icon} name="phone" large /><span class="grow"><b>${t("Call")}</b><small>${t("nobody answered")}</small></span></span>`;
  if (type === "interactive") return html`<${Interactive} content=${content} />`;
  if (type === "unsupported") return html`<span class="place"><${Icon} name="info" large /><span class="grow"><b>${t(UNSUPPORTED[content.type] ?? "A message")}</b><small>${t("The shop only hears that there was something.")}</small></span></span>`;
  return html`<span class="mut">${t("A message of type {type}", { type })}</span>`;
}
