// The chat: days and bubbles, kept at the newest message unless somebody reads further up.
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { Bubble } from "./bubble.js";
import { html, Icon } from "./html.js";
import { businessNow, channel, chatKey, customer, group, isMine, messages, tick, typingUntil } from "./state.js";
import { dayKey, fullDay } from "./time.js";
import { t } from "./words.js";

function Typing() {
  if (typingUntil.value <= tick.value) return null;
  return html`<div class="msg in"><div class="bub typing"><span class="dots" role="img" aria-label=${t("The shop is typing")}><i /><i /><i /></span></div></div>`;
}

function answerId({ content, type }) {
  if (type === "button") return content.payload;
  return content.button_reply?.id ?? content.list_reply?.id ?? content.call_permission_reply?.response ?? "";
}

/** A message directly after one of the same person stands closer. */
function Days() {
  const list = messages.value;
  const answers = new Set(list.filter((each) => isMine(each) && each.quotes).map((each) => `${each.quotes} ${answerId(each)}`));
  let day = "";
  return list.map((message, place) => {
    const today = dayKey(message.at * 1000);
    const newDay = today !== day;
    day = today;
    const before = list[place - 1];
    const same = !newDay && before?.mine === message.mine && (!message.mine || before.customer === message.customer);
    return html`${newDay && html`<div class="day" key=${`day ${today}`}>${today === dayKey(businessNow.value) ? t("Today") : fullDay(message.at * 1000)}</div>`}
      <${Bubble} key=${message.wamid} message=${message} same=${same} answers=${answers} />`;
  });
}

function Empty() {
  if (!channel.value) return html`<p class="nothing">${t("No number yet. As soon as the desk runs and has a channel, this page goes on by itself.")}</p>`;
  if (group.value) return html`<p class="nothing">${t("Nothing written in this group yet.")}</p>`;
  return html`<p class="nothing">${t("Nothing written yet. Write as {name} and see what the desk does.", { name: customer.value?.name ?? "…" })}</p>`;
}

export function Messages() {
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
    if (atEnd.current || (last && isMine(last))) toEnd();
    else if (count) setWaiting((known) => known + 1);
  }, [last?.wamid, typing]);
  useEffect(() => {
    atEnd.current = true;
    toEnd();
  }, [chatKey.value]);
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
      <div class="pinner">${count ? html`<${Days} />` : html`<${Empty} />`}<${Typing} /></div>
    </div>
    ${waiting > 0 && html`<button type="button" class="btn btn-sm newer" onClick=${toEnd}><${Icon} name="down" small />${t("{count} new", { count: waiting })}</button>`}`;
}
