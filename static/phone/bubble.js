// One message on the phone: its bubble, ticks, quote, reactions, and what can be done with it.
import { Choices, offers } from "./choices.js";
import { Content, Words } from "./content.js";
import { canForward, forward, react, revoke } from "./deeds.js";
import { html, Icon, IconButton } from "./html.js";
import { tone } from "./people.js";
import { Item, Menu } from "./menu.js";
import { businessNow, channel, customerId, editing, group, isMine, replyTo } from "./state.js";
import { clockTime, hourMinute } from "./time.js";
import { n, t } from "./words.js";

const EMOJI = ["👍", "❤️", "😂", "😮", "😢", "🙏"];
const TICKS = {
  queued: ["i-clock", n("On its way to the desk")],
  delivered: ["t-2", n("Delivered")],
  read: ["t-2", n("Read")],
};
const EDITABLE = ["text", "image", "video", "document"];
const MINUTE = 60_000;

/** Delivered 9:02:12 · Read 9:03:40 */
function times({ status, delivered_at: delivered, read_at: read }) {
  const parts = [];
  if (delivered) parts.push(t("Delivered {time}", { time: clockTime(delivered * 1000) }));
  if (read) parts.push(t("Read {time}", { time: clockTime(read * 1000) }));
  if (status === "played") parts.push(t("Played"));
  return parts;
}

function Ticks({ message }) {
  const [icon, label] = TICKS[message.status] ?? TICKS.delivered;
  const said = times(message).join(", ") || t(label);
  return html`<svg class=${`ticks ${message.status}`} viewBox=${message.status === "queued" ? "0 0 16 16" : undefined} role="img" aria-label=${said}><title>${said}</title><use href=${`/static/design/icons.svg#${icon}`} /></svg>`;
}

function startReply(message) {
  editing.value = null;
  replyTo.value = message;
}

function startEdit(message) {
  replyTo.value = null;
  editing.value = message;
}

function Actions({ message }) {
  if (message.revoked || message.type === "call") return null;
  const age = businessNow.value - message.at * 1000;
  const mine = isMine(message);
  const reaction = message.reactions[customerId.value];
  return html`<div class="acts">
    <${IconButton} small icon="reply" label=${t("Reply")} onClick=${() => startReply(message)} />
    ${!mine && html`<${Menu} small icon="smile" label=${t("React")}><div class="emojis" role="group" aria-label=${t("Reactions")}>${EMOJI.map((each) => html`<button type="button" key=${each} aria-pressed=${reaction === each ? "true" : "false"} onClick=${() => react(message, each)}>${each}</button>`)}</div><//>`}
    <${Menu} small icon="more" label=${t("More")}>
      ${canForward(message) && html`<${Item} icon="right" onClick=${() => forward(message)}>${t("Forward to the shop")}<//>`}
      ${mine && EDITABLE.includes(message.type) && html`<${Item} icon="note" disabled=${age > 15 * MINUTE} title=${age > 15 * MINUTE ? t("a message can be edited for 15 minutes") : undefined} onClick=${() => startEdit(message)}>${t("Edit")}<//>`}
      ${mine && html`<${Item} icon="x" danger disabled=${age > 2880 * MINUTE} onClick=${() => revoke(message)}>${t("Delete for everybody")}<//>`}
      <div class="menu-note num">${[`${mine ? t("Sent") : t("Received")} ${clockTime(message.at * 1000)}`, ...times(message)].map((line) => html`<span>${line}</span>`)}</div>
    <//>
  </div>`;
}

export function who(quoted) {
  if (quoted.customer === customerId.value) return t("You");
  return quoted.sender || channel.value?.name;
}

function Quote({ quoted }) {
  return html`<span class="quote"><b>${who(quoted)}</b><span class="cut2"><${Words} text=${quoted.text || t("A message")} /></span></span>`;
}

/** A tap on a button needs no quote of the question it stands under. */
function quotesVisibly(message) {
  return message.quoted && message.type !== "button" && !message.content?.type?.endsWith?.("_reply");
}

/** Over the words: forwarded, from an advertisement, about a product. */
function Origin({ message }) {
  const { context = {}, referral } = message;
  if (referral) return html`<span class="origin"><${Icon} name="flag" small />${t("From an ad: {title}", { title: referral.headline })}</span>`;
  if (context.frequently_forwarded) return html`<span class="origin"><${Icon} name="ff" small />${t("Forwarded many times")}</span>`;
  if (context.forwarded) return html`<span class="origin"><${Icon} name="right" small />${t("Forwarded")}</span>`;
  if (context.referred_product) return html`<span class="origin"><${Icon} name="box" small />${t("About {product}", { product: context.referred_product.product_retailer_id })}</span>`;
  return null;
}

export function Bubble({ message, same, answers }) {
  const mine = isMine(message);
  const emoji = Object.values(message.reactions ?? {}).join(" ");
  const named = group.value && !mine && !same;
  return html`<div class=${`msg ${mine ? "out" : "in"}${same ? " same" : ""}${offers(message) ? " has-btn" : ""}${emoji ? " has-react" : ""}`}>
    <div class="bwrap"><div class="bub" tabindex="-1">${named && html`<b class=${`sender ${message.mine ? tone(message.customer) : "shop-name"}`}>${message.mine ? message.sender : channel.value?.name}</b>`}
      <${Origin} message=${message} />${!message.revoked && quotesVisibly(message) && html`<${Quote} quoted=${message.quoted} />`}<${Content} message=${message} />
      <span class="foot">${message.edited && !message.revoked && html`<span>${t("edited")}</span>`}${hourMinute(message.at * 1000)}${mine && html`<${Ticks} message=${message} />`}</span>
      ${emoji && html`<span class="react" role="img" aria-label=${t("Reaction {emoji}", { emoji })}>${emoji}</span>`}</div>
    <${Actions} message=${message} /></div>
    <${Choices} message=${message} answers=${answers} />
  </div>`;
}
