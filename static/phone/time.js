// Business time in the shop's own zone when the desk tells it, else in the browser's.
import { hours } from "./state.js";
import { language } from "./words.js";

const made = new Map();

function format(name, options) {
  const timeZone = hours.value?.timezone;
  const key = `${name} ${timeZone}`;
  if (!made.has(key)) made.set(key, new Intl.DateTimeFormat(language === "it" ? "it" : "en-GB", { ...options, timeZone }));
  return made.get(key);
}

export const hourMinute = (ms) => format("hm", { hour: "numeric", minute: "2-digit" }).format(ms);
export const clockTime = (ms) => format("hms", { hour: "numeric", minute: "2-digit", second: "2-digit" }).format(ms);
export const fullDay = (ms) => format("day", { weekday: "short", day: "numeric", month: "long" }).format(ms);
export const shortDay = (ms) => format("wd", { weekday: "short" }).format(ms);
export const dayKey = (ms) => format("key", { year: "numeric", month: "2-digit", day: "2-digit" }).format(ms);

/** Today: 9:41. Another day: Thu. Longer ago: 12/10. */
export function listTime(ms, now) {
  if (dayKey(ms) === dayKey(now)) return hourMinute(ms);
  if (now - ms < 6 * 86_400_000) return shortDay(ms);
  return format("dm", { day: "numeric", month: "numeric" }).format(ms);
}

/** Milliseconds as 3 h 20 or 12 min. */
export function span(ms) {
  const minutes = Math.max(0, Math.round(ms / 60_000));
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, "0")}`;
}
