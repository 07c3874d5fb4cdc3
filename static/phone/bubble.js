// One message on the phone, whatever its type.
import { useState } from "preact/hooks";
import { write } from "./actions.js";
import { html, Icon, IconButton } from "./html.js";
import { File, Picture, Video, Voice } from "./media.js";
import { RowsOfList } from "./rows.js";
import { channel, customerId, replyTo } from "./state.js";
import { hourMinute } from "./time.js";
import { t } from "./words.js";

const EMOJI = ["👍", "❤️", "😂", "😮", "😢", "🙏"];
const TICKS = {
  queued: ["i-clock", "On its way to the desk"],
  delivered: ["t-2", "Delivered"],
  read: ["t-2", "Read"],
};

function Ticks({ status }) {
  const [icon, label] = TICKS[status] ?? TICKS.delivered;
  return html`<svg class=${`ticks ${status}`} viewBox=${status === "queued" ? "0 0 16 16" : undefined} role="img" aria-label=${t(label)}><title>${t(label)}</title><use href=${`/static/design/icons.svg#${icon}`} /></svg>`;
}

const MARKS = { "*": "b", _: "i", "~": "s" };
const MARKED = /(?<![\p{L}\p{N}])([*_~])(?!\s)([^\n]+?)(?<!\s)\1(?![\p{L}\p{N}])/u;

/** WhatsApp's *bold*, _italic_ and ~struck~ at the edges of words; everything else stays text. */
export function Words({ text }) {
  const parts = String(text ?? "").split(MARKED); // text, mark, marked words, text, …
  return parts.map((part, place) => (place % 3 === 0 ? part : place % 3 === 2 ? html`<${MARKS[parts[place - 1]]}>${part}<//>` : null));
}

function Place({ content }) {
  return html`<span class="place"><${Icon} name="pin" large /><span class="grow"><b>${content.name || t("Location")}</b>${content.address && html`<small>${content.address}</small>`}<small class="num">${Number(content.latitude).toFixed(5)}, ${Number(content.longitude).toFixed(5)}</small></span></span>`;
}

function Header({ header }) {
  if (!header) return null;
  if (header.type === "text") return html`<b class="bhead">${header.text}</b>`;
  const Shown = { image: Picture, video: Video, document: File }[header.type];
  return Shown ? html`<${Shown} content=${header[header.type]} />` : null;
}

function Template({ shown, content }) {
  if (!shown) return html`<${Words} text=${content.name} />`;
  return html`${shown.header && html`<b class="bhead">${shown.header}</b>`}${shown.header_media?.id && html`<${Picture} content=${shown.header_media} />`}<${Words} text=${shown.body} />${shown.footer && html`<small class="bfoot">${shown.footer}</small>`}`;
}

function Interactive({ content }) {
  const reply = content.button_reply ?? content.list_reply;
  if (reply) return html`${reply.title}${reply.description && html`<small class="bfoot">${reply.description}</small>`}`;
  const products = content.type?.startsWith("product") || content.type === "catalog_message";
  return html`<${Header} header=${content.header} /><${Words} text=${content.body?.text} />
    ${products && html`<span class="place"><${Icon} name="box" large /><span class="grow"><b>${t("Products")}</b><small>${content.action?.product_retailer_id ?? content.action?.catalog_id ?? ""}</small></span></span>`}
    ${content.footer && html`<small class="bfoot">${content.footer.text}</small>`}`;
}

function Content({ message }) {
  const { type, content } = message;
  if (type === "text") return html`<${Words} text=${content.body} />`;
  if (type === "image") return html`<${Picture} content=${content} /><${Words} text=${content.caption} />`;
  if (type === "sticker") return html`<${Picture} content=${content} sticker />`;
  if (type === "video") return html`<${Video} content=${content} /><${Words} text=${content.caption} />`;
  if (type === "audio") return html`<${Voice} content=${content} />`;
  if (type === "document") return html`<${File} content=${content} /><${Words} text=${content.caption} />`;
  if (type === "location") return html`<${Place} content=${content} />`;
  if (type === "contacts")
    return content.map((card) => html`<span class="place"><${Icon} name="mine" large /><span class="grow"><b>${card.name?.formatted_name}</b><small>${card.phones?.[0]?.phone ?? ""}</small></span></span>`);
  if (type === "template") return html`<${Template} shown=${message.shown} content=${content} />`;
  if (type === "button") return content.text;
  if (type === "interactive") return html`<${Interactive} content=${content} />`;
  return html`<span class="mut">${t("A message of type {type}", { type })}</span>`;
}

