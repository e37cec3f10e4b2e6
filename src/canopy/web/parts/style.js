/** Style sheets of screens that are loaded on demand. */

/**
 * Resolves when the sheet applies, so that no screen is drawn without it.
 * @param {URL} url @returns {Promise<void>}
 */
export function loadStyle(url) {
  return new Promise((resolve, reject) => {
    const link = document.createElement("link");
    link.rel = "stylesheet";
    link.href = url.href;
    link.addEventListener("load", () => resolve());
    link.addEventListener("error", () => reject(new Error(`The style sheet ${url.pathname} did not come.`)));
    document.head.append(link);
  });
}
