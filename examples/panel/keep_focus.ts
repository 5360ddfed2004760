/**
 * Remembers where the focus is in rows that are about to be drawn anew. The function that it returns
 * gives it back: to the same button of the same row, else to the row, else to what `otherwise` selects.
 */
export function keepFocus(element: HTMLElement, otherwise: string): () => void {
  const focused = document.activeElement;
  if (!focused || !element.contains(focused)) return () => {};
  const session = focused.closest("li")?.dataset.session;
  return () => {
    const row = [...element.querySelectorAll("li")].find((one) => one.dataset.session === session);
    const buttons = [...(row ?? element).querySelectorAll("button")];
    const same = buttons.find(({ textContent }) => textContent === focused.textContent);
    const next = same ?? row ?? element.querySelector<HTMLElement>(otherwise);
    next?.focus({ preventScroll: true });
  };
}
