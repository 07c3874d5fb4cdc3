// A carousel: cards side by side, each with a picture, words and its buttons.
import { useRef } from "preact/hooks";
import { Choice } from "./choices.js";
import { Header, Words } from "./content.js";
import { Catalogue, Product } from "./goods.js";
import { html, Icon } from "./html.js";
import { t } from "./words.js";

function choicesOf({ action }) {
  if (action.buttons) return action.buttons.map(({ quick_reply: reply }) => ({ label: reply.title, id: reply.id, type: "interactive", content: { type: "button_reply", button_reply: reply } }));
  return [{ label: action.parameters.display_text, url: action.parameters.url }];
}

function ProductCard({ card }) {
  const dialog = useRef(null);
  const id = card.action.product_retailer_id;
  return html`<li class="ccard"><${Product} id=${id} /><div class="pbtns"><button type="button" aria-haspopup="dialog" onClick=${() => dialog.current.showModal()}><${Icon} name="box" small />${t("View")}</button></div><${Catalogue} dialog=${dialog} only=${[{ title: "", ids: [id] }]} /></li>`;
}

export function Carousel({ message, answers }) {
  const cards = [...message.content.action.cards].sort((a, b) => a.card_index - b.card_index);
  return html`<ul class="cards" tabindex="0" aria-label=${t("{count} cards", { count: cards.length })}>${cards.map((card) =>
    card.type === "product"
      ? html`<${ProductCard} key=${card.card_index} card=${card} />`
      : html`<li class="ccard" key=${card.card_index}><${Header} header=${card.header} /><p><${Words} text=${card.body?.text} /></p>
          <div class="pbtns">${choicesOf(card).map((each) => html`<${Choice} key=${each.label} choice=${each} message=${message} answers=${answers} />`)}</div></li>`,
  )}</ul>`;
}
