// Server-sent events of the chosen customer, and the looks at the desk between them.
import { effect } from "@preact/signals";
import { loadChat, loadCustomers, loadState, lookAtDesk, setClock } from "./actions.js";
import * as s from "./state.js";

const LOOK_EACH = 2500; // milliseconds between two looks at what the desk did

function put(message) {
  const known = s.messages.value;
  const place = known.findIndex((each) => each.wamid === message.wamid);
  s.messages.value = place < 0 ? [...known, message] : known.map((each, i) => (i === place ? message : each));
  if (!message.mine) s.typingUntil.value = 0;
}

let soon = 0;

/** Many customers may be written to at once; the list is read at most twice a second. */
function customersChanged() {
  soon ||= setTimeout(() => {
    soon = 0;
    loadCustomers();
  }, 500);
}

const RANK = { queued: 0, accepted: 0, sent: 1, delivered: 2, read: 3, played: 4 };

function mark({ wamid, status }) {
  s.messages.value = s.messages.value.map((each) =>
    each.wamid === wamid && RANK[status] > RANK[each.status] ? { ...each, status } : each,
  );
}

function listen(id) {
  const source = new EventSource(`/events?chat=${id}`);
  const on = (kind, act) => source.addEventListener(kind, (event) => act(JSON.parse(event.data)));
  on("message", put);
  on("status", mark);
  on("typing", ({ seconds }) => (s.typingUntil.value = Date.now() + seconds * 1000));
  on("clock", (clock) => {
    setClock(clock);
    lookAtDesk();
  });
  on("faults", (faults) => (s.faults.value = faults));
  on("customers", customersChanged);
  on("reload", loadState);
  source.addEventListener("open", loadChat); // what came before it was open, at first or after a break, was missed
  return () => source.close();
}

export function startLive() {
  effect(() => (s.customerId.value ? listen(s.customerId.value) : undefined));
  setInterval(() => (s.tick.value = Date.now()), 1000);
  setInterval(() => document.hidden || lookAtDesk(), LOOK_EACH);
}
