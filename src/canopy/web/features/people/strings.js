/** The words of setting up, signing in and registering. */

import { catalogue, fill } from "../../base/language.js";

export const words = catalogue("accounts", {
  handleHint: "People write @{handle}",
  handleHintEmpty: "People write @handle to call you.",
  tooMany: "Too many tries. Try again in {n} s.",
  accountName: "{name}, @{handle}",
  setupTitle: "Set up this node",
  setupLead: "This makes the first account. It owns the node.",
  setupFoot: "Keys are made on this device and stay here.",
  setupButton: "Create my workspace",
  setupCode: "Setup code",
  setupCodeHint: "In the file setup-token in the data folder, and in the line “Open http://…” that the node printed in its terminal.",
  nodeName: "Node name",
  nodeNameHint: "Other nodes see this name.",
  displayName: "Your name",
  handle: "Handle",
  password: "Password",
  signInTitle: "Sign in",
  signInButton: "Sign in",
  signInLead: "To your workspace on this node.",
  remember: "Keep me signed in on this device",
  toRegister: "No account yet?",
  register: "Create an account",
  registerTitle: "Create an account",
  registerLead: "An account lives on this node.",
  registerButton: "Create account",
  toSignIn: "Already have an account?",
  weakPassword: "This password does not follow the rules below.",
  wrongCredentials: "The handle or the password is wrong.",
  pending: "Your account waits for approval by the owner of this node.",
  haveInvite: "I have an invite code",
  invite: "Invite code",
  inviteHint: "From a node that wants you. You see whose it is before anything happens.",
  pendingTitle: "Almost there",
  pendingLead: "Your account waits for the owner of this node. This page goes on by itself as soon as you are let in.",
  pendingState: "Waiting for approval",
  turnedAway: "This account was not let in",
  turnedAwayText: "Ask the owner of this node why. Nothing else can be done here.",
  plainHttp: "This connection is not encrypted on your network.",
  unreachable: "The node cannot be reached. Nothing you typed is lost; try again when it runs.",
  badClaim: "This setup code is not the one of this node.",
  alreadySetUp: "This node has been set up already.",
  required: "Please fill this in.",
  youOwn: "You are the owner of this node now.",
  reload: "Reload",
  resetTitle: "Choose a new password",
  resetLead: "For @{handle}. All browsers of this account are signed out; API keys go on working.",
  resetButton: "Save and sign in",
  resetFoot: "This link works once, until {when}.",
  resetOver: "This link is not valid any more",
  resetOverText: "A link works once and for an hour, and a newer one replaces it. Ask the owner of this node for another.",
  newPassword: "New password",
  toSignInPage: "To the sign-in page",
  signedOutTitle: "Sign in again",
  signedOutText: "Your session has ended. What you typed is kept.",
  signOut: "Sign out",
  notSignedOut: "You are still signed in: the node did not answer.",
  account: "Account",
  ownCard: "Your card",
  editProfile: "Edit profile",
});

/** @param {string} handle */
export const handleHint = (handle) => (handle ? fill(words.handleHint, { handle }) : words.handleHintEmpty);

/** @param {number} seconds */
export const tooMany = (seconds) => fill(words.tooMany, { n: seconds });

/** @param {string} name @param {string} handle */
export const accountName = (name, handle) => fill(words.accountName, { name, handle });
