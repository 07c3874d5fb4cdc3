// The box to write in: text, files, a recorded voice, a place.
import { useEffect, useRef, useState } from "preact/hooks";
import { sendFile, write } from "./actions.js";
import { html, Icon, IconButton } from "./html.js";
import { PlaceForm } from "./place.js";
import { startRecording } from "./recorder.js";
import { channel, customer, notice, replyTo } from "./state.js";
import { t } from "./words.js";

function Attach({ onPlace }) {
  const [open, setOpen] = useState(false);
  const box = useRef(null);
  const inputs = { image: useRef(null), audio: useRef(null), file: useRef(null) };
  useEffect(() => {
    const away = (event) => box.current?.contains(event.target) || setOpen(false);
    document.addEventListener("pointerdown", away);
    return () => document.removeEventListener("pointerdown", away);
  }, []);
  const picked = (kind) => (event) => {
    const [file] = event.target.files;
    if (file) sendFile(file, file.name, { voice: kind === "audio" });
    event.target.value = "";
  };
  const item = (icon, label, act) => html`<button type="button" class="menu-item" onClick=${() => {
    setOpen(false);
    act();
  }}><${Icon} name=${icon} />${label}</button>`;
  return html`<div class="attach" ref=${box} onKeyDown=${(e) => e.key === "Escape" && setOpen(false)}>
    <${IconButton} icon="plus" label=${t("Attach a picture, voice, place or file")} aria-expanded=${open ? "true" : "false"} onClick=${() => setOpen(!open)} />
    ${open && html`<div class="menu">
      ${item("image", t("Picture"), () => inputs.image.current.click())}${item("mic", t("Voice from a file"), () => inputs.audio.current.click())}
      ${item("pin", t("Location"), onPlace)}${item("clip", t("Document"), () => inputs.file.current.click())}</div>`}
    <input hidden type="file" accept="image/jpeg,image/png" ref=${inputs.image} onChange=${picked("image")} aria-label=${t("Picture")} />
    <input hidden type="file" accept="audio/*" ref=${inputs.audio} onChange=${picked("audio")} aria-label=${t("Voice from a file")} />
    <input hidden type="file" ref=${inputs.file} onChange=${picked("file")} aria-label=${t("Document")} />
  </div>`;
}

function Quoting() {
  const quoted = replyTo.value;
  if (!quoted) return null;
  const words = quoted.content?.body?.text ?? quoted.content?.body ?? quoted.shown?.body ?? quoted.content?.caption ?? t("A message");
  return html`<div class="quoting"><span class="quote"><b>${quoted.mine ? t("You") : channel.value?.name}</b><span class="cut">${words}</span></span><${IconButton} small icon="x" label=${t("Do not quote")} onClick=${() => (replyTo.value = null)} /></div>`;
}

export function Composer() {
  const [words, setWords] = useState("");
  const [recording, setRecording] = useState(null);
  const place = useRef(null);
  const box = useRef(null);
  const name = (customer.value?.name ?? "").split(" ")[0];
  const off = !channel.value || !customer.value;
  useEffect(() => replyTo.value && box.current?.focus(), [replyTo.value]);
  const send = async (event) => {
    event?.preventDefault();
    const text = words.trim();
    if (!text) return;
    setWords("");
    if (!(await write("text", { body: text }))) setWords(text);
  };
  const record = async () => {
    if (recording) {
      const made = await recording.stop();
      setRecording(null);
      return made && sendFile(made, made.type.includes("ogg") ? "voice.ogg" : "voice.webm", { voice: true });
    }
    try {
      setRecording(await startRecording());
    } catch {
      notice.value = t("No microphone here. Choose a voice message from a file instead.");
    }
    return null;
  };
  const rows = Math.min(5, words.split("\n").length + Math.floor(words.length / 34));
  return html`<${Quoting} /><form class="pin" onSubmit=${send}>
    <${Attach} onPlace=${() => place.current.showModal()} />
    <span class="field">${recording
      ? html`<span class="rec" role="status">${t("Recording. Tap again to send.")}</span>`
      : html`<textarea ref=${box} rows=${rows} maxlength="4096" disabled=${off} aria-label=${t("Write as {name}", { name })} placeholder=${t("Write as {name}", { name })} value=${words} onInput=${(e) => setWords(e.target.value)} onKeyDown=${(e) => e.key === "Enter" && !e.shiftKey && !e.isComposing && send(e)} />`}</span>
    ${words.trim()
      ? html`<button class="go" aria-label=${t("Send")} title=${t("Send")}><${Icon} name="send" /></button>`
      : html`<button type="button" class=${`go${recording ? " on" : ""}`} disabled=${off} aria-label=${recording ? t("Send the recording") : t("Record a voice message")} title=${recording ? t("Send the recording") : t("Record a voice message")} onClick=${record}><${Icon} name=${recording ? "stop" : "mic"} /></button>`}
  </form><${PlaceForm} dialog=${place} />`;
}
