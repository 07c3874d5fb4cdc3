// Server-sent events of the chosen chat, and the looks at the desk between them.
import { computed, effect } from "@preact/signals";
import { loadChat, loadCustomers, loadGroups, loadNumbers, loadState, lookAtDesk, setClock } from "./actions.js";
import * as s from "./state.js";

const LOOK_EACH = 2500; // milliseconds between two looks at what the desk did

function put(message) {
  const known = s.messages.value;
  const place = known.findIndex((each) => each.wamid === message.wamid);
  s.messages.value = place < 0 ? [...known, message] : known.map((each, i) => (i === place ? message : each));
  if (!message.mine) s.typingUntil.value = 0;
}

/** Many may be written to at once; a list is read at most twice a second. */
function seldom(read) {
  let soon = 0;
  return () => {
    soon ||= setTimeout(() => {
      soon = 0;
      read();
    }, 500);
  };
}

function mark({ wamid, status, delivered_at, read_at }) {
  s.messages.value = s.messages.value.map((each) =>
    each.wamid === wamid && s.RANK[status] >= s.RANK[each.status] ? { ...each, status, delivered_at, read_at } : each,
  );
}

function listen(chat) {
  const source = new EventSource(`/events?chat=${encodeURIComponent(chat)}`);
  const on = (kind, act) => source.addEventListener(kind, (event) => act(JSON.parse(event.data)));
  on("message", put);
  on("status", mark);
  on("typing", ({ seconds }) => (s.typingUntil.value = Date.now() + seconds * 1000));
  on("clock", (clock) => {
    setClock(clock);
    lookAtDesk();
  });
  on("faults", (faults) => (s.faults.value = faults));
  on("customers", seldom(loadCustomers));
  on("groups", seldom(() => Promise.all([loadGroups(), s.groupId.value && loadChat()])));
  on("numbers", seldom(loadNumbers));
  on("reload", loadState);
  source.addEventListener("open", loadChat); // what came before it was open, at first or after a break, was missed
  return () => source.close();
}

const chat = computed(() => s.groupId.value || (s.customerId.value ? String(s.customerId.value) : ""));

export function startLive() {
  effect(() => (chat.value ? listen(chat.value) : undefined));
  setInterval(() => (s.tick.value = Date.now()), 1000);
  setInterval(() => document.hidden || lookAtDesk(), LOOK_EACH);
}
