// The desk's business time, and the hours and windows it falls into.
import { moveClock } from "./actions.js";
import { html, Icon } from "./html.js";
import { businessNow, clock, entryEndsAt, heardAt, hours } from "./state.js";
import { clockTime, dayKey, fullDay, hourMinute, shortDay, span } from "./time.js";
import { n, t } from "./words.js";

const STEPS = [
  ["+1 min", 60],
  ["+10 min", 600],
  ["+1 h", 3600],
  ["+24 h", 86400],
];
const RATES = [1, 10, 60];
const WIDTH = 308;
const HOUR = 3_600_000;
const WINDOWS = [
  [24, n("Answers in one's own words until then")],
  [48, n("Each message costs a surcharge after that")],
  [72, n("After an ad, free of charge until then")],
];

/** Labels that do not run into one another; the one of now always stays. */
function spaced(marks) {
  const width = (mark) => mark.text.length * 6 + 8;
  const clash = (a, b) => Math.abs(a.x - b.x) < (width(a) + width(b)) / 2;
  const kept = [];
  for (const mark of marks) if (!kept.some((other) => clash(mark, other))) kept.push(mark);
  return kept;
}

const anchor = (x) => (x < 24 ? "start" : x > WIDTH - 24 ? "end" : "middle");

/** 36 hours around now: open hours as blocks, the service window as a line. */
function Timeline() {
  const now = businessNow.value;
  const start = Math.floor((now - 9 * HOUR) / HOUR) * HOUR;
  const x = (ms) => Math.max(0, Math.min(WIDTH, ((ms - start) / (36 * HOUR)) * WIDTH));
  const open = (hours.value?.intervals ?? []).map(([from, to]) => [Date.parse(from), Date.parse(to)]).filter(([from, to]) => to > start && x(from) < WIDTH);
  const ends = hours.value?.window_ends_at ? Date.parse(hours.value.window_ends_at) : null;
  const began = ends && ends - 24 * HOUR;
  const label = (ms) => (dayKey(ms) === dayKey(now) ? hourMinute(ms) : `${shortDay(ms)} ${hourMinute(ms)}`);
  const shown = open.filter(([from]) => from > start && x(from) < WIDTH);
  const marks = spaced([now, ...shown.map(([from]) => from), ...shown.map(([, until]) => until)].map((ms) => ({ x: x(ms), text: label(ms) })));
  const windowText = ends ? (ends > now ? t("service window until {when}", { when: `${shortDay(ends)} ${hourMinute(ends)}` }) : t("service window closed")) : t("no service window");
  return html`<svg class="svgtext tline" viewBox=${`0 0 ${WIDTH} 46`} width="100%" role="img" aria-label=${`${t("Now")} ${hourMinute(now)}, ${windowText}`}>
      <rect x="0" y="8" width=${WIDTH} height="14" rx="3" class="t-closed" />
      ${open.map(([from, to]) => html`<rect x=${x(from)} y="8" width=${Math.max(0, x(to) - x(from))} height="14" class="t-open" />`)}
      ${ends && ends > start && html`<rect x=${x(began)} y="25" width=${Math.max(0, x(ends) - x(began))} height="3" rx="1.5" class="t-window" />`}
      <path d=${`M${x(now)} 3v26`} class="t-now" /><circle cx=${x(now)} cy="4" r="4" class="t-dot" />
      ${marks.map((mark) => html`<text x=${mark.x} y="42" text-anchor=${anchor(mark.x)}>${mark.text}</text>`)}
    </svg>
    <div class="legend"><i class="k-open" />${t("open")}<i class="k-window" />${ends && ends > now ? t("service window, {time} left", { time: span(ends - now) }) : windowText}</div>`;
}

/** The ends of Meta's and the shop's windows after the customer's last message, each a step of the clock. */
function Windows({ to, still }) {
  const now = businessNow.value;
  const heard = heardAt.value && heardAt.value * 1000;
  const told = (kind) => Date.parse(hours.value?.windows?.[kind] ?? "") || null;
  const known = { 48: told("pricing"), 72: told("entry_point") ?? (entryEndsAt.value && entryEndsAt.value * 1000) };
  const ends = (length) => known[length] ?? (heard && heard + length * HOUR);
  return html`<div class="wins" role="group" aria-label=${t("To the end of a window after the last message")}><span class="over">${t("After the last message")}</span>
    <div class="steps three">${WINDOWS.map(([length, what]) => {
      const end = ends(length);
      const over = !end || end <= now;
      return html`<button type="button" class="btn win" key=${length} disabled=${still || over} title=${t(what)} onClick=${() => to(end)}><b>${length} h</b><small>${!end ? "–" : over ? t("over") : t("in {time}", { time: span(end - now) })}</small></button>`;
    })}</div></div>`;
}

export function Clock() {
  const now = businessNow.value;
  const still = !clock.value.desk;
  const ends = hours.value?.window_ends_at ? Date.parse(hours.value.window_ends_at) : null;
  const turns = hours.value?.until ? Date.parse(hours.value.until) : null;
  const to = (ms) => moveClock({ set: new Date(ms + 1000).toISOString() });
  const open = hours.value?.open;
  return html`<section aria-labelledby="clock-title"><h2 class="row"><span id="clock-title">${t("Clock")}</span>${clock.value.moved && html`<span class="chip accent">${t("simulated time")}</span>`}</h2>
    <div class="now">${clockTime(now)}<small>${fullDay(now)}</small></div>
    <${Timeline} />
    <div class="steps">${STEPS.map(([label, seconds]) => html`<button type="button" class="btn" key=${label} disabled=${still} onClick=${() => moveClock({ advance_seconds: seconds })}>${label}</button>`)}</div>
    <div class="steps two"><button type="button" class="btn" disabled=${still || !turns} onClick=${() => to(turns)}><${Icon} name=${open === false ? "sun" : "moon"} />${open === false ? t("To opening time") : t("To closing time")}</button>
      <button type="button" class="btn" disabled=${still || !(ends > now)} title=${ends > now ? undefined : t("There is no open window")} onClick=${() => to(ends)}><${Icon} name="arch" />${t("To window end")}</button></div>
    <${Windows} to=${to} still=${still} />
    <div class="row rates"><span class="seg" role="group" aria-label=${t("How fast time runs")}><button type="button" class="btn" disabled=${still} aria-label=${t("Pause")} aria-pressed=${clock.value.rate === 0 ? "true" : "false"} onClick=${() => moveClock({ rate: 0 })}><${Icon} name="pause" /></button>
      ${RATES.map((rate) => html`<button type="button" class="btn" key=${rate} disabled=${still} aria-pressed=${clock.value.rate === rate ? "true" : "false"} onClick=${() => moveClock({ rate })}>${rate}×</button>`)}</span>
      <button type="button" class="link" disabled=${still || (!clock.value.moved && clock.value.rate === 1)} onClick=${() => moveClock({ reset: true })}>${t("Back to real time")}</button></div></section>`;
}
