// A button with a menu over everything else: closes on a choice, on Escape, outside and on scrolling.
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { html, Icon, IconButton } from "./html.js";

const MARGIN = 8;
const STEPS = { ArrowDown: 1, ArrowUp: -1, ArrowRight: 1, ArrowLeft: -1 };

/** Under the button if there is room, else over it; within the phone's screen, or the page's. */
function put(menu, button) {
  const from = button.getBoundingClientRect();
  const room = (button.closest(".screen") ?? document.body).getBoundingClientRect();
  const { width, height } = menu.getBoundingClientRect();
  const under = from.bottom + 4 + height < Math.min(room.bottom, innerHeight) - MARGIN;
  const left = from.left + width > room.right - MARGIN ? from.right - width : from.left;
  menu.style.left = `${Math.max(room.left + MARGIN, Math.min(left, room.right - MARGIN - width))}px`;
  menu.style.top = `${under ? from.bottom + 4 : Math.max(MARGIN, from.top - 4 - height)}px`;
}

export function Menu({ icon, label, small = false, children }) {
  const [open, setOpen] = useState(false);
  const box = useRef(null);
  const items = () => [...box.current.querySelectorAll(".menu button:not([disabled])")];
  const close = () => setOpen(false);
  useLayoutEffect(() => {
    if (!open) return undefined;
    put(box.current.querySelector(".menu"), box.current.firstElementChild);
    items()[0]?.focus({ preventScroll: true });
    const away = (event) => box.current?.contains(event.target) || close();
    document.addEventListener("pointerdown", away);
    document.addEventListener("scroll", close, { capture: true });
    window.addEventListener("resize", close);
    return () => {
      document.removeEventListener("pointerdown", away);
      document.removeEventListener("scroll", close, { capture: true });
      window.removeEventListener("resize", close);
    };
  }, [open]);
  const keys = (event) => {
    if (event.key === "Escape" && open) {
      event.stopPropagation();
      close();
      box.current.firstElementChild.focus();
    } else if (STEPS[event.key] && open) {
      event.preventDefault();
      const known = items();
      known[(known.indexOf(document.activeElement) + STEPS[event.key] + known.length) % known.length]?.focus();
    }
  };
  const left = (event) => event.relatedTarget && !box.current.contains(event.relatedTarget) && close();
  return html`<span class="pop" ref=${box} data-open=${open ? "true" : undefined} onKeyDown=${keys} onFocusOut=${left} onClick=${(e) => e.target.closest(".menu button") && close()}>
    <${IconButton} icon=${icon} label=${label} small=${small} aria-expanded=${open ? "true" : "false"} onClick=${() => setOpen(!open)} />
    ${open && html`<div class="menu" role="group" aria-label=${label}>${children}</div>`}
  </span>`;
}

export function Item({ icon, danger = false, children, ...rest }) {
  return html`<button type="button" class=${`menu-item${danger ? " danger" : ""}`} ...${rest}><${Icon} name=${icon} />${children}</button>`;
}
