import type { Link, Slot } from './layers.ts'

const SWEEPS = 8
/** A line that passes through should be straight rather than a node be in the middle. */
const LINE_WEIGHT = 3

/** The centres of all slots across the layers: each near its neighbours, in order, none nearer than `gap` to the next. */
export function aligned(
  layers: readonly (readonly Slot[])[],
  links: readonly Link[],
  breadth: (slot: Slot) => number,
  gap: number,
): ReadonlyMap<Slot, number> {
  const centre = new Map<Slot, number>()
  for (const layer of layers) {
    const packed = spread(
      layer.map(() => 0),
      layer.map(() => 1),
      separations(layer, breadth, gap),
    )
    layer.forEach((slot, index) => centre.set(slot, packed[index] ?? 0))
  }
  const near = new Map<Slot, { readonly slot: Slot; readonly weight: number }[]>()
  for (const { from, to } of links) {
    const weight = from.kind !== 'node' && to.kind !== 'node' ? LINE_WEIGHT : 1
    for (const [slot, other] of [
      [from, to],
      [to, from],
    ] as const) {
      near.set(slot, [...(near.get(slot) ?? []), { slot: other, weight }])
    }
  }
  for (let sweep = 0; sweep < SWEEPS; sweep += 1) {
    for (const layer of sweep % 2 === 0 ? layers : layers.toReversed()) {
      const wishes = layer.map((slot) => {
        let sum = 0
        let weights = 0
        for (const each of near.get(slot) ?? []) {
          sum += (centre.get(each.slot) ?? 0) * each.weight
          weights += each.weight
        }
        return { at: weights === 0 ? (centre.get(slot) ?? 0) : sum / weights, weight: Math.max(1, weights) }
      })
      const placed = spread(
        wishes.map(({ at }) => at),
        wishes.map(({ weight }) => weight),
        separations(layer, breadth, gap),
      )
      layer.forEach((slot, index) => centre.set(slot, placed[index] ?? 0))
    }
  }
  return centre
}

/** From each slot's centre to that of the one before. */
function separations(layer: readonly Slot[], breadth: (slot: Slot) => number, gap: number): number[] {
  return layer.map((slot, index) => {
    const before = layer[index - 1]
    return before ? (breadth(before) + breadth(slot)) / 2 + gap : 0
  })
}

/**
 * Places as near to the wishes as can be (least squares) that keep their order and distances: without the distances it
 * is isotonic regression, which pools neighbours that would be in the wrong order.
 */
export function spread(wishes: readonly number[], weights: readonly number[], distances: readonly number[]): number[] {
  const shifts: number[] = []
  let shift = 0
  for (const distance of distances) shifts.push((shift += distance))
  const pools: { sum: number; weight: number; count: number }[] = []
  wishes.forEach((wish, index) => {
    const weight = weights[index] ?? 1
    let pool = { sum: (wish - (shifts[index] ?? 0)) * weight, weight, count: 1 }
    for (let last = pools.at(-1); last && last.sum / last.weight >= pool.sum / pool.weight; last = pools.at(-1)) {
      pools.pop()
      pool = { sum: last.sum + pool.sum, weight: last.weight + pool.weight, count: last.count + pool.count }
    }
    pools.push(pool)
  })
  const places = pools.flatMap(({ sum, weight, count }) => Array.from({ length: count }, () => sum / weight))
  return places.map((place, index) => place + (shifts[index] ?? 0))
}
