// Puts the chosen theme, density and text size on the page before its first paint. The only file that is no module:
// modules run after the page was painted, and a light page that turns dark hurts the eyes.
(() => {
  const root = document.documentElement;
  const apply = () => {
    /** @type {Record<string, unknown>} */
    let look = {};
    try {
      look = JSON.parse(localStorage.getItem("canopy.look") ?? "{}") ?? {};
    } catch {
      // No storage, or nothing readable in it: the page looks as it usually does.
    }
    for (const name of ["theme", "density", "motion"]) {
      if (typeof look[name] === "string") root.dataset[name] = look[name];
      else delete root.dataset[name];
    }
    if (typeof look.sidebar === "number") root.style.setProperty("--sidebar", `${Math.min(400, Math.max(200, look.sidebar))}px`);
    else root.style.removeProperty("--sidebar");
    root.style.fontSize = typeof look.size === "number" ? `${Math.min(200, Math.max(80, look.size))}%` : "";
  };
  document.addEventListener("canopy-look", apply);
  apply();
})();
