// What goes wrong with the desk's next messages: the line, or any of Meta's refusals.
import { setFault } from "./actions.js";
import { html, Icon } from "./html.js";
import { errorCodes, faultKinds, faults } from "./state.js";
import { n, t } from "./words.js";

const LABELS = {
  none: n("Nothing"),
  timeout_after_accept: n("No answer, yet it arrives"),
  unheard: n("No answer and no ticks, yet it arrives"),
  cut: n("The line is cut before it is taken"),
  no_id: n("Taken, answered without an id"),
  http_500: n("Server error (500)"),
  http_500_with_id: n("Taken, answered with an error (500)"),
  slow: n("An answer 5 s late"),
  slow_number: n("Questions about the number 5 s late"),
  rate_limit: n("Too fast (130429)"),
  error: n("Refused with a code…"),
  transient_error: n("Refused for a moment, with a code…"),
  failed_status: n("Taken, then not delivered, with a code…"),
};
const WITH_CODE = ["error", "transient_error", "failed_status"];
const USUAL = { error: 131056, transient_error: 131000, failed_status: 131026 };
const SECONDS = { slow: 5, slow_number: 5, timeout_after_accept: 35, unheard: 35, cut: 2 };
const TIMES = [
  [1, n("once")],
  [5, n("five times")],
  [-1, n("until I stop it")],
];
const FOR_EVER = 1e8;

function Select({ label, value, onChange, children }) {
  return html`<span class="drop"><select class="pick box" aria-label=${label} value=${value} onChange=${(e) => onChange(e.target.value)}>${children}</select><${Icon} name="down" small /></span>`;
}

export function FaultPicker() {
  const [fault] = faults.value;
  const kind = fault?.kind ?? "none";
  const next = !fault ? 1 : fault.remaining > FOR_EVER ? -1 : fault.remaining > 1 ? 5 : 1;
  const set = (changes) => {
    const wanted = { kind, code: fault?.code, next, ...changes };
    if (wanted.kind !== kind) wanted.code = USUAL[wanted.kind];
    setFault({ kind: wanted.kind, next: wanted.next, ...(WITH_CODE.includes(wanted.kind) ? { code: wanted.code } : {}), ...(SECONDS[wanted.kind] ? { seconds: SECONDS[wanted.kind] } : {}) });
  };
  return html`<div class="fault stack" role="group" aria-labelledby="fault-title"><span id="fault-title">${t("Next answer fails with")}</span>
    <${Select} label=${t("What goes wrong")} value=${kind} onChange=${(value) => set({ kind: value })}>${["none", ...faultKinds.value].map((each) => html`<option key=${each} value=${each}>${t(LABELS[each] ?? each)}</option>`)}<//>
    ${WITH_CODE.includes(kind) && html`<${Select} label=${t("Meta's code")} value=${fault.code} onChange=${(value) => set({ code: Number(value) })}>${errorCodes.value.map(({ code, title }) => html`<option key=${code} value=${code}>${`${code} ${title}`}</option>`)}<//>`}
    ${fault && html`<div class="row"><${Select} label=${t("How often")} value=${next} onChange=${(value) => set({ next: Number(value) })}>${TIMES.map(([count, label]) => html`<option key=${count} value=${count}>${t(label)}</option>`)}<//>
      <span class="grow mut num">${fault.remaining > FOR_EVER ? "" : t("{count} to come", { count: fault.remaining })}</span><button type="button" class="link" onClick=${() => setFault({ kind: "none" })}>${t("Stop")}</button></div>`}
  </div>`;
}
