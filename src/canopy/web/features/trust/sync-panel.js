/** What is on its way, opened from the foot of the page: words of one's own that wait, and how far each peer is. */

import { html, nothing, render } from "../../vendor/lit.js";
import { Stops } from "../../base/store.js";
import { ago } from "../../base/time.js";
import { placeBeside } from "../../parts/float.js";
import { icon } from "../../parts/icons.js";
import { GLYPHS, nameOf, stateOf } from "./states.js";
import { lastSeen, syncWords as words, unsentCount } from "./sync-strings.js";

/** @typedef {import("../../base/types.js").SignedInApp} SignedInApp */
/** @typedef {import("../../base/types.js").Peer} Peer */

/** @type {HTMLElement | null} */
let shown = null;

/** A second call closes it. @param {SignedInApp} app @param {Element} anchor */
export function toggleSyncPanel(app, anchor) {
  if (shown) return shown.hidePopover();
  const opener = /** @type {HTMLElement | null} */ (document.activeElement);
  const stops = new Stops();
  const panel = document.createElement("div");
  panel.popover = "auto";
  panel.className = "sync-panel";
  panel.setAttribute("role", "region");
  panel.setAttribute("aria-label", words.title);
  const draw = () => render(contents(app, () => panel.hidePopover()), panel);
  panel.addEventListener("toggle", (event) => {
    if (/** @type {ToggleEvent} */ (event).newState !== "closed") return;
    const inside = panel.contains(document.activeElement) || document.activeElement === document.body;
    stops.run();
    panel.remove();
    shown = null;
    if (inside) opener?.focus();
  });
  for (const store of [app.peers.view, app.outbox.items, app.stream.state]) stops.add(store.subscribe(draw));
  shown = panel;
  draw();
  document.body.append(panel);
  panel.showPopover();
  placeBeside(panel, anchor.getBoundingClientRect());
  panel.querySelector("button")?.focus();
  return undefined;
}

/** @param {SignedInApp} app @param {() => void} close */
function contents(app, close) {
  const { peers } = app.peers.view.value;
  const trusted = peers.filter(({ level }) => level === "trusted");
  return html`<header class="sync-head"><h2>${words.title}</h2>
      <button class="icon-button" type="button" aria-label=${words.close} title=${words.close} @click=${close}>${icon("cross")}</button></header>
    ${unsent(app)}
    ${trusted.length === 0 ? html`<p class="quiet">${words.noPeers}</p>` : html`<ul class="sync-list">${trusted.map((peer) => row(peer, app.mayManage))}</ul>`}
    <a class="button" href="/connect" @click=${close}>${words.toConnect}</a>`;
}

/** Messages that have not left this browser. @param {SignedInApp} app */
function unsent(app) {
  const waiting = app.outbox.waiting();
  if (waiting === 0) return html`<p class="sync-line"><span aria-hidden="true">●</span> ${words.allSent}</p>`;
  return html`<p class="sync-line is-waiting" role="status"><span aria-hidden="true">◐</span> ${unsentCount(waiting)}
    <button class="link-button" type="button" @click=${() => { app.stream.retryNow(); app.outbox.kick(); }}>${words.retryNow}</button></p>`;
}

/** @param {Peer} peer @param {boolean} mayManage */
function row(peer, mayManage) {
  const { tone, label, detail } = stateOf(peer, mayManage);
  const { progress } = peer;
  return html`<li data-tone=${tone}><span class="sync-glyph" aria-hidden="true">${GLYPHS[tone]}</span>
    <div><bdi class="sync-name">${nameOf(peer)}</bdi>
      <p class="quiet is-meta">${label}${detail ? ` · ${detail}` : nothing}${peer.state === "offline" && peer.last_seen ? ` · ${lastSeen(ago(new Date(peer.last_seen)))}` : nothing}</p>
      ${progress && progress.total > 0 ? html`<progress aria-label=${label} max=${progress.total} value=${Math.min(progress.done, progress.total)}></progress>` : nothing}</div></li>`;
}
