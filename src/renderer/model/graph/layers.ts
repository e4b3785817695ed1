import type { GraphEdge, GraphNode } from './graph.ts'

/** A place in a layer: a node, an edge's words, or where an edge passes through. */
export interface Slot {
  readonly kind: 'node' | 'label' | 'pass'
  /** Of the node or the edge. */
  readonly of: string
  layer: number
}

/** Two slots of neighbouring layers that a line joins. */
export interface Link {
  readonly from: Slot
  readonly to: Slot
}

/** An edge as it runs through the layers; `reversed` where it points against them. */
export interface Route {
  readonly edge: GraphEdge
  readonly reversed: boolean
  /** From its first layer to its last, whichever way it points. */
  readonly slots: readonly Slot[]
}

export interface Layered {
  readonly layers: readonly (readonly Slot[])[]
  readonly routes: readonly Route[]
}

/**
 * Puts each node into a layer behind all that lead to it. Edges that close a circle, as met from the first node on, are
 * turned around for that. Whoever comes first in the lists comes first here: the same lists always give the same layers.
 * Edges from a node to itself, and to nodes that are not there, are left out.
 */
export function layered(nodes: readonly GraphNode[], edges: readonly GraphEdge[]): Layered {
  const slots = new Map(nodes.map(({ id }) => [id, { kind: 'node', of: id, layer: 0 } satisfies Slot as Slot]))
  const drawn = edges.filter(({ from, to }) => from !== to && slots.has(from) && slots.has(to))
  const reversed = backEdges(nodes, drawn)
  const ways = drawn.map((edge) => {
    const back = reversed.has(edge.id)
    // Words, and a way back beside a way forth, need a layer between the two.
    const length = edge.label !== null || back ? 2 : 1
    return { edge, back, from: back ? edge.to : edge.from, to: back ? edge.from : edge.to, length }
  })
  assignLayers(slots, ways)

  const layers: Slot[][] = []
  const put = (slot: Slot): Slot => {
    while (layers.length <= slot.layer) layers.push([])
    layers[slot.layer]?.push(slot)
    return slot
  }
  for (const slot of slots.values()) put(slot)
  const routes = ways.flatMap(({ edge, back, from, to }): Route[] => {
    const first = slots.get(from)
    const last = slots.get(to)
    if (!first || !last) return []
    const between = last.layer - first.layer - 1
    const words = edge.label === null ? -1 : Math.floor(between / 2)
    const passed = Array.from({ length: between }, (_, index) =>
      put({ kind: index === words ? 'label' : 'pass', of: edge.id, layer: first.layer + 1 + index }),
    )
    return [{ edge, reversed: back, slots: [first, ...passed, last] }]
  })
  return { layers, routes }
}

/** The links of all routes, each from the earlier layer to the later. */
export function linksOf(routes: readonly Route[]): Link[] {
  return routes.flatMap(({ slots }) =>
    slots.slice(1).flatMap((to, index) => {
      const from = slots[index]
      return from ? [{ from, to }] : []
    }),
  )
}

/** Ids of the edges that lead back to a node that is still being walked from. Without recursion: a chain may be long. */
function backEdges(nodes: readonly GraphNode[], edges: readonly GraphEdge[]): ReadonlySet<string> {
  const leaving = groupBy(edges, ({ from }) => from)
  const entered = new Set(edges.map(({ to }) => to))
  const state = new Map<string, 'open' | 'done'>()
  const back = new Set<string>()
  // What nothing leads to is a beginning.
  for (const { id } of [...nodes.filter((node) => !entered.has(node.id)), ...nodes]) {
    if (state.has(id)) continue
    const path = [{ id, next: 0 }]
    state.set(id, 'open')
    for (let top = path.at(-1); top; top = path.at(-1)) {
      const edge = leaving.get(top.id)?.[top.next]
      top.next += 1
      if (!edge) {
        state.set(top.id, 'done')
        path.pop()
      } else if (state.get(edge.to) === 'open') back.add(edge.id)
      else if (!state.has(edge.to)) {
        state.set(edge.to, 'open')
        path.push({ id: edge.to, next: 0 })
      }
    }
  }
  return back
}

interface Way {
  readonly from: string
  readonly to: string
  readonly length: number
}

/** Each node as early as it can be, and what only leads on as late as it can be. */
function assignLayers(slots: ReadonlyMap<string, Slot>, ways: readonly Way[]): void {
  const leaving = groupBy(ways, ({ from }) => from)
  const open = new Map<string, number>()
  for (const { to } of ways) open.set(to, (open.get(to) ?? 0) + 1)
  const entered = new Set(open.keys())
  const order = [...slots.keys()].filter((id) => !entered.has(id))
  for (const id of order) {
    const layer = slots.get(id)?.layer ?? 0
    for (const { to, length } of leaving.get(id) ?? []) {
      const target = slots.get(to)
      if (target) target.layer = Math.max(target.layer, layer + length)
      const left = (open.get(to) ?? 0) - 1
      open.set(to, left)
      if (left === 0) order.push(to)
    }
  }
  for (const id of order.toReversed()) {
    const slot = slots.get(id)
    const ahead = leaving.get(id) ?? []
    if (!slot || entered.has(id) || ahead.length === 0) continue
    slot.layer = Math.min(...ahead.map(({ to, length }) => (slots.get(to)?.layer ?? 0) - length))
  }
}

function groupBy<T>(items: readonly T[], key: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const item of items) {
    const group = groups.get(key(item))
    if (group) group.push(item)
    else groups.set(key(item), [item])
  }
  return groups
}
