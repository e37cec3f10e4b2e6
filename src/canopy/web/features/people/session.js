/** Who is signed in. The cookie is the browser's; only the name, the rights and the CSRF token are ours. */

import { ApiError } from "../../base/api.js";

/** @typedef {import("../../base/types.js").SessionInfo} SessionInfo */

/**
 * @param {import("../../base/api.js").Api} api
 * @returns {Promise<SessionInfo | null>} null when nobody is signed in
 */
export async function currentSession(api) {
  if (document.documentElement.dataset.session === "none") return null; // the server has looked already
  try {
    return adopt(api, await api.get("/session"));
  } catch (error) {
    if (error instanceof ApiError && (error.status === 401 || error.status === 403)) return null;
    throw error;
  }
}

/**
 * @param {import("../../base/api.js").Api} api
 * @param {{username: string, password: string, remember: boolean}} credentials
 */
export async function signIn(api, credentials) {
  const session = adopt(api, await api.post("/session", credentials));
  delete document.documentElement.dataset.session;
  return session;
}

/** @param {import("../../base/api.js").Api} api */
export async function signOut(api) {
  await api.delete("/session");
  api.csrf = "";
}

/** @param {import("../../base/api.js").Api} api @param {SessionInfo} session @returns {SessionInfo} */
function adopt(api, session) {
  api.csrf = session.csrf_token;
  return session;
}
