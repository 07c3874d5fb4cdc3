// Every sentence of the page has an Italian one, with the same gaps; nothing is translated that is not said.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import "./page.js";

const { language, t } = await import("../../static/phone/words.js");
const folder = new URL("../../static/phone/", import.meta.url);
const source = readdirSync(folder)
  .filter((name) => name.endsWith(".js"))
  .map((name) => readFileSync(new URL(name, folder), "utf8"))
  .join("\n");
const italian = JSON.parse(readFileSync(new URL("words.it.json", folder), "utf8"));
const said = [...source.matchAll(/\bt\(\s*("(?:[^"\\]|\\.)*")/g)].map(([, text]) => JSON.parse(text));
const gaps = (text) => [...text.matchAll(/\{\w+\}/g)].map(String).sort();

test("English needs no dictionary, and values fill the gaps", () => {
  assert.equal(language, "en");
  assert.equal(t("Write as {name}", { name: "Marta" }), "Write as Marta");
  assert.equal(t("Write as {name}"), "Write as {name}");
  assert.equal(t("{count} new", { count: 0 }), "0 new");
});

test("each sentence is in the Italian dictionary", () => {
  assert.ok(said.length > 60, `${said.length} sentences found`);
  assert.deepEqual(said.filter((text) => !(text in italian)), []);
});

test("translations keep the gaps and are not empty", () => {
  for (const [text, translation] of Object.entries(italian)) {
    assert.ok(translation.trim(), text);
    assert.deepEqual(gaps(translation), gaps(text), text);
  }
});

test("the dictionary keeps nothing that nobody says", () => {
  const python = readdirSync(new URL("../../conversations/simulator/", import.meta.url))
    .filter((name) => name.endsWith(".py"))
    .map((name) => readFileSync(new URL(`../../conversations/simulator/${name}`, import.meta.url), "utf8"))
    .join("\n");
  assert.deepEqual(Object.keys(italian).filter((text) => !source.includes(text) && !python.includes(text)), []);
});
