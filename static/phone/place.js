// Where the customer says they are.
import { useRef } from "preact/hooks";
import { write } from "./deeds.js";
import { html } from "./html.js";
import { t } from "./words.js";

const PLACES = [
  ["Piazza della Signoria", "Firenze", 43.76956, 11.25581],
  ["Stazione Centrale", "Milano", 45.48599, 9.20427],
  ["Via della Lungara 10", "Roma", 41.89332, 12.46655],
];

function Row({ label, ...rest }) {
  return html`<label class="form-row"><span>${label}</span><span class="field"><input autocomplete="off" ...${rest} /></span></label>`;
}

export function PlaceForm({ dialog, quotes }) {
  const form = useRef(null);
  const fill = ([name, address, latitude, longitude]) => {
    Object.entries({ name, address, latitude, longitude }).forEach(([key, value]) => (form.current.elements[key].value = value));
  };
  const send = (event) => {
    event.preventDefault();
    const { name, address, latitude, longitude } = Object.fromEntries(new FormData(form.current));
    dialog.current.close();
    write("location", { name, address, latitude: Number(latitude), longitude: Number(longitude) }, quotes ? { quotes } : {});
  };
  const [first] = PLACES;
  return html`<dialog class="dialog ask" ref=${dialog} aria-label=${t("Send a location")}><form ref=${form} onSubmit=${send}>
    <h2>${t("Send a location")}</h2>
    <div class="steps three">${PLACES.map((each) => html`<button type="button" class="btn btn-sm" onClick=${() => fill(each)}>${each[1]}</button>`)}</div>
    <${Row} label=${t("Name")} name="name" value=${first[0]} /><${Row} label=${t("Address")} name="address" value=${first[1]} />
    <div class="pair"><${Row} label=${t("Latitude")} name="latitude" type="number" step="any" min="-90" max="90" required value=${first[2]} /><${Row} label=${t("Longitude")} name="longitude" type="number" step="any" min="-180" max="180" required value=${first[3]} /></div>
    <div class="dialog-end"><button type="button" class="btn" onClick=${() => dialog.current.close()}>${t("Cancel")}</button><button class="btn btn-main">${t("Send")}</button></div>
  </form></dialog>`;
}
