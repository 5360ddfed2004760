/** What a browser has, and Deno, Node and workers may lack. */
interface Page {
  document?: EventTarget & { visibilityState: string };
  navigator?: { onLine?: boolean };
  addEventListener?: EventTarget["addEventListener"];
  removeEventListener?: EventTarget["removeEventListener"];
}

/** Whether the page is hidden; false where there is none. */
export function isHidden(): boolean {
  return (globalThis as Page).document?.visibilityState === "hidden";
}

/** Whether the browser says that there is no network; false where it cannot tell. */
export function isOffline(): boolean {
  return (globalThis as Page).navigator?.onLine === false;
}

export interface PageEvents {
  /** The page was hidden, or is shown again. */
  onVisibility(): void;
  /** The browser lost the network, or has it again. */
  onNetwork(): void;
}

/** Tells what becomes of the page, until the function that it returns is called. */
export function watchPage({ onVisibility, onNetwork }: PageEvents): () => void {
  const page = globalThis as Page;
  const { document } = page;
  document?.addEventListener("visibilitychange", onVisibility);
  for (const event of ["online", "offline"]) page.addEventListener?.(event, onNetwork);
  return () => {
    document?.removeEventListener("visibilitychange", onVisibility);
    for (const event of ["online", "offline"]) page.removeEventListener?.(event, onNetwork);
  };
}
