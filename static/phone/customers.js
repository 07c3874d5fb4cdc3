// Left of the phone: whom we play, alone or in a group.
import { useEffect, useRef, useState } from "preact/hooks";
import { addCustomer, choose, chooseGroup, loadCustomers } from "./actions.js";
import { html, Icon } from "./html.js";
import { NewGroup } from "./members.js";
import { initials, tone } from "./people.js";
import { businessNow, customerCount, customerId, customers, groupId, groups, search } from "./state.js";
import { listTime } from "./time.js";
import { t } from "./words.js";

function describe(customer) {
  if (customer.note) return t(customer.note);
  return customer.wa_id ? `+${customer.wa_id}` : t("no phone number, user id only");
}

function Entry({ current, name, at, avatar, onClick, children }) {
  const row = useRef(null);
  useEffect(() => {
    if (current) row.current.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [current]);
  return html`<button type="button" class="cu" ref=${row} title=${name} aria-current=${current ? "true" : undefined} onClick=${onClick}>
    ${avatar}<b class="cut">${name}</b><time>${listTime(at * 1000, businessNow.value)}</time><small class="cut">${children}</small>
  </button>`;
}

function CustomerRow({ customer }) {
  const avatar = html`<span class=${`av m ${tone(customer.id)}`} aria-hidden="true">${initials(customer.name)}${!customer.online && html`<i class="st off" />`}</span>`;
  return html`<${Entry} current=${!groupId.value && customer.id === customerId.value} name=${customer.name} at=${customer.active_at} avatar=${avatar} onClick=${() => choose(customer.id)}>${describe(customer)}${!customer.online && html`<span class="sr"> ${t("offline")}</span>`}<//>`;
}

function GroupRow({ group }) {
  const avatar = html`<span class="av m none" aria-hidden="true"><${Icon} name="team" /></span>`;
  return html`<${Entry} current=${group.id === groupId.value} name=${group.subject} at=${group.active_at} avatar=${avatar} onClick=${() => chooseGroup(group)}>${group.suspended ? t("suspended by WhatsApp") : t("group of {count}", { count: group.members.length })}<//>`;
}

export function Field({ label, hint, ...rest }) {
  return html`<label class="form-row"><span>${label}</span><span class="field"><input autocomplete="off" ...${rest} /></span>${hint && html`<small>${hint}</small>`}</label>`;
}

function NewCustomer() {
  const dialog = useRef(null);
  const form = useRef(null);
  const [wrong, setWrong] = useState("");
  const [hidden, setHidden] = useState(false);
  async function add(event) {
    event.preventDefault();
    const given = Object.fromEntries(new FormData(form.current));
    if (!hidden && !given.number.trim()) return setWrong(t("Give a number, or choose “hides the number”."));
    try {
      await addCustomer({ ...given, number: hidden ? "" : given.number });
      dialog.current.close();
      form.current.reset();
      setWrong("");
    } catch (error) {
      setWrong(t(error.message));
    }
  }
  return html`<button type="button" class="btn new" onClick=${() => dialog.current.showModal()} title=${t("New customer")}><${Icon} name="plus" /><span>${t("New customer")}</span></button>
    <dialog class="dialog ask" ref=${dialog} aria-labelledby="new-title">
      <form ref=${form} onSubmit=${add} novalidate>
        <h2 id="new-title">${t("New customer")}</h2>
        <${Field} label=${t("Name")} name="name" maxlength="80" placeholder="Lucia Ferraro" />
        <label class="form-check"><input type="checkbox" checked=${hidden} onChange=${(e) => setHidden(e.target.checked)} />${t("Hides the number: the desk only gets a user id")}</label>
        ${!hidden && html`<${Field} label=${t("Phone number")} name="number" inputmode="tel" placeholder="+39 333 123 4567" hint=${t("With the country code")} aria-invalid=${wrong ? "true" : undefined} aria-describedby="new-wrong" />`}
        <p class="wrong" id="new-wrong" role="alert">${wrong}</p>
        <div class="dialog-end"><button type="button" class="btn" onClick=${() => dialog.current.close()}>${t("Cancel")}</button><button class="btn btn-main">${t("Add")}</button></div>
      </form>
    </dialog>`;
}

export function Customers() {
  const many = customerCount.value > 12;
  const shown = search.value ? groups.value.filter((each) => each.subject.toLowerCase().includes(search.value.toLowerCase())) : groups.value;
  return html`<aside class="cust" aria-label=${t("Customers you play")}>
    <h2>${t("You are")}</h2>
    ${many && html`<label class="field find"><${Icon} name="search" /><input type="search" aria-label=${t("Search customers")} placeholder=${t("Search {count} customers", { count: customerCount.value })} value=${search.value} onInput=${(e) => {
      search.value = e.target.value;
      loadCustomers();
    }} /></label>`}
    <nav>${many ? shown.map((each) => html`<${GroupRow} key=${each.id} group=${each} />`) : null}${customers.value.map((each) => html`<${CustomerRow} key=${each.id} customer=${each} />`)}${many ? null : shown.map((each) => html`<${GroupRow} key=${each.id} group=${each} />`)}</nav>
    <div class="news"><${NewCustomer} /><${NewGroup} /></div>
  </aside>`;
}
