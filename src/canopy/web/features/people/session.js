/** Who is signed in. The cookie is the browser's; only the name, the rights and the CSRF token are ours. */

import { ApiError } from "../../base/api.js";
import * as storage from "../../base/storage.js";

const KNOWN = "signed-in"; // this browser has signed in and not out

/** @typedef {import("../../base/types.js").SessionInfo} SessionInfo */

/**
 * @param {import("../../base/api.js").Api} api
 * @returns {Promise<SessionInfo | null>} null when nobody is signed in
 */
export async function currentSession(api) {
  try {
    return adopt(api, await api.get("/session"));
  } catch (error) {
    if (!(error instanceof ApiError) || (error.status !== 401 && error.status !== 403)) throw error;
    storage.remove(KNOWN);
    return null;
  }
}

/** Whether asking makes sense: a refused question would stand in the browser's console. */
export function maybeSignedIn() {
  return storage.read(KNOWN) !== null;
}

/**
 * @param {import("../../base/api.js").Api} api
 * @param {{username: string, password: string, remember: boolean}} credentials
 */
export async function signIn(api, credentials) {
  return adopt(api, await api.post("/session", credentials));
}

/** @param {import("../../base/api.js").Api} api */
export async function signOut(api) {
  await api.delete("/session");
  storage.remove(KNOWN);
  api.csrf = "";
}

/** @param {import("../../base/api.js").Api} api @param {SessionInfo} session @returns {SessionInfo} */
function adopt(api, session) {
  api.csrf = session.csrf_token;
  storage.write(KNOWN, "yes");
  return session;
}
