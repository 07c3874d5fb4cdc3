// The phone itself: its frame, the shop's name, the chat and the box to write in.
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { moveClock } from "./actions.js";
import { Bubble } from "./bubble.js";
import { Composer } from "./composer.js";
import { initials } from "./customers.js";
import { html, Icon, IconButton } from "./html.js";
import { businessNow, channel, clock, controlsOpen, customer, hours, messages, tick, typingUntil } from "./state.js";
import { clockTime, dayKey, fullDay, hourMinute, shortDay } from "./time.js";
import { t } from "./words.js";

function openLine() {
  const known = hours.value;
  if (!known || typeof known.open !== "boolean") return t("Shop");
  if (!known.until) return known.open ? t("Shop · open") : t("Shop · closed");
  const until = Date.parse(known.until);
  const when = dayKey(until) === dayKey(businessNow.value) ? hourMinute(until) : `${shortDay(until)} ${hourMinute(until)}`;
  return known.open ? t("Shop · open until {when}", { when }) : t("Shop · closed until {when}", { when });
}

function ShopHead() {
  return html`<div class="phead"><span class="shop" aria-hidden="true">${initials(channel.value?.name ?? "S")}</span>
    <div class="grow"><b class="cut">${channel.value?.name ?? t("The shop")}</b><span class="mut cut">${openLine()}</span></div></div>`;
}

function MobileClock() {
  const still = !clock.value.desk;
  return html`<div class="mclock"><b>${shortDay(businessNow.value)} ${clockTime(businessNow.value)}</b>
    <button type="button" class="btn btn-sm" disabled=${still} onClick=${() => moveClock({ advance_seconds: 3600 })}>+1 h</button>
    <button type="button" class="btn btn-sm" disabled=${still} onClick=${() => moveClock({ advance_seconds: 86400 })}>+24 h</button>
    <${IconButton} icon="clock" label=${t("Clock, network and log")} aria-expanded=${controlsOpen.value ? "true" : "false"} onClick=${() => (controlsOpen.value = true)} /></div>`;
}

function Typing() {
  if (typingUntil.value <= tick.value) return null;
  return html`<div class="msg in"><div class="bub typing"><span class="dots" role="img" aria-label=${t("The shop is typing")}><i /><i /><i /></span></div></div>`;
}

/** Days and bubbles; a message directly after one of the same side stands closer. */
function Chat() {
  const list = messages.value;
  const answers = new Set(list.filter((each) => each.mine && each.quotes).map((each) => `${each.quotes} ${answerId(each)}`));
  let day = "";
  return list.map((message, place) => {
    const today = dayKey(message.at * 1000);
    const newDay = today !== day;
    day = today;
    const same = !newDay && list[place - 1]?.mine === message.mine;
    return html`${newDay && html`<div class="day" key=${`day ${today}`}>${today === dayKey(businessNow.value) ? t("Today") : fullDay(message.at * 1000)}</div>`}
      <${Bubble} key=${message.wamid} message=${message} same=${same} answers=${answers} />`;
  });
}

function answerId({ content, type }) {
  if (type === "button") return content.payload;
  return content.button_reply?.id ?? content.list_reply?.id ?? "";
}

function Messages() {
  const box = useRef(null);
  const atEnd = useRef(true);
  const [waiting, setWaiting] = useState(0);
  const count = messages.value.length;
  const last = messages.value[count - 1];
  const typing = typingUntil.value > tick.value;
  const toEnd = () => {
    box.current.scrollTop = box.current.scrollHeight;
    setWaiting(0);
  };
  useLayoutEffect(() => {
    if (atEnd.current || last?.mine) toEnd();
    else if (count) setWaiting((known) => known + 1);
  }, [last?.wamid, typing]);
  useEffect(() => {
    atEnd.current = true;
    toEnd();
  }, [customer.value?.id]);
  useEffect(() => {
    const watch = new ResizeObserver(() => atEnd.current && toEnd()); // a picture arrived, the keyboard opened
    watch.observe(box.current);
    watch.observe(box.current.firstElementChild);
    return () => watch.disconnect();
  }, []);
  const scrolled = () => {
    const { scrollHeight, scrollTop, clientHeight } = box.current;
    atEnd.current = scrollHeight - scrollTop - clientHeight < 40;
    if (atEnd.current) setWaiting(0);
  };
  return html`<div class="pmsgs" ref=${box} role="log" aria-label=${t("Chat")} tabindex="0" onScroll=${scrolled}>
      <div class="pinner">${count ? html`<${Chat} />` : html`<${Empty} />`}<${Typing} /></div>
    </div>
    ${waiting > 0 && html`<button type="button" class="btn btn-sm newer" onClick=${toEnd}><${Icon} name="down" small />${t("{count} new", { count: waiting })}</button>`}`;
}

function Empty() {
  if (!channel.value) return html`<p class="nothing">${t("No number yet. As soon as the desk runs and has a channel, this page goes on by itself.")}</p>`;
  return html`<p class="nothing">${t("Nothing written yet. Write as {name} and see what the desk does.", { name: customer.value?.name ?? "…" })}</p>`;
}

export function Phone() {
  const bars = [5, 7, 9, 11].map((height) => html`<i class=${`h${height}`} />`);
  const online = customer.value?.online;
  return html`<main class="desk" aria-label=${t("{name}'s phone", { name: customer.value?.name ?? "" })}><div class="phone"><div class="screen">
    <div class="pbar" aria-hidden="true"><span class="ptime">${hourMinute(businessNow.value)}</span><span class="lens" /><span class="sig">${online ? bars : html`<${Icon} name="offline" small />`}</span></div>
    <${MobileClock} /><${ShopHead} /><${Messages} /><${Composer} />
  </div></div></main>`;
}
