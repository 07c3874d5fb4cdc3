// Head of the chat: the shop's or the group's name, its profile, and what one can do besides writing.
import { useRef } from "preact/hooks";
import { speakAs } from "./actions.js";
import { act } from "./deeds.js";
import { html, Icon, IconButton } from "./html.js";
import { Members } from "./members.js";
import { Item, Menu } from "./menu.js";
import { initials } from "./people.js";
import { businessNow, channel, channelId, customer, customerId, group, hours, messages, pinned } from "./state.js";
import { dayKey, hourMinute, shortDay } from "./time.js";
import { t } from "./words.js";

function openLine() {
  const known = hours.value;
  if (!known || typeof known.open !== "boolean") return t("Shop");
  if (!known.until) return known.open ? t("Shop · open") : t("Shop · closed");
  const until = Date.parse(known.until);
  const when = dayKey(until) === dayKey(businessNow.value) ? hourMinute(until) : `${shortDay(until)} ${hourMinute(until)}`;
  return known.open ? t("Shop · open until {when}", { when }) : t("Shop · closed until {when}", { when });
}

function Profile({ dialog }) {
  const { profile = {}, name, number, official } = channel.value ?? {};
  const line = (label, value) => value && html`<div><dt>${label}</dt><dd>${value}</dd></div>`;
  return html`<dialog class="dialog ask" ref=${dialog} aria-labelledby="shop-title" onClick=${(e) => e.target === dialog.current && dialog.current.close()}>
    <div class="shop-card"><${Face} large /><div><h2 id="shop-title">${name}${official && html`<${Icon} name="resolve" />`}</h2><span class="mut num">${number}</span></div></div>
    <dl class="facts">${line(t("About"), profile.about)}${line(t("Description"), profile.description)}${line(t("Address"), profile.address)}${line(t("E-mail"), profile.email)}${line(t("Sites"), (profile.websites ?? []).join(", "))}${line(t("Trade"), profile.vertical)}</dl>
    ${!Object.values(profile).some(Boolean) && html`<p class="mut">${t("The shop has not written its profile yet.")}</p>`}
    <div class="dialog-end"><button type="button" class="btn" onClick=${() => dialog.current.close()}>${t("Close")}</button></div>
  </dialog>`;
}

function Face({ large = false }) {
  const picture = channel.value?.profile?.picture;
  return html`<span class=${`shop${large ? " l" : ""}`} aria-hidden="true">${picture ? html`<img src=${picture} alt="" />` : initials(channel.value?.name ?? "S")}</span>`;
}

function NewNumber({ dialog }) {
  const form = useRef(null);
  const save = async (event) => {
    event.preventDefault();
    const { number } = Object.fromEntries(new FormData(form.current));
    dialog.current.close();
    if (await act("number", { number })) form.current.reset();
  };
  return html`<dialog class="dialog ask" ref=${dialog} aria-labelledby="number-title"><form ref=${form} onSubmit=${save}>
    <h2 id="number-title">${t("A new phone number")}</h2><p class="mut">${t("Shops this customer wrote to hear of it. The user id changes too.")}</p>
    <label class="form-row"><span>${t("Phone number")}</span><span class="field"><input name="number" inputmode="tel" required autocomplete="off" placeholder="+39 347 555 0199" /></span></label>
    <div class="dialog-end"><button type="button" class="btn" onClick=${() => dialog.current.close()}>${t("Cancel")}</button><button class="btn btn-main">${t("Change")}</button></div>
  </form></dialog>`;
}

function ShopMenu({ profile, number }) {
  const who = customer.value;
  const blocked = who?.blocked.includes(channelId.value);
  const silent = who?.no_offers.includes(channelId.value);
  if (!who) return null;
  return html`<${Menu} icon="more" label=${t("More: profile, call, offers, block")}>
    <${Item} icon="info" onClick=${() => profile.current.showModal()}>${t("About the shop")}<//>
    <${Item} icon="phone" onClick=${() => act("call")}>${t("Call; nobody answers")}<//>
    <${Item} icon=${silent ? "bell" : "slash"} onClick=${() => act(silent ? "resume" : "stop")}>${silent ? t("Get offers again") : t("Stop offers")}<//>
    ${who.wa_id && html`<${Item} icon="transfer" onClick=${() => number.current.showModal()}>${t("Change my number")}<//>`}
    <${Item} icon="lock" danger=${!blocked} onClick=${() => act(blocked ? "unblock" : "block")}>${blocked ? t("Unblock the shop") : t("Block the shop")}<//>
  <//>`;
}

export function ShopHead() {
  const profile = useRef(null);
  const number = useRef(null);
  const official = channel.value?.official;
  return html`<div class="phead"><${Face} />
    <div class="grow"><b class="cut">${channel.value?.name ?? t("The shop")}${official && html`<span class="badge" title=${t("Official business account")}><${Icon} name="resolve" small /><span class="sr">${t("Official business account")}</span></span>`}</b><span class="mut cut">${openLine()}</span></div>
    <${ShopMenu} profile=${profile} number=${number} /></div><${Profile} dialog=${profile} /><${NewNumber} dialog=${number} />`;
}

export function GroupHead() {
  const people = useRef(null);
  const { subject, members } = group.value;
  return html`<div class="phead"><span class="shop" aria-hidden="true"><${Icon} name="team" /></span>
    <button type="button" class="grow head-name" onClick=${() => people.current.showModal()}><b class="cut">${subject}</b><span class="mut cut">${[channel.value?.name, ...members.map((each) => each.name.split(" ")[0])].join(", ")}</span></button>
    <${IconButton} icon="more" label=${t("Members")} onClick=${() => people.current.showModal()} /></div>
    <${PinnedLine} /><${Members} dialog=${people} />`;
}

function PinnedLine() {
  const shown = pinned.value.map((wamid) => messages.value.find((each) => each.wamid === wamid)).filter(Boolean);
  if (!shown.length) return null;
  const words = (message) => message.shown?.body ?? message.content?.body ?? message.content?.caption ?? t("A message");
  return html`<div class="pinned"><${Icon} name="pin" small /><span class="cut">${words(shown[0])}</span>${shown.length > 1 && html`<span class="mut num">+${shown.length - 1}</span>`}</div>`;
}

/** In a group: which of its members holds the phone. */
export function SpeakAs() {
  if (!group.value) return null;
  return html`<label class="as"><span>${t("You are")}</span><span class="drop"><select class="pick box" value=${customerId.value} onChange=${(e) => speakAs(Number(e.target.value))}>
    ${group.value.members.map((each) => html`<option key=${each.id} value=${each.id}>${each.name}</option>`)}</select><${Icon} name="down" small /></span></label>`;
}

/** Why nothing written here arrives, or nothing can be written. */
export function Barred() {
  const who = customer.value;
  if (group.value) return group.value.suspended ? html`<p class="barred"><${Icon} name="alert" small />${t("WhatsApp has suspended this group.")}</p>` : null;
  if (who?.blocked.includes(channelId.value)) return html`<p class="barred"><${Icon} name="lock" small />${t("You have blocked the shop.")} <button type="button" class="link" onClick=${() => act("unblock")}>${t("Unblock")}</button></p>`;
  if (who?.blocked_by.includes(channelId.value)) return html`<p class="barred"><${Icon} name="lock" small />${t("The shop has blocked {name}: it hears nothing.", { name: who.name.split(" ")[0] })}</p>`;
  return null;
}
