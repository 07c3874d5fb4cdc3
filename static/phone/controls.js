// Right of the phone: clock, phone and network, what the desk did. On a narrow screen a panel over the phone.
import { useEffect, useRef } from "preact/hooks";
import { changeSettings, setFault, switchPhone } from "./actions.js";
import { Clock } from "./clock.js";
import { html, Icon, IconButton } from "./html.js";
import { controlsOpen, customer, faults, log, logKnown, settings } from "./state.js";
import { clockTime } from "./time.js";
import { t } from "./words.js";

const FAULTS = {
  none: ["Nothing", { kind: "none" }],
  timeout: ["No answer, yet it arrives", { kind: "timeout_after_accept", seconds: 35 }],
  http_500: ["Server error (500)", { kind: "http_500" }],
  slow: ["An answer 5 s late", { kind: "slow", seconds: 5 }],
  rate: ["Too fast (130429)", { kind: "rate_limit" }],
  pair: ["Too many to one customer (131056)", { kind: "error", code: 131056 }],
  token: ["Token expired (190)", { kind: "error", code: 190 }],
  later: ["Taken, then not delivered (131026)", { kind: "failed_status", code: 131026 }],
};

function Switch({ label, hint, on, onChange, disabled }) {
  return html`<div class="fault"><span class="grow">${label}${hint && html`<small>${hint}</small>`}</span><button type="button" class="sw" role="switch" aria-checked=${on ? "true" : "false"} aria-label=${label} disabled=${disabled} onClick=${() => onChange(!on)} /></div>`;
}

function chosenFault() {
  const [fault] = faults.value;
  if (!fault) return "none";
  const found = Object.entries(FAULTS).find(([, [, body]]) => body.kind === fault.kind && (!body.code || body.code === fault.code));
  return found ? found[0] : "other";
}

function Network() {
  const who = customer.value;
  const rough = settings.value.duplicate >= 0.5 && settings.value.shuffle >= 0.5;
  const chosen = chosenFault();
  return html`<section aria-labelledby="net-title"><h2 id="net-title">${t("Phone and network")}</h2>
    <${Switch} label=${t("Online")} hint=${t("off: messages stay at one tick")} on=${who?.online} disabled=${!who} onChange=${(on) => switchPhone({ online: on })} />
    <${Switch} label=${t("Read receipts")} on=${who?.read_receipts} disabled=${!who} onChange=${(on) => switchPhone({ read_receipts: on })} />
    <${Switch} label=${t("Deliver twice, out of order")} hint=${t("repeats the webhook, as Meta does")} on=${rough} onChange=${(on) => changeSettings({ duplicate: on ? 1 : 0.05, shuffle: on ? 1 : 0.05 })} />
    <div class="fault stack"><label for="fault">${t("Next answer fails with")}</label>
      <span class="drop"><select id="fault" class="pick box" value=${chosen} onChange=${(e) => setFault(FAULTS[e.target.value][1])}>
        ${Object.entries(FAULTS).map(([key, [label]]) => html`<option key=${key} value=${key}>${t(label)}</option>`)}
        ${chosen === "other" && html`<option value="other" disabled>${faults.value[0].kind}</option>`}
      </select><${Icon} name="down" small /></span></div></section>`;
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
    <${Clock} /><${Network} /><${Log} /></aside>`;
}
