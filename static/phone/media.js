// Pictures, videos, voices and files inside a bubble.
import { useRef, useState } from "preact/hooks";
import { html, Icon } from "./html.js";
import { t } from "./words.js";

const address = (content) => `/phone/media/${encodeURIComponent(content.id)}`;

/** A link the desk sent is not fetched: nothing here reaches the world outside. */
function Linked({ content, icon }) {
  return html`<a class="place" href=${content.link} target="_blank" rel="noopener noreferrer"><${Icon} name=${icon} large /><span class="grow"><b>${t("File at a link")}</b><small class="cut2">${content.link}</small></span></a>`;
}

export function Picture({ content, sticker = false }) {
  if (!content?.id) return content?.link ? html`<${Linked} content=${content} icon="image" />` : null;
  return html`<a class=${sticker ? "sticker" : "photo"} href=${address(content)} target="_blank" rel="noopener"><img src=${address(content)} alt=${content.caption || (sticker ? t("Sticker") : t("Picture"))} loading="lazy" /></a>`;
}

export function Video({ content }) {
  if (!content?.id) return html`<${Linked} content=${content} icon="play" />`;
  return html`<video class="photo" controls preload="metadata" src=${address(content)} />`;
}

export function File({ content }) {
  if (!content?.id) return html`<${Linked} content=${content} icon="clip" />`;
  return html`<a class="place" href=${address(content)} download=${content.filename ?? ""}><${Icon} name="clip" large /><span class="grow"><b>${content.filename || t("File")}</b><small>${t("Download")}</small></span></a>`;
}

const time = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;

export function Voice({ content }) {
  const player = useRef(null);
  const [playing, setPlaying] = useState(false);
  const [at, setAt] = useState(0);
  const [length, setLength] = useState(0);
  if (!content?.id) return html`<${Linked} content=${content} icon="mic" />`;
  const toggle = () => (playing ? player.current.pause() : player.current.play().catch(() => setPlaying(false)));
  return html`<span class="voice"><button type="button" class="play" aria-label=${playing ? t("Pause") : t("Play")} onClick=${toggle}><${Icon} name=${playing ? "pause" : "play"} /></button>
    <progress max=${length || 1} value=${at} aria-label=${content.voice ? t("Voice message") : t("Audio")} /><span class="num mut">${time(playing || at ? at : length)}</span>
    <audio ref=${player} src=${address(content)} preload="metadata" onPlay=${() => setPlaying(true)} onPause=${() => setPlaying(false)} onEnded=${() => setAt(0)} onTimeUpdate=${() => setAt(player.current.currentTime)} onLoadedMetadata=${() => setLength(Number.isFinite(player.current.duration) ? player.current.duration : 0)} /></span>`;
}
