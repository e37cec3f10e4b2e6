/** Our icons: strokes on a 24 grid, drawn in the text colour. The name of what they mean stands beside them. */

import { html, svg } from "../vendor/lit.js";

export const PATHS = {
  home: svg`<path d="M4 11.5 12 4l8 7.5M6.5 9.8V20h11V9.8M10 20v-5.5h4V20"/>`,
  plus: svg`<path d="M12 5v14M5 12h14"/>`,
  search: svg`<circle cx="10.5" cy="10.5" r="6"/><path d="M15 15l5 5"/>`,
  menu: svg`<path d="M4 7h16M4 12h16M4 17h16"/>`,
  list: svg`<path d="M9 6h11M9 12h11M9 18h11M4.5 6h.1M4.5 12h.1M4.5 18h.1"/>`,
  archive: svg`<path d="M4 5h16v4H4zM5.5 9v10h13V9M10 13h4"/>`,
  people: svg`<circle cx="9" cy="8.5" r="3.25"/><path d="M3 19.5c.6-3.6 2.8-5.5 6-5.5s5.4 1.9 6 5.5M15.5 5.6a3.25 3.25 0 0 1 0 5.800M17.5 14.5c2 .7 3.2 2.4 3.5 5"/>`,
  info: svg`<circle cx="12" cy="12" r="8.5"/><path d="M12 11v5M12 8v.1"/>`,
  wrench: svg`<path d="M14.5 6.5a4 4 0 0 0 5 5L12 19a2.1 2.1 0 0 1-3-3l7.5-7.5M14.5 6.5 17 4a4 4 0 0 0-5 5l-7.5 7.5"/>`,
  gear: svg`<circle cx="12" cy="12" r="3"/><path d="M12 3.5v2.2M12 18.3v2.2M3.5 12h2.2M18.3 12h2.2M6 6l1.6 1.6M16.4 16.4 18 18M6 18l1.6-1.6M16.4 7.6 18 6"/>`,
  shield: svg`<path d="M12 3.5 5 6v5.5c0 4.2 2.800 7.3 7 9 4.2-1.7 7-4.800 7-9V6l-7-2.5Z"/>`,
  help: svg`<circle cx="12" cy="12" r="8.5"/><path d="M9.7 9.7a2.4 2.4 0 1 1 3.4 2.2c-.7.4-1.100.9-1.100 1.7M12 16.5v.1"/>`,
  person: svg`<circle cx="12" cy="8.5" r="3.5"/><path d="M5 20c.7-4 3.3-6 7-6s6.3 2 7 6"/>`,
  sun: svg`<circle cx="12" cy="12" r="4"/><path d="M12 3v2M12 19v2M3 12h2M19 12h2M5.6 5.6 7 7M17 17l1.4 1.4M5.6 18.4 7 17M17 7l1.4-1.4"/>`,
  moon: svg`<path d="M19.5 14.5A8 8 0 0 1 9.5 4.5a8 8 0 1 0 10 10Z"/>`,
  contrast: svg`<circle cx="12" cy="12" r="8.5"/><path d="M12 3.5v17M12 6.5h5M12 12h8M12 17.5h5"/>`,
  key: svg`<circle cx="8" cy="12" r="3.5"/><path d="M11.5 12H20v3M16.5 12v2.5"/>`,
  forward: svg`<path d="M9 5l7 7-7 7"/>`,
  hash: svg`<path d="M9.5 4 7.5 20M16.5 4l-2 16M4.5 9h16M3.5 15h16"/>`,
  network: svg`<circle cx="12" cy="5.5" r="2.5"/><circle cx="5.5" cy="17.5" r="2.5"/><circle cx="18.5" cy="17.5" r="2.5"/><path d="M10.8 7.7 6.7 15.3M13.2 7.7l4.1 7.6M8 17.5h8"/>`,
  copy: svg`<rect x="8.5" y="8.5" width="11.5" height="11.5" rx="2"/><path d="M15.5 8.5V6a2 2 0 0 0-2-2H6a2 2 0 0 0-2 2v7.5a2 2 0 0 0 2 2h2.5"/>`,
  share: svg`<path d="M12 15V4M7.5 8 12 3.5 16.5 8M6 11.5v8h12v-8"/>`,
  more: svg`<circle cx="5.5" cy="12" r="0.75"/><circle cx="12" cy="12" r="0.75"/><circle cx="18.5" cy="12" r="0.75"/>`,
  send: svg`<path d="M5 12h13M12.5 5.5 19 12l-6.5 6.5"/>`,
  open: svg`<path d="M7 10l5 5 5-5"/>`,
  down: svg`<path d="M12 5v14M6 13l6 6 6-6"/>`,
  back: svg`<path d="M15 5l-7 7 7 7"/>`,
  eye: svg`<path d="M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12Z"/><circle cx="12" cy="12" r="2.75"/>`,
  eyeOff: svg`<path d="M4 4l16 16M9.9 5.8A9 9 0 0 1 12 5.5c6 0 9.5 6.5 9.5 6.5a17 17 0 0 1-3 3.7M6.2 7.6A16.4 16.4 0 0 0 2.5 12S6 18.5 12 18.5a9.3 9.3 0 0 0 4.6-1.2"/>`,
  check: svg`<path d="M5 12.5 10 17.5 19 7"/>`,
  cross: svg`<path d="M6 6l12 12M18 6 6 18"/>`,
  dot: svg`<circle cx="12" cy="12" r="2"/>`,
  warn: svg`<path d="M12 4 2.8 20h18.4L12 4ZM12 10v4.5M12 17.4v.1"/>`,
  clock: svg`<circle cx="12" cy="12" r="8.5"/><path d="M12 7.5V12l3 2"/>`,
  smile: svg`<circle cx="12" cy="12" r="8.5"/><path d="M8.5 14a4.2 4.2 0 0 0 7 0M9 9.6v.1M15 9.6v.1"/>`,
  reply: svg`<path d="M9.5 5.5 4 11l5.5 5.5M4.5 11H14a6 6 0 0 1 6 6v1.5"/>`,
  thread: svg`<path d="M4.5 5h15v11H12l-4 3.5V16H4.5zM8.5 9h7M8.5 12h4.5"/>`,
  bell: svg`<path d="M6 16.5V11a6 6 0 0 1 12 0v5.5l1.5 1.5h-15zM10 20.5h4"/>`,
  hourglass: svg`<path d="M7 4h10M7 20h10M8 4v3.5L12 12l4-4.5V4M8 20v-3.5L12 12l4 4.5V20"/>`,
  at: svg`<circle cx="12" cy="12" r="3.5"/><path d="M15.5 8.5V13a2.5 2.5 0 0 0 5 0v-1a8.5 8.5 0 1 0-3.4 6.8"/>`,
  star: svg`<path d="m12 4 2.5 5.2 5.7.8-4.100 4 1 5.700-5.100-2.700-5.100 2.700 1-5.700-4.100-4 5.700-.8z"/>`,
  pencil: svg`<path d="M5 19l1-4L16.500 4.500l3 3L9 18l-4 1ZM14 7l3 3"/>`,
  trash: svg`<path d="M5 7h14M9.5 7V4.5h5V7M7 7l.8 12.5h8.4L17 7M10.3 10.5v5.5M13.7 10.5v5.5"/>`,
  leave: svg`<path d="M14 4.5H6v15h8M11 12h9.5M17 8.5l3.5 3.5-3.5 3.5"/>`,
};

/** Arrows point where the text goes. @type {Set<string>} */
const DIRECTED = new Set(["back", "forward", "send", "leave"]);

/** @param {keyof typeof PATHS} name */
export function icon(name) {
  return html`<svg class=${DIRECTED.has(name) ? "icon is-directed" : "icon"} viewBox="0 0 24 24" aria-hidden="true" focusable="false">${PATHS[name]}</svg>`;
}
