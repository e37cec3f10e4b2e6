// Puts the chosen theme, density and text size on the page before its first paint. The only file that is no module:
// modules run after the page was painted, and a light page that turns dark hurts the eyes.
(() => {
  const root = document.documentElement;
  /** @returns {Record<string, unknown>} */
  const stored = () => {
    try {
      return JSON.parse(localStorage.getItem("canopy.look") ?? "{}") ?? {};
    } catch {
      return {}; // no storage, or nothing readable in it: the page looks as it usually does
    }
  };
  /** @param {Record<string, unknown>} look */
  const apply = (look) => {
    for (const name of ["theme", "density", "motion"]) {
      if (typeof look[name] === "string") root.dataset[name] = look[name];
      else delete root.dataset[name];
    }
    if (typeof look.sidebar === "number") root.style.setProperty("--sidebar", `${Math.min(400, Math.max(200, look.sidebar))}px`);
    else root.style.removeProperty("--sidebar");
    root.style.fontSize = typeof look.size === "number" ? `${Math.min(200, Math.max(80, look.size))}%` : "";
  };
  // A change comes with its values, because a browser may refuse to store them.
  document.addEventListener("canopy-look", (event) => apply(/** @type {CustomEvent} */ (event).detail));
  apply(stored());
})();
