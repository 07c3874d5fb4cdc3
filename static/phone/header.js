// Over everything: the shop's number, the desk's state, and the tools.
import { chooseChannel, loadNumbers, startOver } from "./actions.js";
import { Dialog, html, Icon } from "./html.js";
import { MetaSide } from "./meta.js";
import { channel, channelId, channels, clock, inboxUrl, metaOpen, notice, numbers, startOverOpen } from "./state.js";
import { t } from "./words.js";

function Mark() {
  return html`<svg viewBox="0 0 22 22" fill="none" aria-hidden="true"><path d="M4 19V10a7 7 0 0 1 14 0v9" fill="currentColor" fill-opacity=".16" /><path d="M4 19V10a7 7 0 0 1 14 0v9" stroke="currentColor" stroke-width="2" stroke-linecap="round" /><path d="M1.5 19h19" stroke="currentColor" stroke-width="2.4" stroke-linecap="round" /><circle cx="11" cy="10.5" r="2.3" fill="currentColor" /><path d="M7 18.5c.3-2.9 1.8-4.2 4-4.2s3.7 1.3 4 4.2z" fill="currentColor" /></svg>`;
}

function ChannelName() {
  if (channels.value.length < 2) return html`<span>${channel.value?.name ?? t("No number yet")}</span>`;
  return html`<select class="pick" aria-label=${t("The shop's number")} value=${channelId.value} onChange=${(e) => chooseChannel(e.target.value)}>
    ${channels.value.map((each) => html`<option key=${each.phone_number_id} value=${each.phone_number_id}>${each.name} ${each.number}</option>`)}
  </select>`;
}

function StartOver() {
  return html`<${Dialog} open=${startOverOpen} label=${t("Start over?")}>
    <form method="dialog" onSubmit=${(e) => e.submitter?.value === "yes" && startOver()}>
      <h2>${t("Start over?")}</h2>
      <p>${t("Chats, customers, faults and switches of the simulator go. The desk keeps what it has.")}</p>
      <div class="dialog-end"><button class="btn" value="no" autofocus>${t("Keep")}</button><button class="btn btn-danger" value="yes">${t("Start over")}</button></div>
    </form>
  <//>`;
}

/** In the header, and on a narrow screen at the end of the controls. */
export function Tools() {
  const waiting = numbers.value.some((each) => each.code);
  const meta = () => {
    loadNumbers();
    metaOpen.value = true;
  };
  return html`<button type="button" class="btn btn-ghost" onClick=${meta}><${Icon} name="gear" />${t("Meta's side")}${waiting && html`<span class="dot" role="img" aria-label=${t("a code is waiting")} />`}</button>
    <button type="button" class="btn btn-ghost" onClick=${() => (startOverOpen.value = true)}><${Icon} name="retry" />${t("Start over")}</button>`;
}

export function Header() {
  const deskDown = !clock.value.desk;
  return html`<header>
    <div class="brand"><${Mark} /><div><b>${t("Phone simulator")}</b><${ChannelName} /></div></div>
    <span class="chip info opt">${t("Nothing here reaches WhatsApp")}</span>
    <span role="status" class="cut">
      ${deskDown && html`<span class="chip warning" title=${t("What customers write is kept and sent as soon as the desk answers.")}><${Icon} name="offline" />${t("The desk does not answer")}</span>`}
    </span>
    <div class="end"><span class="tools"><${Tools} /></span><a class="btn inbox" href=${inboxUrl.value}><${Icon} name="pool" />${t("Open the inbox")}</a></div>
    <${MetaSide} /><${StartOver} />
    ${notice.value && html`<div class="toast" role="alert"><span class="grow">${notice.value}</span><button type="button" class="act" onClick=${() => (notice.value = "")}>${t("Close")}</button></div>`}
  </header>`;
}
