// The box to write in: text, an edit, a recorded voice.
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { useAttach } from "./attach.js";
import { who } from "./bubble.js";
import { edit, sendFile, writeText } from "./deeds.js";
import { html, Icon, IconButton } from "./html.js";
import { startRecording } from "./recorder.js";
import { about, channel, customer, customerId, editing, fromAd, group, notice, replyTo } from "./state.js";
import { t } from "./words.js";

const LONGEST = 4096;
const text = (message) => message.content?.body?.text ?? message.content?.body ?? message.shown?.body ?? message.content?.caption ?? t("A message");

/** What the next message hangs on: a quote, an edit, a product, an advertisement. */
function Over() {
  const { value: quoted } = replyTo;
  const line = (head, words, icon, drop, label) => html`<div class="quoting"><span class="quote"><b>${icon && html`<${Icon} name=${icon} small />`}${head}</b><span class="cut">${words}</span></span><${IconButton} small icon="x" label=${label} onClick=${drop} /></div>`;
  return html`${fromAd.value && line(t("From an ad"), t("The next message opens 72 hours without charge."), "flag", () => (fromAd.value = false), t("Not from an ad"))}
    ${about.value && line(t("About {product}", { product: about.value.name }), about.value.description, "box", () => (about.value = null), t("Not about this product"))}
    ${editing.value && line(t("Edit"), text(editing.value), "note", () => (editing.value = null), t("Do not edit"))}
    ${quoted && line(who({ customer: quoted.mine ? quoted.customer : null, sender: quoted.sender }), text(quoted), "", () => (replyTo.value = null), t("Do not quote"))}`;
}

function useRecording() {
  const [recording, setRecording] = useState(null);
  const [seconds, setSeconds] = useState(0);
  useEffect(() => {
    if (!recording) return undefined;
    setSeconds(0);
    const timer = setInterval(() => setSeconds((known) => known + 1), 1000);
    return () => clearInterval(timer);
  }, [recording]);
  const begin = async () => {
    try {
      setRecording(await startRecording());
    } catch {
      notice.value = t("No microphone here. Choose a voice message from a file instead.");
    }
  };
  const end = async (send) => {
    const made = await recording.stop();
    setRecording(null);
    if (send && made) await sendFile(made, made.type.includes("ogg") ? "voice.ogg" : "voice.webm", { voice: true });
  };
  return { recording, seconds, begin, end };
}

const minutes = (seconds) => `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;

export function Composer() {
  const [words, setWords] = useState("");
  const { recording, seconds, begin, end } = useRecording();
  const box = useRef(null);
  const { menu, dialogs } = useAttach({ words: () => words.trim(), onSent: () => setWords("") });
  const name = (customer.value?.name ?? "").split(" ")[0];
  const off = !channel.value || !customer.value || group.value?.suspended;
  useLayoutEffect(() => {
    if (replyTo.value) box.current?.focus();
  }, [replyTo.value]);
  useLayoutEffect(() => {
    if (!editing.value) return; // at once: what is typed next must not be overwritten
    setWords(text(editing.value));
    box.current?.focus();
  }, [editing.value]);
  useLayoutEffect(() => setWords(""), [customerId.value, group.value?.id]);
  const send = async (event) => {
    event?.preventDefault();
    const said = words.trim();
    if (!said) return;
    setWords("");
    if (!(await (editing.value ? edit(editing.value, said) : writeText(said)))) setWords(said);
  };
  const rows = Math.min(5, words.split("\n").length + Math.floor(words.length / 34));
  const label = t("Write as {name}", { name });
  const button = (icon, said, onClick, more = "") => html`<button type="button" class=${`go${more}`} disabled=${off} aria-label=${said} title=${said} onClick=${onClick}><${Icon} name=${icon} /></button>`;
  return html`<${Over} /><form class="pin" onSubmit=${send}>
    ${recording ? html`<${IconButton} icon="x" label=${t("Throw the recording away")} onClick=${() => end(false)} />` : menu}
    <span class="field">${recording
      ? html`<span class="rec" role="status"><i />${t("Recording")} <span class="num">${minutes(seconds)}</span></span>`
      : html`<textarea ref=${box} rows=${rows} maxlength=${LONGEST} disabled=${off} aria-label=${label} placeholder=${label} value=${words} onInput=${(e) => setWords(e.target.value)} onKeyDown=${(e) => e.key === "Enter" && !e.shiftKey && !e.isComposing && send(e)} />`}</span>
    ${words.trim() && !recording
      ? html`<button class="go" aria-label=${t("Send")} title=${t("Send")}><${Icon} name=${editing.value ? "check" : "send"} /></button>`
      : recording ? button("send", t("Send the recording"), () => end(true)) : button("mic", t("Record a voice message"), begin)}
  </form>${dialogs}`;
}
