// What the page reads, whom it plays, and its switches.
import { ask, tell } from "./api.js";
import * as s from "./state.js";
import { t } from "./words.js";

/** Run a call; a refusal becomes a sentence on the page instead of an exception. */
export async function trying(call) {
  try {
    const answer = await call();
    s.notice.value = "";
    return answer;
  } catch (error) {
    s.notice.value = error.message ? t(error.message) : t("The simulator does not answer.");
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
  s.groups.value = known.groups;
  s.products.value = known.products;
  s.settings.value = known.settings;
  s.faults.value = known.faults;
  s.faultKinds.value = known.fault_kinds;
  s.errorCodes.value = known.error_codes;
  s.inboxUrl.value = known.inbox_url;
  setClock(known.clock);
  if (!s.channel.value) s.channelId.value = known.channels[0]?.phone_number_id ?? "";
  if (!s.group.value) s.groupId.value = "";
  if (!s.customer.value) s.customerId.value = known.customers[0]?.id ?? null;
  s.ready.value = true;
  await Promise.all([loadChat(), lookAtDesk(), loadNumbers()]);
}

export async function loadCustomers() {
  const found = await trying(() => ask("customers", { search: s.search.value }));
  if (!found) return;
  const chosen = s.customer.value;
  const missing = chosen && !found.customers.some((each) => each.id === chosen.id);
  s.customers.value = missing && !s.search.value ? [...found.customers, chosen] : found.customers;
  s.customerCount.value = found.customer_count;
}

export async function loadGroups() {
  const found = await trying(() => ask("groups"));
  if (!found) return;
  s.groups.value = found.groups;
  if (s.groupId.value && !s.group.value) leaveGroupChat();
}

export async function loadNumbers() {
  const found = await trying(() => ask("numbers"));
  if (!found) return;
  s.numbers.value = found.numbers;
  s.numberChoices.value = found.choices;
}

/** Whom we play, to which number, and in which group if any: part of every call. */
export const chosen = () => ({ customer: s.customerId.value, channel: s.channelId.value, ...(s.groupId.value ? { group: s.groupId.value } : {}) });

/** What the stream told while the list was on its way is newer than the list. */
function merged(listed, known) {
  const last = listed.at(-1)?.id ?? 0;
  const status = new Map(known.map((each) => [each.wamid, each]));
  const newest = listed.map((each) => {
    const heard = status.get(each.wamid);
    return heard && s.RANK[heard.status] > s.RANK[each.status] ? { ...each, status: heard.status, delivered_at: heard.delivered_at, read_at: heard.read_at } : each;
  });
  return [...newest, ...known.filter((each) => each.id > last)];
}

export async function loadChat() {
  if (!s.customerId.value || !s.channelId.value) return;
  const asked = s.chatKey.value;
  const found = await trying(() => ask("chat", chosen()));
  if (!found || asked !== s.chatKey.value) return;
  s.messages.value = merged(found.messages, s.messages.value);
  s.pinned.value = found.pinned;
}

export async function lookAtDesk() {
  if (!s.customerId.value || !s.channelId.value) return;
  const asked = s.chatKey.value;
  const found = await ask("desk", chosen()).catch(() => null);
  if (!found || asked !== s.chatKey.value) return;
  s.hours.value = found.hours;
  s.log.value = found.log;
  s.logKnown.value = found.log_known;
  s.heardAt.value = found.heard_at;
  s.entryEndsAt.value = found.entry_ends_at;
}

function turnTo(change) {
  change();
  s.messages.value = [];
  s.pinned.value = [];
  s.log.value = [];
  s.heardAt.value = s.entryEndsAt.value = null;
  s.replyTo.value = s.editing.value = s.about.value = null;
  s.fromAd.value = false;
  s.typingUntil.value = 0;
  loadChat();
  lookAtDesk();
}

/** A customer's own chat. */
export function choose(id) {
  if (id === s.customerId.value && !s.groupId.value) return;
  turnTo(() => {
    s.groupId.value = "";
    s.customerId.value = id;
  });
}

/** A group, as one of its members. */
export function chooseGroup(group, member = group.members[0]?.id) {
  turnTo(() => {
    s.groupId.value = group.id;
    s.channelId.value = group.channel;
    if (member) s.customerId.value = member;
  });
}

/** Somebody else of the same group writes now. */
export function speakAs(id) {
  s.customerId.value = id;
  s.replyTo.value = s.editing.value = null;
}

export function leaveGroupChat() {
  turnTo(() => {
    s.groupId.value = "";
  });
}

export function chooseChannel(id) {
  turnTo(() => {
    s.channelId.value = id;
    s.groupId.value = "";
  });
}

export async function addCustomer(given) {
  const added = await tell("customers", given); // the form shows the refusal itself
  await loadCustomers();
  choose(added.id);
}

export async function addGroup(given) {
  const added = await tell("groups", given);
  await loadGroups();
  chooseGroup(added);
}

export async function switchPhone(changes) {
  replaceCustomer(await trying(() => tell("switch", { customer: s.customerId.value, ...changes })));
}

export function replaceCustomer(changed) {
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

/** Play Meta on a number, or issue a new one. */
export async function changeNumber(changes) {
  const changed = await trying(() => tell("numbers", changes));
  await loadNumbers();
  return changed;
}

/** What Meta says of a template. */
export async function changeTemplate(changes) {
  await trying(() => tell("template", changes));
  await loadNumbers();
}

export async function startOver() {
  await trying(() => tell("reset", {}));
  s.customerId.value = null;
  s.groupId.value = "";
  s.carts.value = {};
  await loadState();
}
