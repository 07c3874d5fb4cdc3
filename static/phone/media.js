// Pictures, videos, voices and files inside a bubble.
import { useEffect, useRef, useState } from "preact/hooks";
import { played } from "./deeds.js";
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
const BARS = 36;

/** The loudest moment of each part of a sound, 0 to 1; null when this browser cannot read it. */
async function loudness(url) {
  const bytes = await (await fetch(url)).arrayBuffer();
  const sound = await new OfflineAudioContext(1, 1, 8000).decodeAudioData(bytes);
  const samples = sound.getChannelData(0);
  const part = Math.max(1, Math.floor(samples.length / BARS));
  const peaks = Array.from({ length: BARS }, (_, bar) => samples.subarray(bar * part, (bar + 1) * part).reduce((most, each) => Math.max(most, Math.abs(each)), 0));
  const most = Math.max(...peaks, 0.01);
  return { peaks: peaks.map((each) => each / most), length: sound.duration };
}

function Wave({ peaks, share }) {
  const bars = peaks ?? Array.from({ length: BARS }, () => 0.12);
  return html`<svg class="wave" viewBox=${`0 0 ${BARS * 4} 24`} preserveAspectRatio="none" aria-hidden="true">${bars.map((each, place) => {
    const height = Math.max(2, each * 22);
    return html`<rect class=${place / BARS < share ? "p" : ""} x=${place * 4} y=${12 - height / 2} width="2.4" height=${height} rx="1.2" fill="currentColor" />`;
  })}</svg>`;
}

export function Voice({ content, message }) {
  const player = useRef(null);
  const [playing, setPlaying] = useState(false);
  const [at, setAt] = useState(0);
  const [sound, setSound] = useState({ peaks: null, length: 0 });
  useEffect(() => {
    if (content?.id) loudness(address(content)).then(setSound, () => null);
  }, [content?.id]);
  if (!content?.id) return html`<${Linked} content=${content} icon="mic" />`;
  const toggle = () => {
    if (playing) return player.current.pause();
    if (message && !message.mine && message.status !== "played") played(message);
    return player.current.play().catch(() => setPlaying(false));
  };
  const seek = (event) => {
    player.current.currentTime = Number(event.target.value);
    setAt(player.current.currentTime);
  };
  return html`<span class="voice"><button type="button" class="play" aria-label=${playing ? t("Pause") : t("Play")} onClick=${toggle}><${Icon} name=${playing ? "pause" : "play"} /></button>
    <span class="track"><${Wave} peaks=${sound.peaks} share=${sound.length ? at / sound.length : 0} /><input type="range" min="0" max=${sound.length || 1} step="0.1" value=${at} aria-label=${content.voice ? t("Voice message") : t("Audio")} aria-valuetext=${time(at)} onInput=${seek} /></span>
    <span class="num mut">${time(playing || at ? at : sound.length)}</span>
    <audio ref=${player} src=${address(content)} preload="metadata" onPlay=${() => setPlaying(true)} onPause=${() => setPlaying(false)} onEnded=${() => setAt(0)} onTimeUpdate=${() => setAt(player.current.currentTime)} /></span>`;
}
