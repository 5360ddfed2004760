/** Of the keys in `localStorage`; the session follows. */
const PREFIX = "panel.since.";

/**
 * Since when a session has been connected. The functions do not answer that, so this browser
 * remembers when it saw it. `exact` is false where the session was connected before that.
 */
export const since = {
  begin(session: string, at: string): void {
    save(session, { at, exact: true });
  },

  of(session: string, seenAt: string): { at: string; exact: boolean } {
    const stored = localStorage.getItem(PREFIX + session);
    return stored ? JSON.parse(stored) : save(session, { at: seenAt, exact: false });
  },

  end(session: string): void {
    localStorage.removeItem(PREFIX + session);
  },
};

function save(session: string, value: { at: string; exact: boolean }) {
  localStorage.setItem(PREFIX + session, JSON.stringify(value));
  return value;
}
