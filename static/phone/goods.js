// The shop's goods: shown in messages, put into the cart, ordered.
import { useRef, useState } from "preact/hooks";
import { order, putInCart } from "./deeds.js";
import { html, Icon, IconButton } from "./html.js";
import { about, cart, channel, products } from "./state.js";
import { language, t } from "./words.js";

export const euro = (amount, currency = "EUR") => new Intl.NumberFormat(language, { style: "currency", currency }).format(amount);

const find = (id) => products.value.find((each) => each.retailer_id === id);
const drawing = (product) => `/static/phone/products/${product?.picture ?? "box"}.svg`;

/** Picture, name and price in a bubble; without an id the first of the catalogue stands for all. */
export function Product({ id }) {
  const product = id ? find(id) : products.value[0];
  return html`<span class="good"><img src=${drawing(product)} alt="" /><span class="grow"><b>${id ? product?.name ?? id : t("Our catalogue")}</b><small>${id ? (product ? euro(product.price, product.currency) : t("not in the catalogue")) : t("{count} products", { count: products.value.length })}</small></span></span>`;
}

/** An order as it was sent. */
export function OrderLines({ content }) {
  const items = content.product_items;
  const count = items.reduce((sum, each) => sum + each.quantity, 0);
  const total = items.reduce((sum, each) => sum + each.quantity * each.item_price, 0);
  return html`<span class="order"><b class="bhead">${count === 1 ? t("Order of one piece") : t("Order of {count} pieces", { count })}</b>
    ${items.map((each) => html`<span class="order-line"><span class="num">${each.quantity} ×</span><span class="grow">${find(each.product_retailer_id)?.name ?? each.product_retailer_id}</span><span class="num">${euro(each.quantity * each.item_price, each.currency)}</span></span>`)}
    <span class="order-line sum"><span class="grow">${t("Together")}</span><b class="num">${euro(total, items[0]?.currency)}</b></span></span>${content.text}`;
}

function Line({ product, dialog }) {
  const quantity = cart.value[product.retailer_id] ?? 0;
  const ask = () => {
    about.value = product;
    dialog.current.close();
  };
  return html`<li class="good-line"><img src=${drawing(product)} alt="" /><span class="grow"><b>${product.name}</b><small>${product.description}</small><small class="num">${euro(product.price, product.currency)}${!product.available && ` · ${t("sold out")}`}</small></span>
    <span class="count">${quantity > 0 && html`<${IconButton} small icon="minus" label=${t("One {name} less", { name: product.name })} onClick=${() => putInCart(product, quantity - 1)} /><span class="num" aria-live="polite">${quantity}</span>`}
      <${IconButton} small icon="plus" label=${t("One {name} more", { name: product.name })} disabled=${!product.available} onClick=${() => putInCart(product, quantity + 1)} />
      <button type="button" class="link" aria-label=${t("Ask about {name}", { name: product.name })} onClick=${ask}>${t("Ask")}</button></span></li>`;
}

/** The catalogue with the cart. `only`: the products of one message, in its sections. */
export function Catalogue({ dialog, only = null, title = "" }) {
  const note = useRef(null);
  const [wrong, setWrong] = useState("");
  const sections = only ?? [{ title: "", ids: products.value.map((each) => each.retailer_id) }];
  const total = Object.entries(cart.value).reduce((sum, [id, quantity]) => sum + quantity * (find(id)?.price ?? 0), 0);
  const send = async (event) => {
    event.preventDefault();
    if (!Object.keys(cart.value).length) return setWrong(t("The cart is empty."));
    setWrong("");
    dialog.current.close();
    await order(note.current?.value ?? "");
    return undefined;
  };
  return html`<dialog class="dialog ask wide" ref=${dialog} aria-labelledby="goods-title" onClick=${(e) => e.target === dialog.current && dialog.current.close()}><form onSubmit=${send}>
    <h2 id="goods-title">${title || t("Catalogue")}</h2>
    <div class="goods scroll">${sections.map((section) => html`${section.title && html`<h3 class="over">${section.title}</h3>`}<ul>${section.ids.map(find).filter(Boolean).map((product) => html`<${Line} key=${product.retailer_id} product=${product} dialog=${dialog} />`)}</ul>`)}</div>
    ${channel.value?.cart !== false && html`<label class="form-row"><span>${t("Note to the shop")}</span><span class="field"><input ref=${note} maxlength="1024" autocomplete="off" /></span></label>`}
    <p class="wrong" role="alert">${wrong}</p>
    <div class="dialog-end"><button type="button" class="btn" onClick=${() => dialog.current.close()}>${t("Close")}</button>
      ${channel.value?.cart !== false && html`<button class="btn btn-main">${t("Send order, {sum}", { sum: euro(total) })}</button>`}</div>
  </form></dialog>`;
}

/** The button under a message that shows goods. */
export function Shopping({ message }) {
  const dialog = useRef(null);
  const { type, header, action } = message.content;
  const only =
    type === "product_list" ? action.sections.map((each) => ({ title: each.title, ids: each.product_items.map((item) => item.product_retailer_id) })) : type === "product" ? [{ title: "", ids: [action.product_retailer_id] }] : null;
  const label = { product: t("View"), product_list: t("View items"), catalog_message: t("View catalogue") }[type];
  return html`<div class="pbtns"><button type="button" aria-haspopup="dialog" onClick=${() => dialog.current.showModal()}><${Icon} name="box" small />${label}</button></div>
    <${Catalogue} dialog=${dialog} only=${only} title=${header?.text ?? ""} />`;
}
