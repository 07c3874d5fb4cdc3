// What the page knows. Signals only; what changes them is in actions.js, deeds.js and live.js.
import { computed, signal } from "@preact/signals";

export const ready = signal(false);
export const channels = signal([]);
export const channelId = signal("");
export const customers = signal([]);
export const customerCount = signal(0);
export const search = signal("");
export const customerId = signal(null); // whom we play; in a group, who of its members
export const groups = signal([]);
export const groupId = signal(""); // "": a chat of its own
export const messages = signal([]);
export const pinned = signal([]); // wamids, in a group
export const replyTo = signal(null); // the message being quoted
export const editing = signal(null); // the message being edited
export const fromAd = signal(false); // the next text comes by an advertisement
export const about = signal(null); // the product the next text asks about
export const typingUntil = signal(0); // milliseconds of this browser's clock
export const products = signal([]);
export const carts = signal({}); // chat key -> {product: quantity}
export const settings = signal({});
export const faults = signal([]);
export const faultKinds = signal([]);
export const errorCodes = signal([]);
export const inboxUrl = signal("/");
export const clock = signal({ now: Date.now() / 1000, rate: 1, moved: false, desk: false, seen: Date.now() });
export const tick = signal(Date.now());
export const hours = signal(null);
export const heardAt = signal(null); // seconds, business time: the customer's last message
export const entryEndsAt = signal(null); // seconds: until when answers cost nothing after an advertisement
export const log = signal([]);
export const logKnown = signal(true);
export const notice = signal(""); // one sentence about what just went wrong
export const controlsOpen = signal(false);
export const numbers = signal([]); // as Meta's dashboard has them
export const numberChoices = signal({});
export const metaOpen = signal(false);
export const startOverOpen = signal(false);

export const channel = computed(() => channels.value.find((each) => each.phone_number_id === channelId.value));
export const customer = computed(() => customers.value.find((each) => each.id === customerId.value));
export const group = computed(() => groups.value.find((each) => each.id === groupId.value));
export const chatKey = computed(() => groupId.value || `${customerId.value} ${channelId.value}`);
export const cart = computed(() => carts.value[chatKey.value] ?? {});

/** Business time in milliseconds, run on from what the desk last told. */
export const businessNow = computed(() => clock.value.now * 1000 + (tick.value - clock.value.seen) * clock.value.rate);

/** How far a message has come; it never goes back. */
export const RANK = { queued: 0, accepted: 0, sent: 1, delivered: 2, read: 3, played: 4 };

/** Written by whom we play, as it stands on the right. */
export const isMine = (message) => message.mine && message.customer === customerId.value;
