// What the page knows. Signals only; what changes them is in actions.js and live.js.
import { computed, signal } from "@preact/signals";

export const ready = signal(false);
export const channels = signal([]);
export const channelId = signal("");
export const customers = signal([]);
export const customerCount = signal(0);
export const search = signal("");
export const customerId = signal(null);
export const messages = signal([]);
export const replyTo = signal(null); // the message being quoted
export const typingUntil = signal(0); // milliseconds of this browser's clock
export const settings = signal({});
export const faults = signal([]);
export const inboxUrl = signal("/");
export const clock = signal({ now: Date.now() / 1000, rate: 1, moved: false, desk: false, seen: Date.now() });
export const tick = signal(Date.now());
export const hours = signal(null);
export const log = signal([]);
export const logKnown = signal(true);
export const notice = signal(""); // one sentence about what just went wrong
export const controlsOpen = signal(false);

export const channel = computed(() => channels.value.find((each) => each.phone_number_id === channelId.value));
export const customer = computed(() => customers.value.find((each) => each.id === customerId.value));

/** Business time in milliseconds, run on from what the desk last told. */
export const businessNow = computed(() => clock.value.now * 1000 + (tick.value - clock.value.seen) * clock.value.rate);
