/** So near to an edge counts as there. */
const NEAR_PX = 60;
/** So near to its beginning, older messages are read. */
const TOP_PX = 800;

interface ScrollActions {
  /** Near the beginning. */
  onTop(): void;
  /** At the end, or more is shown there. */
  onEnd(): void;
  /** No longer at the end. */
  onAway(): void;
}

/** A box that stays at its end while content is added there, and in its place otherwise. */
export class Scroll {
  readonly element: HTMLElement;
  readonly #actions: ScrollActions;
  #isAtEnd = true;

  constructor(element: HTMLElement, actions: ScrollActions) {
    this.element = element;
    this.#actions = actions;
    element.addEventListener("scroll", () => this.#onScroll(), { passive: true });
    // Messages have their real height only once they are drawn, and the box may be resized.
    const observer = new ResizeObserver(() => this.#isAtEnd && this.toEnd());
    for (const one of [element, ...element.children]) observer.observe(one);
    const onVisible = () => {
      if (!element.isConnected) document.removeEventListener("visibilitychange", onVisible);
      else if (this.#isAtEnd) actions.onEnd();
    };
    document.addEventListener("visibilitychange", onVisible);
  }

  /** Changes the content, so that what is seen stays where it is. */
  keepPlace(change: () => void): void {
    const fromEnd = this.element.scrollHeight - this.element.scrollTop;
    const first = this.#anchor();
    const before = first?.getBoundingClientRect().top;
    change();
    if (this.#isAtEnd) return this.toEnd();
    if (first?.isConnected && before !== undefined) {
      this.element.scrollTop += first.getBoundingClientRect().top - before;
    } else {
      this.element.scrollTop = this.element.scrollHeight - fromEnd;
    }
  }

  toEnd(): void {
    this.#isAtEnd = true;
    this.element.scrollTop = this.element.scrollHeight;
    this.#actions.onEnd();
  }

  #onScroll(): void {
    const { scrollTop, scrollHeight, clientHeight } = this.element;
    const isAtEnd = scrollHeight - scrollTop - clientHeight < NEAR_PX;
    if (isAtEnd !== this.#isAtEnd) {
      this.#isAtEnd = isAtEnd;
      if (isAtEnd) this.#actions.onEnd();
      else this.#actions.onAway();
    }
    if (scrollTop < TOP_PX && !isAtEnd) this.#actions.onTop();
  }

  /** What is seen at the top. */
  #anchor(): Element | undefined {
    const { left, top, width } = this.element.getBoundingClientRect();
    const seen = document.elementFromPoint(left + width / 2, top + NEAR_PX);
    return seen?.closest("li.message") ?? undefined;
  }
}
