// Meta's side: business numbers with their codes, quality and limits, and new ones to be set up.
import { useRef, useState } from "preact/hooks";
import { changeNumber, changeTemplate } from "./actions.js";
import { Switch } from "./controls.js";
import { Field } from "./customers.js";
import { Dialog, html, Icon } from "./html.js";
import { metaOpen, numberChoices, numbers } from "./state.js";
import { n, t } from "./words.js";

const SHOWN = {
  status: n("Status"),
  quality_rating: n("Quality"),
  messaging_limit: n("Limit"),
  name_status: n("Display name"),
  oba_status: n("Official badge"),
  code_verification_status: n("Code"),
};
const COPIED = [
  ["phone_number_id", n("Phone number ID")],
  ["waba_id", n("Account ID")],
  ["access_token", n("Access token")],
  ["app_secret", n("App secret")],
];

function Copied({ label, value }) {
  const [done, setDone] = useState(false);
  const copy = () => navigator.clipboard?.writeText(value).then(() => setDone(true), () => null);
  return html`<div class="copied"><span class="mut">${label}</span><code class="cut" title=${value}>${value}</code><button type="button" class="btn btn-sm" aria-label=${t("Copy {what}", { what: label })} onClick=${copy}>${done ? t("Copied") : t("Copy")}</button></div>`;
}

function TemplateLine({ template, number }) {
  const { name, language } = template;
  const choose = (event) => changeTemplate({ phone_number_id: number.phone_number_id, name, language, status: event.target.value });
  return html`<div class="template-line"><span class="grow cut"><b>${name}</b> <span class="mut">${language} · ${template.category.toLowerCase()}</span></span>
    <span class="drop"><select class="pick box" aria-label=${t("Status of {name}", { name: `${name} ${language}` })} value=${template.status} onChange=${choose}>${[...new Set([template.status, ...(numberChoices.value.template_status ?? [])])].map((each) => html`<option key=${each} value=${each}>${each}</option>`)}</select><${Icon} name="down" small /></span></div>`;
}

function NumberCard({ number }) {
  const choose = (key) => (event) => changeNumber({ phone_number_id: number.phone_number_id, [key]: event.target.value });
  return html`<details class="meta-number" open=${numbers.value.length === 1 || number.code !== ""}>
    <summary><span class="grow"><b>${number.name}</b> <span class="num mut">${number.display_phone_number}</span></span><span class=${`chip ${number.status === "CONNECTED" ? "" : "warning"}`}>${number.status}</span></summary>
    ${number.code && html`<p class="code" role="status"><${Icon} name="phone" />${t("Code by SMS")} <b class="num">${number.code.slice(0, 3)}-${number.code.slice(3)}</b></p>`}
    ${number.issued && html`<div class="copies">${COPIED.map(([key, label]) => html`<${Copied} key=${key} label=${t(label)} value=${number[key]} />`)}</div>`}
    <div class="choices">${Object.entries(SHOWN).map(([key, label]) => html`<label class="form-row" key=${key}><span>${t(label)}</span><span class="drop"><select class="pick box" aria-label=${t(label)} value=${number[key]} onChange=${choose(key)}>${(numberChoices.value[key] ?? []).map((each) => html`<option key=${each} value=${each}>${each || t("never asked for")}</option>`)}</select><${Icon} name="down" small /></span></label>`)}</div>
    <${Switch} label=${t("Also in the Business app (coexistence)")} hint=${t("then edits and deletions are told")} on=${number.is_on_biz_app} onChange=${(on) => changeNumber({ phone_number_id: number.phone_number_id, is_on_biz_app: on })} />
    ${number.templates.length > 0 && html`<details class="templates"><summary>${t("Templates")} <span class="mut num">${number.templates.length}</span></summary>${number.templates.map((each) => html`<${TemplateLine} key=${`${each.name} ${each.language}`} template=${each} number=${number} />`)}</details>`}
    <p class="mut webhook-line">${number.subscribed ? t("Webhooks go to {url}", { url: number.callback }) : t("No webhooks: the desk has not subscribed yet.")}</p>
  </details>`;
}

export function MetaSide() {
  const form = useRef(null);
  const [wrong, setWrong] = useState("");
  const issue = async (event) => {
    event.preventDefault();
    const { number, name } = Object.fromEntries(new FormData(form.current));
    const made = await changeNumber({ display_phone_number: number, name });
    setWrong(made ? "" : t("not a phone number with its country code"));
    if (made) form.current.reset();
  };
  return html`<${Dialog} open=${metaOpen} label=${t("Meta's side")} wide>
    <h2>${t("Meta's side")}</h2><p class="mut">${t("What Meta would decide about the shop's numbers. The desk hears of it when it asks, or by webhook.")}</p>
    <div class="scroll metas">${numbers.value.map((each) => html`<${NumberCard} key=${each.phone_number_id} number=${each} />`)}</div>
    <form ref=${form} class="issue" onSubmit=${issue}><h3 class="over">${t("A new number, to be set up in the desk")}</h3>
      <div class="pair"><${Field} label=${t("Phone number")} name="number" inputmode="tel" required placeholder="+39 055 000 7788" /><${Field} label=${t("Display name")} name="name" maxlength="75" placeholder="Bottega Due" /></div>
      <p class="wrong" role="alert">${wrong}</p>
      <div class="dialog-end"><button type="button" class="btn" onClick=${() => (metaOpen.value = false)}>${t("Close")}</button><button class="btn btn-main">${t("Issue number")}</button></div></form>
  <//>`;
}
