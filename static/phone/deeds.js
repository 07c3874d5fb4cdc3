// What the customer does: write, answer, react, edit, take back, order, call, block, join and leave.
import { chosen, loadGroups, replaceCustomer, trying } from "./actions.js";
import { tell, upload } from "./api.js";
import * as s from "./state.js";

/** `more`: quotes (a wamid), forwarded, from_ad, product. Clears the quote that stands over the box, unless told another. */
export function write(type, content, more = {}) {
  const quotes = "quotes" in more ? more.quotes : s.replyTo.value?.wamid;
  if (type !== "reaction") s.replyTo.value = null;
  return trying(() => tell("messages", { ...chosen(), type, content, ...more, quotes }));
}

export async function writeText(words) {
  const more = {};
  if (s.fromAd.value) more.from_ad = true;
  if (s.about.value) more.product = s.about.value.retailer_id;
  const sent = await write("text", { body: words }, more);
  if (sent) {
    s.fromAd.value = false;
    s.about.value = null;
  }
  return sent;
}

export async function sendFile(file, filename, { caption = "", voice = false } = {}) {
  const made = await trying(() => upload(s.channelId.value, file, filename));
  return made && write(made.type, { id: made.id, caption, voice });
}

export function react(message, emoji) {
  const known = message.reactions[s.customerId.value];
  return write("reaction", { message_id: message.wamid, emoji: known === emoji ? "" : emoji }, { quotes: undefined });
}

const FORWARDED = ["text", "image", "video", "audio", "document", "sticker", "location"];

/** What can be sent on to the shop; a template or a question goes on as its words. */
export function forward(message) {
  const words = message.shown?.body ?? message.content?.body?.text;
  const kept = FORWARDED.includes(message.type);
  return write(kept ? message.type : "text", kept ? message.content : { body: words }, { quotes: undefined, forwarded: true });
}

export const canForward = (message) => !message.revoked && Boolean(FORWARDED.includes(message.type) || message.shown?.body || message.content?.body?.text);

export async function edit(message, text) {
  const done = await trying(() => tell("edit", { ...chosen(), wamid: message.wamid, text }));
  if (done) s.editing.value = null;
  return done;
}

export const revoke = (message) => trying(() => tell("revoke", { ...chosen(), wamid: message.wamid }));

export const played = (message) => tell("play", { ...chosen(), wamid: message.wamid }).catch(() => null);

/** call, block, unblock, stop, resume; number with {number}. */
export async function act(what, more = {}) {
  const changed = await trying(() => tell("act", { ...chosen(), act: what, ...more }));
  replaceCustomer(changed);
  return changed;
}

export function putInCart(product, quantity) {
  const { [product.retailer_id]: _gone, ...rest } = s.cart.value;
  s.carts.value = { ...s.carts.value, [s.chatKey.value]: quantity > 0 ? { ...rest, [product.retailer_id]: Math.min(quantity, 99) } : rest };
}

export async function order(text) {
  const items = Object.entries(s.cart.value).map(([id, quantity]) => ({ product_retailer_id: id, quantity }));
  const sent = await write("order", { product_items: items, text });
  if (sent) s.carts.value = { ...s.carts.value, [s.chatKey.value]: {} };
  return sent;
}

/** act: join (by the invitation) or leave. */
export async function member(customer, act) {
  const done = await trying(() => tell("member", { group: s.groupId.value, customer, act }));
  await loadGroups();
  return done;
}

export async function suspend(suspended) {
  await trying(() => tell("suspend", { group: s.groupId.value, suspended }));
  await loadGroups();
}