/** The answers a message offers: [label, what a tap sends, its id]. */
function choices(message) {
  const { content, shown } = message;
  if (message.mine) return [];
  if (message.type === "template")
    return (shown?.buttons ?? []).map((each) => (each.url ? { label: each.text, url: each.url } : { label: each.text, id: each.payload, type: "button", content: { payload: each.payload, text: each.text } }));
  if (message.type !== "interactive") return [];
  if (content.type === "button")
    return content.action.buttons.map(({ reply }) => ({ label: reply.title, id: reply.id, type: "interactive", content: { type: "button_reply", button_reply: reply } }));
  if (content.type === "cta_url") return [{ label: content.action.parameters.display_text, url: content.action.parameters.url }];
  if (content.type === "location_request_message")
    return [{ label: t("Send location"), id: "location", type: "location", content: { latitude: 43.76956, longitude: 11.25581, name: "Piazza della Signoria", address: "Firenze" } }];
  return [];
}

function Choices({ message, answers }) {
  const offered = choices(message);
  const { content } = message;
  if (content?.type === "list" && !message.mine) return html`<${RowsOfList} message=${message} answers=${answers} />`;
  if (!offered.length) return null;
  return html`<div class="pbtns">${offered.map((each) =>
    each.url
      ? html`<a href=${each.url} target="_blank" rel="noopener noreferrer"><${Icon} name="link" small />${each.label}</a>`
      : html`<button type="button" aria-pressed=${answers.has(`${message.wamid} ${each.id}`) ? "true" : "false"} onClick=${() => write(each.type, each.content, message.wamid)}>${each.label}</button>`,
  )}</div>`;
}

function Actions({ message }) {
  const [open, setOpen] = useState(false);
  const react = (emoji) => {
    setOpen(false);
    write("reaction", { message_id: message.wamid, emoji: message.reactions[customerId.value] === emoji ? "" : emoji }, null);
  };
  return html`<div class="acts">
    <${IconButton} small icon="reply" label=${t("Reply")} onClick=${() => (replyTo.value = message)} />
    ${!message.mine && html`<${IconButton} small icon="smile" label=${t("React")} aria-expanded=${open ? "true" : "false"} onClick=${() => setOpen(!open)} />`}
    ${open && html`<div class="menu emojis" role="group" aria-label=${t("Reactions")} onKeyDown=${(e) => e.key === "Escape" && setOpen(false)}>${EMOJI.map((each) => html`<button type="button" aria-pressed=${message.reactions[customerId.value] === each ? "true" : "false"} onClick=${() => react(each)}>${each}</button>`)}</div>`}
  </div>`;
}

function Quote({ quoted }) {
  return html`<span class="quote"><b>${quoted.customer ? t("You") : channel.value?.name}</b><span class="cut2"><${Words} text=${quoted.text || t("A message")} /></span></span>`;
}

/** A tap on a button needs no quote of the question it stands under. */
function quotesVisibly(message) {
  return message.quoted && message.type !== "button" && message.content?.type !== "button_reply" && message.content?.type !== "list_reply";
}

export function Bubble({ message, same, answers }) {
  const offers = choices(message).length > 0 || message.content?.type === "list";
  const emoji = Object.values(message.reactions ?? {}).join(" ");
  const side = message.mine ? "out" : "in";
  return html`<div class=${`msg ${side}${same ? " same" : ""}${offers ? " has-btn" : ""}${emoji ? " has-react" : ""}`}>
    <div class="bwrap"><div class="bub">${quotesVisibly(message) && html`<${Quote} quoted=${message.quoted} />`}<${Content} message=${message} />
      <span class="foot">${hourMinute(message.at * 1000)}${message.mine && html`<${Ticks} status=${message.status} />`}</span>
      ${emoji && html`<span class="react" role="img" aria-label=${t("Reaction {emoji}", { emoji })}>${emoji}</span>`}</div>
    <${Actions} message=${message} /></div>
    <${Choices} message=${message} answers=${answers} />
  </div>`;
}
