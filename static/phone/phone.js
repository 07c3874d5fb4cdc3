// The phone itself: its frame, the chat's head, the chat and the box to write in.
import { moveClock } from "./actions.js";
import { Messages } from "./chat.js";
import { Composer } from "./composer.js";
import { html, Icon, IconButton } from "./html.js";
import { Barred, GroupHead, ShopHead, SpeakAs } from "./shop.js";
import { businessNow, clock, controlsOpen, customer, group } from "./state.js";
import { clockTime, hourMinute, shortDay } from "./time.js";
import { t } from "./words.js";

function MobileClock() {
  const still = !clock.value.desk;
  return html`<div class="mclock"><b>${shortDay(businessNow.value)} ${clockTime(businessNow.value)}</b>
    <button type="button" class="btn btn-sm" disabled=${still} onClick=${() => moveClock({ advance_seconds: 3600 })}>+1 h</button>
    <button type="button" class="btn btn-sm" disabled=${still} onClick=${() => moveClock({ advance_seconds: 86400 })}>+24 h</button>
    <${IconButton} icon="clock" label=${t("Clock, network and log")} aria-expanded=${controlsOpen.value ? "true" : "false"} onClick=${() => (controlsOpen.value = true)} /></div>`;
}

export function Phone() {
  const bars = [5, 7, 9, 11].map((height) => html`<i class=${`h${height}`} />`);
  const online = customer.value?.online;
  return html`<main class="desk" aria-label=${t("{name}'s phone", { name: customer.value?.name ?? "" })}><div class="phone"><div class="screen">
    <div class="pbar" aria-hidden="true"><span class="ptime">${hourMinute(businessNow.value)}</span><span class="lens" /><span class="sig">${online ? bars : html`<${Icon} name="offline" small />`}</span></div>
    <${MobileClock} />${group.value ? html`<${GroupHead} />` : html`<${ShopHead} />`}<${Messages} /><${Barred} /><${SpeakAs} /><${Composer} />
  </div></div></main>`;
}
