import { render } from "preact";
import { loadState } from "./actions.js";
import { Controls } from "./controls.js";
import { Customers } from "./customers.js";
import { Header } from "./header.js";
import { html } from "./html.js";
import { startLive } from "./live.js";
import { Phone } from "./phone.js";
import { ready } from "./state.js";
import { loadWords } from "./words.js";

function Page() {
  if (!ready.value) return null;
  return html`<div class="sim"><${Header} /><${Customers} /><${Phone} /><${Controls} /></div>`;
}

await loadWords();
render(html`<${Page} />`, document.body);
await loadState();
startLive();
