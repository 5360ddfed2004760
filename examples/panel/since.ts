const PREFIX = "panel.since.";

/**
 * Since when a session has been connected, as far as this browser saw it: the functions do not
 * tell. `exact` is false when it was connected already when first seen.
 */
export const since = {
  begin(session: string, at: string): void {
    save(session, { at, exact: true });
  },

  of(session: string, seenAt: string): { at: string; exact: boolean } {
    const known = localStorage.getItem(PREFIX + session);
    return known ? JSON.parse(known) : save(session, { at: seenAt, exact: false });
  },

  end(session: string): void {
    localStorage.removeItem(PREFIX + session);
  },
};

function save(session: string, value: { at: string; exact: boolean }) {
  localStorage.setItem(PREFIX + session, JSON.stringify(value));
  return value;
}
