// Groups: a new one, and who comes and goes.
import { useRef, useState } from "preact/hooks";
import { addGroup } from "./actions.js";
import { member, suspend } from "./deeds.js";
import { html, Icon } from "./html.js";
import { initials, tone } from "./people.js";
import { channelId, customers, group } from "./state.js";
import { t } from "./words.js";

const MOST = 8;

export function NewGroup() {
  const dialog = useRef(null);
  const form = useRef(null);
  const [wrong, setWrong] = useState("");
  async function add(event) {
    event.preventDefault();
    const given = new FormData(form.current);
    const members = given.getAll("member").map(Number);
    if (!given.get("subject").trim() || members.length < 2 || members.length > MOST) return setWrong(t("A name, and two to eight members."));
    try {
      await addGroup({ channel: channelId.value, subject: given.get("subject"), members });
      dialog.current.close();
      form.current.reset();
      setWrong("");
    } catch (error) {
      setWrong(t(error.message));
    }
  }
  return html`<button type="button" class="btn new" onClick=${() => dialog.current.showModal()} title=${t("New group")}><${Icon} name="team" /><span>${t("New group")}</span></button>
    <dialog class="dialog ask" ref=${dialog} aria-labelledby="group-title">
      <form ref=${form} onSubmit=${add} novalidate>
        <h2 id="group-title">${t("New group")}</h2>
        <label class="form-row"><span>${t("Name")}</span><span class="field"><input name="subject" maxlength="128" autocomplete="off" /></span></label>
        <fieldset class="people"><legend>${t("Members")}</legend>${customers.value.slice(0, 30).map((each) => html`<label class="form-check" key=${each.id}><input type="checkbox" name="member" value=${each.id} />${each.name}</label>`)}</fieldset>
        <p class="wrong" role="alert">${wrong}</p>
        <div class="dialog-end"><button type="button" class="btn" onClick=${() => dialog.current.close()}>${t("Cancel")}</button><button class="btn btn-main">${t("Add")}</button></div>
      </form>
    </dialog>`;
}

function Person({ person, act, label }) {
  return html`<li><span class=${`av m ${tone(person.id)}`} aria-hidden="true">${initials(person.name)}</span><span class="grow cut">${person.name}</span>
    <button type="button" class="btn btn-sm" aria-label=${`${label}: ${person.name}`} onClick=${() => member(person.id, act)}>${label}</button></li>`;
}

/** Who is in the group, who asks to be, and who might come by the invitation. */
export function Members({ dialog }) {
  const shown = group.value;
  if (!shown) return null;
  const there = new Set([...shown.members, ...shown.asking].map((each) => each.id));
  const others = customers.value.filter((each) => !there.has(each.id)).slice(0, 12);
  const part = (title, people, act, label) => people.length > 0 && html`<h3 class="over">${title}</h3><ul class="people">${people.map((each) => html`<${Person} key=${each.id} person=${each} act=${act} label=${label} />`)}</ul>`;
  return html`<dialog class="dialog ask" ref=${dialog} aria-labelledby="members-title" onClick=${(e) => e.target === dialog.current && dialog.current.close()}>
    <h2 id="members-title">${shown.subject}</h2>
    ${shown.description && html`<p class="mut">${shown.description}</p>`}
    <p class="link-line">${shown.link}</p>
    <div class="goods">${part(t("In the group"), shown.members, "leave", t("Leaves"))}
    ${part(t("Ask to join"), shown.asking, "leave", t("Takes it back"))}
    ${part(t("Have the invitation"), others, "join", shown.by_approval ? t("Asks to join") : t("Joins"))}</div>
    <div class="dialog-end"><button type="button" class="btn btn-ghost" onClick=${() => suspend(!shown.suspended)}>${shown.suspended ? t("WhatsApp lets it go on") : t("WhatsApp suspends it")}</button><button type="button" class="btn" onClick=${() => dialog.current.close()}>${t("Close")}</button></div>
  </dialog>`;
}
