// htm bound to preact: tagged templates instead of a build step.
import { h } from "preact";
import { useEffect, useRef } from "preact/hooks";
import htm from "htm";

export const html = htm.bind(h);

export function Icon({ name, small = false, large = false }) {
  return html`<svg class=${`i${small ? " i-s" : ""}${large ? " i-l" : ""}`} aria-hidden="true"><use href=${`/static/design/icons.svg#i-${name}`} /></svg>`;
}

export function IconButton({ icon, label, small = false, ...rest }) {
  return html`<button type="button" class=${`icon-btn${small ? " sm" : ""}`} aria-label=${label} title=${label} ...${rest}><${Icon} name=${icon} /></button>`;
}

/** A dialog that is open while the signal is true; a click beside it closes it. */
export function Dialog({ open, label, wide = false, children }) {
  const box = useRef(null);
  useEffect(() => {
    if (open.value && !box.current.open) box.current.showModal();
    if (!open.value && box.current.open) box.current.close();
  }, [open.value]);
  return html`<dialog class=${`dialog ask${wide ? " wide" : ""}`} ref=${box} aria-label=${label} onClose=${() => (open.value = false)} onClick=${(e) => e.target === box.current && (open.value = false)}>${children}</dialog>`;
}
