import { type ShallowRef, shallowRef } from 'vue'

/**
 * Folded things as Vue sees them. The fold changes them in place; this publishes copies of those that were touched, one
 * reactive cell for each, so that what changes renders what shows it and nothing else.
 */
export class CopiedTable<T extends object> {
  /** In the order of the state. Changes only where items come or go. */
  readonly keys = shallowRef<readonly string[]>([])
  readonly #cells = new Map<string, ShallowRef<T | undefined>>()
  readonly #stamps = new Map<string, { readonly item: T; readonly stamp: unknown }>()
  readonly #stamp: (item: T) => unknown
  readonly #copy: (item: T) => T

  /** `stamp` changes with the item. `copy` must share nothing with it that changes in place. */
  constructor(stamp: (item: T) => unknown, copy: (item: T) => T) {
    this.#stamp = stamp
    // As a method it would be called with this table as `this`, which a function of the browser does not bear.
    this.#copy = (item) => copy(item)
  }

  /** Reactive. What does not exist (yet) reads as undefined; its coming changes the keys. */
  get(key: string): T | undefined {
    return this.keys.value.length === 0 ? undefined : this.#cells.get(key)?.value
  }

  /** Reactive: all of them, in order. */
  all(): T[] {
    return this.keys.value.flatMap((key) => this.get(key) ?? [])
  }

  /** Reactive: the keys of one machine's items, where keys begin with the machine and a line break. */
  keysOf(machine: string): string[] {
    return this.keys.value.filter((key) => key.startsWith(`${machine}\n`))
  }

  /** Reactive: the items themselves; what happens to those of other machines is nothing to whoever looks. */
  of(machine: string): T[] {
    return this.keysOf(machine).flatMap((key) => this.get(key) ?? [])
  }

  /** Publishes what has changed since the last time. */
  publish(items: ReadonlyMap<string, T>): void {
    let changed = items.size !== this.keys.value.length
    for (const [key, item] of items) {
      const known = this.#stamps.get(key)
      const stamp = this.#stamp(item)
      if (known?.item === item && known.stamp === stamp) continue
      this.#stamps.set(key, { item, stamp })
      const cell = this.#cells.get(key)
      if (cell) {
        cell.value = this.#copy(item)
      } else {
        this.#cells.set(key, shallowRef(this.#copy(item)))
        changed = true
      }
    }
    if (changed) this.#publishKeys(items)
  }

  #publishKeys(items: ReadonlyMap<string, T>): void {
    for (const [key, cell] of this.#cells) {
      if (items.has(key)) continue
      cell.value = undefined
      this.#cells.delete(key)
      this.#stamps.delete(key)
    }
    this.keys.value = [...items.keys()]
  }
}
