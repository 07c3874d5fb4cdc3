// What a person can do on the page.
import { ask, tell, upload } from "./api.js";
import * as s from "./state.js";
import { t } from "./words.js";

/** Run a call; a refusal becomes a sentence on the page instead of an exception. */
async function trying(call) {
  try {
    const answer = await call();
    s.notice.value = "";
    return answer;
  } catch (error) {
    s.notice.value = error.message || t("The simulator does not answer.");
    return null;
  }
}

export function setClock(clock) {
  s.clock.value = { ...clock, seen: Date.now() };
  s.tick.value = Date.now();
}

export async function loadState() {
  const known = await trying(() => ask("state"));
  if (!known) return;
  s.channels.value = known.channels;
  s.customers.value = known.customers;
  s.customerCount.value = known.customer_count;
  s.settings.value = known.settings;
  s.faults.value = known.faults;
  s.inboxUrl.value = known.inbox_url;
  setClock(known.clock);
  if (!s.channel.value) s.channelId.value = known.channels[0]?.phone_number_id ?? "";
  if (!s.customer.value) s.customerId.value = known.customers[0]?.id ?? null;
  s.ready.value = true;
  await Promise.all([loadChat(), lookAtDesk()]);
}

export async function loadCustomers() {
  const found = await trying(() => ask("customers", { search: s.search.value }));
  if (!found) return;
  const chosen = s.customer.value;
  const missing = chosen && !found.customers.some((each) => each.id === chosen.id);
  s.customers.value = missing && !s.search.value ? [...found.customers, chosen] : found.customers;
  s.customerCount.value = found.customer_count;
}

const chosen = () => ({ customer: s.customerId.value, channel: s.channelId.value });

export async function loadChat() {
  if (!s.customerId.value || !s.channelId.value) return;
  const asked = s.customerId.value;
  const found = await trying(() => ask("chat", chosen()));
  if (found && asked === s.customerId.value) s.messages.value = found.messages;
}

export async function lookAtDesk() {
  if (!s.customerId.value || !s.channelId.value) return;
  const asked = s.customerId.value;
  const found = await ask("desk", chosen()).catch(() => null);
  if (!found || asked !== s.customerId.value) return;
  s.hours.value = found.hours;
  s.log.value = found.log;
  s.logKnown.value = found.log_known;
}

export function choose(id) {
  if (id === s.customerId.value) return;
  s.customerId.value = id;
  s.messages.value = [];
  s.log.value = [];
  s.replyTo.value = null;
  s.typingUntil.value = 0;
  loadChat();
  lookAtDesk();
}

export function chooseChannel(id) {
  s.channelId.value = id;
  s.messages.value = [];
  loadChat();
  lookAtDesk();
}

export function write(type, content, quotes = s.replyTo.value?.wamid) {
  if (type !== "reaction") s.replyTo.value = null;
  return trying(() => tell("messages", { ...chosen(), type, content, quotes }));
}

export async function sendFile(file, filename, { caption = "", voice = false } = {}) {
  const made = await trying(() => upload(s.channelId.value, file, filename));
  return made && write(made.type, { id: made.id, caption, voice });
}

export async function addCustomer(given) {
  const added = await tell("customers", given); // the form shows the refusal itself
  await loadCustomers();
  choose(added.id);
}

export async function switchPhone(changes) {
  const changed = await trying(() => tell("switch", { customer: s.customerId.value, ...changes }));
  if (changed) s.customers.value = s.customers.value.map((each) => (each.id === changed.id ? changed : each));
}

export async function moveClock(change) {
  const moved = await trying(() => tell("clock", change));
  if (moved) {
    setClock(moved);
    lookAtDesk();
  }
}

export async function changeSettings(changes) {
  const changed = await trying(() => tell("settings", changes));
  if (changed) s.settings.value = changed;
}

export async function setFault(fault) {
  const changed = await trying(() => tell("faults", fault));
  if (changed) s.faults.value = changed.faults;
}

export async function startOver() {
  await trying(() => tell("reset", {}));
  s.customerId.value = null;
  await loadState();
}
