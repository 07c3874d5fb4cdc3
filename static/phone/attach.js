// The + beside the box: files, a place, a contact, goods, and what only the phone app can show.
import { useRef } from "preact/hooks";
import { trying } from "./actions.js";
import { sendFile, write } from "./deeds.js";
import { html } from "./html.js";
import { CardForm } from "./card.js";
import { Catalogue } from "./goods.js";
import { PlaceForm } from "./place.js";
import { sampleFile } from "./sample.js";
import { Item, Menu } from "./menu.js";
import { channel, fromAd, group } from "./state.js";
import { t } from "./words.js";

const ACCEPTED = { image: "image/jpeg,image/png", video: "video/mp4,video/3gpp", audio: "audio/*", sticker: "image/webp" };

/** The menu's parts: {menu} beside the box, {dialogs} outside its form. `words()` is what stands in the box, for a caption. */
export function useAttach({ words, onSent }) {
  const place = useRef(null);
  const card = useRef(null);
  const goods = useRef(null);
  const input = useRef(null);
  const kind = useRef("");
  const pick = (what) => () => {
    kind.current = what;
    input.current.accept = ACCEPTED[what] ?? "";
    input.current.click();
  };
  const picked = async (event) => {
    const [file] = event.target.files;
    event.target.value = "";
    if (file && (await sendFile(file, file.name, { caption: words(), voice: kind.current === "audio" }))) onSent();
  };
  const sample = async () => {
    const made = await trying(sampleFile);
    if (made && (await sendFile(made, "brocca.jpg", { caption: words() }))) onSent();
  };
  const off = !channel.value;
  const menu = html`<${Menu} icon="plus" label=${t("Attach a picture, voice, place, contact or order")}>
    <${Item} icon="image" disabled=${off} onClick=${pick("image")}>${t("Picture")}<//><${Item} icon="image" disabled=${off} onClick=${sample}>${t("A sample picture")}<//>
    <${Item} icon="play" disabled=${off} onClick=${pick("video")}>${t("Video")}<//><${Item} icon="mic" disabled=${off} onClick=${pick("audio")}>${t("Voice from a file")}<//>
    <${Item} icon="clip" disabled=${off} onClick=${pick("document")}>${t("Document")}<//><${Item} icon="pin" disabled=${off} onClick=${() => place.current.showModal()}>${t("Location")}<//>
    <${Item} icon="mine" disabled=${off} onClick=${() => card.current.showModal()}>${t("Contact")}<//>
    ${!group.value && channel.value?.catalogue && html`<${Item} icon="box" onClick=${() => goods.current.showModal()}>${t("Order from the catalogue")}<//>`}
    <${Item} icon="chart" disabled=${off} onClick=${() => write("unsupported", { type: "poll" })}>${t("A poll (the desk cannot read it)")}<//>
    ${!group.value && html`<${Item} icon="flag" onClick=${() => (fromAd.value = true)}>${t("I come from an ad")}<//>`}
  <//>`;
  const dialogs = html`<input hidden type="file" ref=${input} onChange=${picked} aria-label=${t("File")} />
    <${PlaceForm} dialog=${place} /><${CardForm} dialog=${card} /><${Catalogue} dialog=${goods} />`;
  return { menu, dialogs };
}
