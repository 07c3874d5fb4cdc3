// htm bound to preact: tagged templates instead of a build step.
import { h } from "preact";
import htm from "htm";

export const html = htm.bind(h);

export function Icon({ name, small = false, large = false }) {
  return html`<svg class=${`i${small ? " i-s" : ""}${large ? " i-l" : ""}`} aria-hidden="true"><use href=${`/static/design/icons.svg#i-${name}`} /></svg>`;
}

export function IconButton({ icon, label, small = false, ...rest }) {
  return html`<button type="button" class=${`icon-btn${small ? " sm" : ""}`} aria-label=${label} title=${label} ...${rest}><${Icon} name=${icon} /></button>`;
}
