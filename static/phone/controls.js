// Right of the phone: clock, phone and network, what the desk did. On a narrow screen a panel over the phone.
import { useEffect, useRef } from "preact/hooks";
import { changeSettings, switchPhone } from "./actions.js";
import { Clock } from "./clock.js";
import { FaultPicker } from "./fault.js";
import { Tools } from "./header.js";
import { html, IconButton } from "./html.js";
import { controlsOpen, customer, log, logKnown, settings } from "./state.js";
import { clockTime } from "./time.js";
import { t } from "./words.js";

export function Switch({ label, hint, on, onChange, disabled }) {
  return html`<div class="fault"><span class="grow">${label}${hint && html`<small>${hint}</small>`}</span><button type="button" class="sw" role="switch" aria-checked=${on ? "true" : "false"} aria-label=${label} disabled=${disabled} onClick=${() => onChange(!on)} /></div>`;
}

function Network() {
  const who = customer.value;
  const rough = settings.value.duplicate >= 0.5 && settings.value.shuffle >= 0.5;
  return html`<section aria-labelledby="net-title"><h2 id="net-title">${t("Phone and network")}</h2>
    <${Switch} label=${t("Online")} hint=${t("off: messages stay at one tick")} on=${who?.online} disabled=${!who} onChange=${(on) => switchPhone({ online: on })} />
    <${Switch} label=${t("Read receipts")} on=${who?.read_receipts} disabled=${!who} onChange=${(on) => switchPhone({ read_receipts: on })} />
    <${Switch} label=${t("Opens messages by itself")} hint=${t("off: read when this chat is opened")} on=${settings.value.auto_read} onChange=${(on) => changeSettings({ auto_read: on })} />
    <${Switch} label=${t("Deliver twice, out of order")} hint=${t("repeats the webhook, as Meta does")} on=${rough} onChange=${(on) => changeSettings({ duplicate: on ? 1 : 0.05, shuffle: on ? 1 : 0.05 })} />
    <${FaultPicker} /></section>`;
}

function Log() {
  return html`<section aria-labelledby="log-title"><h2 id="log-title">${t("What the desk did")}</h2>
    ${log.value.length
      ? html`<ol class="log">${log.value.map((each, place) => html`<li key=${`${each.at} ${place}`}><time datetime=${each.at}>${clockTime(Date.parse(each.at))}</time><span>${each.text}</span></li>`)}</ol>`
      : html`<p class="mut quiet">${logKnown.value ? t("Nothing for this customer yet.") : t("The desk tells nothing at the moment.")}</p>`}</section>`;
}

export function Controls() {
  const close = useRef(null);
  const open = controlsOpen.value;
  useEffect(() => {
    if (open) close.current?.focus();
  }, [open]);
  return html`<aside class="ctl scroll" aria-label=${t("Clock, network and log")} data-open=${open ? "true" : undefined} onKeyDown=${(e) => e.key === "Escape" && (controlsOpen.value = false)}>
    <div class="ctl-head"><h2>${t("Clock, network and log")}</h2><span ref=${(at) => (close.current = at?.firstElementChild)}><${IconButton} icon="x" label=${t("Back to the phone")} onClick=${() => (controlsOpen.value = false)} /></span></div>
    <${Clock} /><${Network} /><${Log} /><section class="more-tools"><${Tools} /></section></aside>`;
}
