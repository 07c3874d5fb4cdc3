import assert from "node:assert/strict";
import { test } from "node:test";
import "./page.js";

const { hours } = await import("../../static/phone/state.js");
const { businessNow, clock, tick } = await import("../../static/phone/state.js");
const { clockTime, dayKey, fullDay, hourMinute, listTime, span } = await import("../../static/phone/time.js");

const at = (text) => Date.parse(text);
const NOON = at("2026-11-18T11:00:00Z"); // Wednesday, 12:00 in Rome

test("times are the shop's, whatever zone the browser is in", () => {
  hours.value = { timezone: "Europe/Rome" };
  assert.equal(hourMinute(NOON), "12:00");
  hours.value = { timezone: "Asia/Tokyo" };
  assert.equal(hourMinute(NOON), "20:00");
  hours.value = { timezone: "Europe/Rome" };
  assert.equal(clockTime(NOON), "12:00:00");
});

test("a day ends at the shop's midnight", () => {
  assert.equal(dayKey(at("2026-11-18T22:59:59Z")), dayKey(NOON));
  assert.notEqual(dayKey(at("2026-11-18T23:00:00Z")), dayKey(NOON));
  assert.match(fullDay(NOON), /Wed,? 18 November/);
});

test("both hours of the autumn change are told right", () => {
  assert.equal(hourMinute(at("2026-10-25T00:30:00Z")), "2:30".padStart(hourMinute(at("2026-10-25T00:30:00Z")).length, "0"));
  assert.equal(hourMinute(at("2026-10-25T00:30:00Z")), hourMinute(at("2026-10-25T01:30:00Z")));
});

test("the list tells the time today, the day this week, the date before", () => {
  assert.equal(listTime(at("2026-11-18T08:41:00Z"), NOON), hourMinute(at("2026-11-18T08:41:00Z")));
  assert.equal(listTime(at("2026-11-16T08:41:00Z"), NOON), "Mon");
  assert.equal(listTime(at("2026-10-12T08:41:00Z"), NOON), "12/10");
});

test("a span is minutes under an hour, else hours and minutes", () => {
  assert.equal(span(0), "0 min");
  assert.equal(span(-5000), "0 min");
  assert.equal(span(12 * 60_000), "12 min");
  assert.equal(span(59.6 * 60_000), "1 h 00");
  assert.equal(span(200 * 60_000), "3 h 20");
});

test("business time runs on from what the desk last told, at its rate", () => {
  clock.value = { now: 1000, rate: 60, moved: true, desk: true, seen: 5000 };
  tick.value = 6000;
  assert.equal(businessNow.value, 1_000_000 + 60_000);
  clock.value = { ...clock.value, rate: 0 };
  assert.equal(businessNow.value, 1_000_000);
});
