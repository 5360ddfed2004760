const number = new Intl.NumberFormat("en");

export const en = {
  title: "WhatsApp connection",
  language: "Language",
  signOut: "Sign out",
  loading: "Checking the connection…",
  offline: "You are offline.",

  signIn: "Sign in",
  signInButton: "Sign in",
  signInLead: "The demo user of this local stack is filled in.",
  email: "Email",
  password: "Password",
  signingIn: "Signing in…",
  signInProblems: {
    wrong: "The email or the password is wrong.",
    malformed: "Enter a whole email address and a password.",
    notConfirmed: "This email is not confirmed yet. Open the link in the mail that was sent to it.",
    banned: "This user is blocked. Ask an administrator.",
    passwordsOff: "Signing in with email and password is switched off here.",
    signUpOff: "New users cannot sign up here. Ask an administrator for an account.",
    tooMany: "Too many attempts. Wait a moment, then try again.",
    unavailable: "The sign-in service has a problem. Try again in a moment.",
    unreachable: "The server does not answer. Check that it runs and that you are online.",
    refused: "The server refused to sign you in.",
  },
  signInAgain: "Your sign-in has ended. Sign in again.",

  idle: "Connect WhatsApp",
  idleLead:
    "Link a phone to send messages from here. It takes a minute, and the phone must be at hand.",
  otherScreen:
    "A phone cannot scan its own screen. If WhatsApp is on this phone, open this page on a computer and scan the code there.",
  disconnected: "WhatsApp is disconnected",
  disconnectedLead:
    "The phone was unlinked, or was offline for too long. Scan a code to link it again.",
  unfinishedLead: "The connection was started, but no phone has scanned its code yet.",
  connect: "Connect WhatsApp",
  connectAgain: "Connect again",
  continueConnecting: "Show the code",
  newCode: "Show a new code",

  creating: "Creating the connection",
  creatingLead: "This takes a few seconds.",
  waiting: "Preparing the code",
  waitingLead: "WhatsApp is starting. The code appears here when it is ready.",
  scan: "Scan the code",
  qrAlt: "QR code to scan with WhatsApp",
  steps: [
    "Open WhatsApp on the phone.",
    "Open the menu ⋮ (Android) or Settings (iPhone), then Linked devices.",
    "Tap Link a device and point the camera at this code.",
  ],
  validFor: (seconds: number) => `Valid for ${seconds} s`,
  renewing: "Getting a new code…",
  expired: "This code has expired",
  cancel: "Cancel",
  simulateScan: "Simulate scan",
  simulateHint: "Local stack only: does what a phone would do.",
  simulateFailed: "The scan could not be simulated. Cancel, and connect again.",
  retrying: "Trying again automatically.",

  connected: "WhatsApp is connected",
  session: "Session",
  since: "Connected since",
  sinceBefore: (time: string) => `before ${time}`,
  lastChecked: "Last checked",
  checkFailed: "The last check failed.",
  checkNow: "Check now",

  send: "Send a message",
  to: "Phone number",
  toHint: "In international form, such as +79991112233",
  text: "Message",
  sendButton: "Send",
  sending: "Sending…",
  toEmpty: "Enter a phone number.",
  toInvalid: "This is not a phone number. Use the international form, such as +79991112233.",
  toNational:
    "It is not clear which country this number is in. Begin with + and the country code: +79991112233 instead of 89991112233.",
  toImpossible: "There is no such phone number. Check the digits and the country code after the +.",
  toAmbiguous: (numbers: string[]) =>
    `This can be ${numbers.join(" or ")}. Enter the one that you mean, with the +.`,
  textEmpty: "Enter a message.",
  textLength: (length: number, max: number) =>
    `${number.format(length)} of ${number.format(max)} characters`,
  textTooLong: (length: number, max: number) =>
    `The message has ${number.format(length)} characters, and can have ${
      number.format(max)
    } at most.`,
  textInvalid: "The message shows nothing, or holds characters that cannot be sent.",
  accepted: (to: string) => `Accepted: the message to ${to} is on its way.`,
  notSent: "The message was not sent.",
  sendLater: "Send the message again in a moment.",
  unknown: "It is not known whether the message was sent.",
  unknownLead: "Check WhatsApp on the phone before you send it again.",
  sendAnyway: "Send again anyway",
  sendUnchanged: "Send the message again unchanged: it arrives once, even if it was sent already.",

  failed: "There is a problem with the connection",
  requestId: "Request id",
  actions: {
    sign_in: "Sign in again",
    reconnect: "Connect again",
    try_again: "Try again",
    report: "Try again",
  },
  log: "Calls",
  logEmpty: "Nothing was called yet.",
  noAnswer: "no answer",

  errors: {
    network_error: "The server does not answer.",
    unexpected_response: "The server's answer was not understood.",
    scan_expired: "The code was not scanned in time. Start again with the phone at hand.",
    unauthorized: "Your sign-in has ended.",
    no_organization:
      "You belong to no organization. Have yourself added to one, then sign in again.",
    reconnect_required: "WPP Platform no longer accepts this connection. Make a new one.",
    integration_not_found: "The connection is no longer there. Make a new one.",
    rate_limited: "WPP Platform gets too many requests.",
    creation_in_progress: "The connection is being created elsewhere.",
    idempotency_in_progress: "This message is still being sent.",
    gateway_unreachable: "WPP Platform cannot be reached.",
    gateway_timeout: "WPP Platform does not answer in time.",
    gateway_error: "WPP Platform answered with an error.",
    gateway_invalid_response: "WPP Platform's answer was not understood.",
    auth_unavailable: "The sign-in service cannot be reached.",
    database_unavailable: "The database cannot be reached.",
    misconfigured: "The functions are not set up. Ask whoever runs them.",
    not_deployed: "The functions are not deployed to this project.",
    internal: "The functions failed.",
    invalid_request: "The functions refused the request.",
  } as Record<string, string>,
  otherError: "Something went wrong.",
};

export type Texts = typeof en;
