/** What to say of a call that went wrong. */

import { ApiError, Unreachable } from "../../base/api.js";
import { words } from "./strings.js";

/** @param {unknown} error */
export function explained(error) {
  if (error instanceof Unreachable) return words.unreachable;
  if (error instanceof ApiError) return error.message;
  throw error;
}
