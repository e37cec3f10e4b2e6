/** Who is signed in. The cookie is the browser's; only the name, the rights and the CSRF token are ours. */

import { ApiError } from "../../base/api.js";
import * as storage from "../../base/storage.js";

const KNOWN = "signed-in"; // this browser has signed in and not out

/** @typedef {import("../../base/types.js").SessionInfo} SessionInfo */

/**
 * Where a browser stands: who is signed in, or whether the node has no account yet.
 * @param {import("../../base/api.js").Api} api
 * @returns {Promise<{session: SessionInfo | null, needed: boolean}>}
 */
export async function whoIsHere(api) {
  if (storage.read(KNOWN) !== null || "/session" in api.first) {
    const session = await current(api);
    if (session) return { session, needed: false };
  }
  const { needed } = await api.get("/setup");
  // A refused question would stand in the console; this one is answered to everybody, at length if signed in.
  const maybe = !needed && "config" in (await api.get("/info"));
  return { session: maybe ? await current(api) : null, needed };
}

/** @param {import("../../base/api.js").Api} api @returns {Promise<SessionInfo | null>} */
async function current(api) {
  try {
    return adopt(api, await api.get("/session"));
  } catch (error) {
    if (!(error instanceof ApiError) || (error.status !== 401 && error.status !== 403)) throw error;
    storage.remove(KNOWN);
    return null;
  }
}

/**
 * @param {import("../../base/api.js").Api} api
 * @param {{username: string, password: string, remember: boolean}} credentials
 */
export async function signIn(api, credentials) {
  return adopt(api, await api.post("/session", credentials));
}

/** Throws Unreachable when the node cannot end the session. @param {import("../../base/api.js").Api} api */
export async function signOut(api) {
  try {
    await api.delete("/session");
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 401) throw error; // 401: it has ended already
  }
  storage.remove(KNOWN);
  api.csrf = "";
}

/** @param {import("../../base/api.js").Api} api @param {SessionInfo} session @returns {SessionInfo} */
function adopt(api, session) {
  api.csrf = session.csrf_token;
  storage.write(KNOWN, "yes");
  return session;
}
