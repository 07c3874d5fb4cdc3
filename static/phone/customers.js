import { useEffect, useRef, useState } from "preact/hooks";
import { addCustomer, choose, loadCustomers } from "./actions.js";
import { html, Icon } from "./html.js";
import { businessNow, customerCount, customerId, customers, search } from "./state.js";
import { listTime } from "./time.js";
import { t } from "./words.js";

export const initials = (name) =>
  name
    .replace(/^\+/, "")
    .split(/\s+/)
    .map((word) => word[0])
    .slice(0, 2)
    .join("")
    .toUpperCase();

function describe(customer) {
  if (customer.note) return t(customer.note);
  return customer.wa_id ? `+${customer.wa_id}` : t("no phone number, user id only");
}

function Row({ customer }) {
  const current = customer.id === customerId.value;
  const row = useRef(null);
  useEffect(() => {
    if (current) row.current.scrollIntoView({ block: "nearest" });
  }, [current]);
  return html`<button type="button" class="cu" ref=${row} title=${customer.name} aria-current=${current ? "true" : undefined} onClick=${() => choose(customer.id)}>
    <span class=${`av m a${(customer.id % 5) + 1}`} aria-hidden="true">${initials(customer.name)}${!customer.online && html`<i class="st off" />`}</span>
    <b class="cut">${customer.name}</b><time>${listTime(customer.active_at * 1000, businessNow.value)}</time>
    <small class="cut">${describe(customer)}${!customer.online && html`<span class="sr"> ${t("offline")}</span>`}</small>
  </button>`;
}

function Field({ label, hint, ...rest }) {
  return html`<label class="form-row"><span>${label}</span><span class="field"><input ...${rest} /></span>${hint && html`<small>${hint}</small>`}</label>`;
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
        <${Field} label=${t("Name")} name="name" maxlength="80" autocomplete="off" placeholder="Lucia Ferraro" />
        <label class="form-check"><input type="checkbox" checked=${hidden} onChange=${(e) => setHidden(e.target.checked)} />${t("Hides the number: the desk only gets a user id")}</label>
        ${!hidden && html`<${Field} label=${t("Phone number")} name="number" inputmode="tel" autocomplete="off" placeholder="+39 333 123 4567" hint=${t("With the country code")} aria-invalid=${wrong ? "true" : undefined} aria-describedby="new-wrong" />`}
        <p class="wrong" id="new-wrong" role="alert">${wrong}</p>
        <div class="dialog-end"><button type="button" class="btn" onClick=${() => dialog.current.close()}>${t("Cancel")}</button><button class="btn btn-main">${t("Add")}</button></div>
      </form>
    </dialog>`;
}

export function Customers() {
  const many = customerCount.value > 12;
  return html`<aside class="cust" aria-label=${t("Customers you play")}>
    <h2>${t("You are")}</h2>
    ${many && html`<label class="field find"><${Icon} name="search" /><input type="search" aria-label=${t("Search customers")} placeholder=${t("Search {count} customers", { count: customerCount.value })} value=${search.value} onInput=${(e) => {
      search.value = e.target.value;
      loadCustomers();
    }} /></label>`}
    <nav>${customers.value.map((each) => html`<${Row} key=${each.id} customer=${each} />`)}</nav>
    <${NewCustomer} />
  </aside>`;
}
