import assert from "node:assert/strict";
import { test } from "node:test";
import { drawn, find, textOf, withClass } from "./page.js";

const { h } = await import("preact");
const { Bubble } = await import("../../static/phone/bubble.js");
const { Words } = await import("../../static/phone/content.js");
const { initials } = await import("../../static/phone/people.js");
const { channel, channelId, channels, customerId } = await import("../../static/phone/state.js");

channels.value = [{ phone_number_id: "1", name: "Bottega Tramontana" }];
channelId.value = "1";
customerId.value = 7;

const words = (text) => drawn(h(Words, { text }));
const message = (type, content, more = {}) => ({ wamid: "w1", type, content, at: 1_790_000_000, mine: false, reactions: {}, customer: 7, ...more });
const bubble = (given, answers = new Set()) => drawn(h(Bubble, { message: given, same: false, answers }));
const buttons = (nodes) => find(find(nodes, withClass("pbtns")), ({ tag }) => tag === "button" || tag === "a");

test("bold, italic and struck words", () => {
  assert.deepEqual(find(words("*uno* _due_ ~tre~"), () => true).map(({ tag, children }) => [tag, ...children]), [["b", "uno"], ["i", "due"], ["s", "tre"]]);
  assert.equal(textOf(words("*uno* _due_ ~tre~")), "uno due tre");
});

test("marks that are none stay text", () => {
  for (const text of ["2*3*", "a*b*c", "a * b * c", "*", "**", "file_name_2.pdf", "https://x.example/_a_b", "*due\nrighe*"]) {
    assert.equal(textOf(words(text)), text);
    assert.equal(find(words(text), ({ tag }) => tag !== "a").length, 0, text);
  }
});

test("markup of a customer is text, never an element", () => {
  const nodes = words("<img src=x onerror=alert(1)> *<b>x</b>*");
  assert.equal(textOf(nodes), "<img src=x onerror=alert(1)> <b>x</b>");
  assert.deepEqual(find(nodes, () => true).map(({ tag }) => tag), ["b"]);
});

test("nothing at all is drawn as nothing", () => {
  assert.equal(textOf(words(undefined)), "");
  assert.equal(textOf(words(null)), "");
});

const question = message("interactive", {
  type: "button",
  body: { text: "Come possiamo aiutarLa?" },
  footer: { text: "Bottega" },
  action: { buttons: [{ reply: { id: "a", title: "Un reso" } }, { reply: { id: "b", title: "Un ordine" } }] },
});

test("reply buttons stand under the bubble, and the tapped one is pressed", () => {
  const nodes = bubble(question, new Set(["w1 b"]));
  assert.match(textOf(nodes), /Come possiamo aiutarLa\?/);
  assert.deepEqual(buttons(nodes).map((each) => [textOf([each]), each.props["aria-pressed"]]), [["Un reso", "false"], ["Un ordine", "true"]]);
  assert.equal(find(nodes, withClass("has-btn")).length, 1);
});

test("my own messages offer nothing to tap, and tell how far they came", () => {
  const mine = (status) => find(bubble({ ...question, mine: true, status }), withClass("ticks"))[0];
  assert.equal(buttons(bubble({ ...question, mine: true, status: "read" })).length, 0);
  assert.equal(mine("read").props["aria-label"], "Read");
  assert.equal(mine("queued").props["aria-label"], "On its way to the desk");
  assert.equal(mine("delivered").props["aria-label"], "Delivered");
  assert.equal(find(bubble(message("text", { body: "x" })), withClass("ticks")).length, 0);
});

test("links of templates and of calls to action open elsewhere and give nothing away", () => {
  const template = message("template", { name: "t" }, { shown: { body: "Pronto", buttons: [{ text: "Vedi", url: "https://example.com" }, { text: "Stop", payload: "s" }] } });
  const [link, button] = buttons(bubble(template));
  assert.equal(link.props.rel, "noopener noreferrer");
  assert.equal(textOf([button]), "Stop");
});

test("each type is drawn, and an unknown one says its name", () => {
  assert.match(textOf(bubble(message("location", { latitude: 43.7, longitude: 11.2, name: "Bottega" }))), /Bottega.*43\.70000, 11\.20000/);
  assert.match(textOf(bubble(message("contacts", [{ name: { formatted_name: "Ada" }, phones: [{ phone: "+39 1" }] }]))), /Ada\+39 1/);
  assert.match(textOf(bubble(message("button", { text: "Sì" }))), /Sì/);
  assert.match(textOf(bubble(message("interactive", { type: "list_reply", list_reply: { id: "r", title: "Riga", description: "piccola" } }))), /Rigapiccola/);
  assert.match(textOf(bubble(message("hologram", {}))), /A message of type hologram/);
});

test("a quote says whose words they were; a tap on a button quotes nothing", () => {
  const quoted = { mine: false, text: "Buongiorno" };
  assert.match(textOf(bubble(message("text", { body: "Sì" }, { quoted, mine: true }))), /Bottega TramontanaBuongiorno/);
  assert.match(textOf(bubble(message("text", { body: "Sì" }, { quoted: { mine: true, customer: 7, text: "" } }))), /YouA message/);
  const tapped = message("interactive", { type: "button_reply", button_reply: { id: "a", title: "Un reso" } }, { quoted, mine: true });
  assert.equal(find(bubble(tapped), withClass("quote")).length, 0);
});

test("reactions of both sides", () => {
  const nodes = bubble(message("text", { body: "x" }, { reactions: { mine: "👍", shop: "❤️" } }));
  assert.equal(find(nodes, withClass("react"))[0].props["aria-label"], "Reaction 👍 ❤️");
});

test("initials of people, numbers and single names", () => {
  assert.equal(initials("Marta Belluzzi"), "MB");
  assert.equal(initials("+393331234567"), "3");
  assert.equal(initials("ada maria conti"), "AM");
});
