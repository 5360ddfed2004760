/** In `sessionStorage`. */
const KEY = "panel.connecting";

/** What is being connected, so that it goes on after a reload of the page. */
export const connecting = {
  /** The number of that session; left out, the organization's first. */
  begin(session = ""): void {
    sessionStorage.setItem(KEY, session);
  },

  end(): void {
    sessionStorage.removeItem(KEY);
  },

  /** Undefined where nothing is being connected. */
  now(): { session?: string } | undefined {
    const session = sessionStorage.getItem(KEY);
    return session === null ? undefined : session === "" ? {} : { session };
  },
};
