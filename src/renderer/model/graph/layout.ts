import { aligned } from './align.ts'
import type { Box, Direction, GraphEdge, GraphNode, Point, Size } from './graph.ts'
import { layered, linksOf, type Route, type Slot } from './layers.ts'
import { ordered } from './order.ts'

export interface LayoutOptions {
  readonly direction: Direction
  readonly node: Size
  /** Room for an edge's words. */
  readonly label: Size
  /** Between two layers, for the lines and their heads. */
  readonly layerGap: number
  /** Between two of a layer. */
  readonly gap: number
}

export interface PlacedEdge {
  readonly edge: GraphEdge
  /** From where it comes to where it points: pairs of points, straight from the first to the second, curved to the next. */
  readonly points: readonly Point[]
  /** Where its words stand; null where it has none. */
  readonly label: Box | null
}

export interface Layout extends Size {
  readonly nodes: ReadonlyMap<string, Box>
  readonly edges: readonly PlacedEdge[]
}

/** Least distance between two lines at a node. */
const PORT_GAP = 12
/** A line that only passes through is this broad. */
const PASS = 8

/**
 * Places nodes in layers along one direction, with lines between them, none of which overlap. The same lists always
 * give the same picture: what changes while something runs must be no part of them.
 */
export function layout(nodes: readonly GraphNode[], edges: readonly GraphEdge[], options: LayoutOptions): Layout {
  const right = options.direction === 'right'
  const { layers: unordered, routes } = layered(nodes, edges)
  const links = linksOf(routes)
  const layers = ordered(unordered, links)
  const sizeOf = ({ kind }: Slot): Size =>
    kind === 'node' ? options.node : kind === 'label' ? options.label : { width: PASS, height: PASS }
  const breadth = (slot: Slot): number => (right ? sizeOf(slot).height : sizeOf(slot).width)
  const depth = (slot: Slot): number => (right ? sizeOf(slot).width : sizeOf(slot).height)
  const centres = aligned(layers, links, breadth, options.gap)

  const slots = layers.flat()
  const start = Math.min(0, ...slots.map((slot) => (centres.get(slot) ?? 0) - breadth(slot) / 2))
  const across = Math.max(0, ...slots.map((slot) => (centres.get(slot) ?? 0) + breadth(slot) / 2)) - start
  let along = 0
  const bands = layers.map((layer, index) => {
    const band = { start: along, depth: Math.max(...layer.map(depth)) }
    along += band.depth + (index < layers.length - 1 ? options.layerGap : 0)
    return band
  })

  const spans = new Map<Slot, Span>()
  for (const slot of slots) {
    const band = bands[slot.layer] ?? { start: 0, depth: 0 }
    const own = slot.kind === 'node' ? depth(slot) : band.depth
    const from = band.start + (band.depth - own) / 2
    spans.set(slot, { from, to: from + own, centre: (centres.get(slot) ?? 0) - start, breadth: breadth(slot) })
  }
  const toPoint = (main: number, cross: number): Point => (right ? { x: main, y: cross } : { x: cross, y: main })
  const toBox = (slot: Slot): Box => {
    const span = spans.get(slot)
    const size = sizeOf(slot)
    const centre = toPoint(((span?.from ?? 0) + (span?.to ?? 0)) / 2, span?.centre ?? 0)
    return { x: centre.x - size.width / 2, y: centre.y - size.height / 2, ...size }
  }

  const ports = portsOf(routes, spans)
  return {
    width: right ? along : across,
    height: right ? across : along,
    nodes: new Map(slots.flatMap((slot) => (slot.kind === 'node' ? [[slot.of, toBox(slot)] as const] : []))),
    edges: routes.map((route) => {
      const points = lineOf(route, spans, ports).map(({ main, cross }) => toPoint(main, cross))
      const words = route.slots.find(({ kind }) => kind === 'label')
      return {
        edge: route.edge,
        points: route.reversed ? points.toReversed() : points,
        label: words ? toBox(words) : null,
      }
    }),
  }
}

interface Span {
  /** Along the direction. */
  readonly from: number
  readonly to: number
  /** Across it. */
  readonly centre: number
  readonly breadth: number
}

interface Ports {
  /** Across the direction, where a route leaves its first slot and enters its last. */
  readonly leave: ReadonlyMap<Route, number>
  readonly enter: ReadonlyMap<Route, number>
}

/** Lines that meet at one side of a node stand beside each other, in the order of where they go. */
function portsOf(routes: readonly Route[], spans: ReadonlyMap<Slot, Span>): Ports {
  const centre = (slot: Slot | undefined): number => (slot && spans.get(slot)?.centre) ?? 0
  const side = (end: (route: Route) => Slot | undefined, next: (route: Route) => Slot | undefined) => {
    const groups = new Map<Slot, Route[]>()
    for (const route of routes) {
      const slot = end(route)
      if (slot) groups.set(slot, [...(groups.get(slot) ?? []), route])
    }
    const places = new Map<Route, number>()
    for (const [slot, group] of groups) {
      const step = Math.min(PORT_GAP, (spans.get(slot)?.breadth ?? 0) / (group.length + 1))
      group
        .toSorted((a, b) => centre(next(a)) - centre(next(b)))
        .forEach((route, index) => places.set(route, centre(slot) + (index - (group.length - 1) / 2) * step))
    }
    return places
  }
  return {
    leave: side(
      ({ slots }) => slots[0],
      ({ slots }) => slots[1],
    ),
    enter: side(
      ({ slots }) => slots.at(-1),
      ({ slots }) => slots.at(-2),
    ),
  }
}

/** Through each slot on its way it is straight: it stays within the slot's own room. */
function lineOf(
  route: Route,
  spans: ReadonlyMap<Slot, Span>,
  { leave, enter }: Ports,
): { readonly main: number; readonly cross: number }[] {
  const last = route.slots.length - 1
  return route.slots.flatMap((slot, index) => {
    const span = spans.get(slot)
    if (!span) return []
    if (index === 0) return [{ main: span.to, cross: leave.get(route) ?? span.centre }]
    if (index === last) return [{ main: span.from, cross: enter.get(route) ?? span.centre }]
    return [
      { main: span.from, cross: span.centre },
      { main: span.to, cross: span.centre },
    ]
  })
}
