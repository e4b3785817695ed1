import type { Link, Slot } from './layers.ts'

const SWEEPS = 12

/** The slots of each layer in an order with few crossings: each near the middle of its neighbours, there and back. */
export function ordered(layers: readonly (readonly Slot[])[], links: readonly Link[]): Slot[][] {
  const before = neighbours(
    links,
    ({ to }) => to,
    ({ from }) => from,
  )
  const behind = neighbours(
    links,
    ({ from }) => from,
    ({ to }) => to,
  )
  let current = layers.map((layer) => [...layer])
  let best = current
  let fewest = crossings(current, links)
  for (let sweep = 0; sweep < SWEEPS && fewest > 0; sweep += 1) {
    const forward = sweep % 2 === 0
    const next = current.map((layer) => [...layer])
    const indexes = next.map((_, index) => index)
    for (const index of forward ? indexes : indexes.toReversed()) {
      const layer = next[index] ?? []
      const place = placesOf(next[forward ? index - 1 : index + 1] ?? [])
      const known = forward ? before : behind
      const wish = new Map(layer.map((slot, at) => [slot, middle(known.get(slot) ?? [], place) ?? at]))
      // A stable sort: those that wish for the same keep their order.
      next[index] = layer.toSorted((a, b) => (wish.get(a) ?? 0) - (wish.get(b) ?? 0))
    }
    current = next
    const count = crossings(current, links)
    if (count < fewest) {
      fewest = count
      best = current
    }
  }
  return best.map((layer) => [...layer])
}

/** How many pairs of links cross. */
export function crossings(layers: readonly (readonly Slot[])[], links: readonly Link[]): number {
  const place = placesOf(...layers)
  const byLayer = new Map<number, (readonly [number, number])[]>()
  for (const { from, to } of links) {
    const pair = [place.get(from) ?? 0, place.get(to) ?? 0] as const
    const pairs = byLayer.get(from.layer)
    if (pairs) pairs.push(pair)
    else byLayer.set(from.layer, [pair])
  }
  let count = 0
  for (const pairs of byLayer.values()) {
    for (const [index, [from, to]] of pairs.entries()) {
      for (const [otherFrom, otherTo] of pairs.slice(index + 1)) if ((from - otherFrom) * (to - otherTo) < 0) count += 1
    }
  }
  return count
}

function placesOf(...layers: readonly (readonly Slot[])[]): Map<Slot, number> {
  return new Map(layers.flatMap((layer) => layer.map((slot, index) => [slot, index] as const)))
}

function neighbours(links: readonly Link[], key: (link: Link) => Slot, other: (link: Link) => Slot): Map<Slot, Slot[]> {
  const found = new Map<Slot, Slot[]>()
  for (const link of links) {
    const list = found.get(key(link))
    if (list) list.push(other(link))
    else found.set(key(link), [other(link)])
  }
  return found
}

function middle(slots: readonly Slot[], place: ReadonlyMap<Slot, number>): number | null {
  if (slots.length === 0) return null
  return slots.reduce((sum, slot) => sum + (place.get(slot) ?? 0), 0) / slots.length
}
