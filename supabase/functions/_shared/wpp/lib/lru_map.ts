/** A map for what may be forgotten: it keeps the entries that were set last, so many at the most. */
export class BoundedMap<K, V> extends Map<K, V> {
  constructor(private readonly most: number) {
    super();
  }

  /** Puts the entry last, and lets the oldest go where there are too many. */
  override set(key: K, value: V): this {
    this.delete(key);
    super.set(key, value);
    if (this.size > this.most) this.delete(this.keys().next().value!);
    return this;
  }
}
