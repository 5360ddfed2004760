/** So far from being seen, what is in an element is loaded. */
const MARGIN = "800px";

let observer: IntersectionObserver | undefined;
const waiting = new WeakMap<Element, () => void>();

/** Calls once, when the element comes near to what is seen. */
export function whenNear(element: Element, act: () => void): void {
  // scrollMargin is what counts in a box that scrolls; TypeScript does not know it yet.
  const margins = { rootMargin: MARGIN, scrollMargin: MARGIN };
  observer ??= new IntersectionObserver(onSeen, margins as IntersectionObserverInit);
  waiting.set(element, act);
  observer.observe(element);
}

function onSeen(entries: IntersectionObserverEntry[]): void {
  for (const { isIntersecting, target } of entries) {
    if (!isIntersecting) continue;
    observer!.unobserve(target);
    waiting.get(target)?.();
    waiting.delete(target);
  }
}
