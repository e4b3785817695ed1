import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { spread } from '../../../src/renderer/model/graph/align.ts'
import type { Box, Direction, GraphEdge } from '../../../src/renderer/model/graph/graph.ts'
import { layered, linksOf } from '../../../src/renderer/model/graph/layers.ts'
import { layout, type LayoutOptions } from '../../../src/renderer/model/graph/layout.ts'
import { crossings, ordered } from '../../../src/renderer/model/graph/order.ts'
import { pathData } from '../../../src/renderer/model/graph/path.ts'

const options = (direction: Direction): LayoutOptions => ({
  direction,
  node: { width: 140, height: 44 },
  label: { width: 90, height: 18 },
  layerGap: 32,
  gap: 12,
})

const nodes = (...ids: readonly string[]) => ids.map((id) => ({ id }))
const edge = (from: string, to: string, label: string | null = null): GraphEdge => ({
  id: `${from}>${to}`,
  from,
  to,
  label,
})

const layersOf = (...args: Parameters<typeof layered>): (readonly string[])[] =>
  layered(...args).layers.map((layer) => layer.filter(({ kind }) => kind === 'node').map(({ of }) => of))

/** With room to spare of less than a pixel, for the sake of rounding. */
const overlap = (a: Box, b: Box): boolean =>
  a.x + a.width > b.x + 0.01 && b.x + b.width > a.x + 0.01 && a.y + a.height > b.y + 0.01 && b.y + b.height > a.y + 0.01

describe('layers', () => {
  test('a chain is one node after the other, a branch beside it', () => {
    const diamond = [edge('a', 'b'), edge('a', 'c'), edge('b', 'd'), edge('c', 'd')]
    expect(layersOf(nodes('a', 'b', 'c', 'd'), diamond)).toEqual([['a'], ['b', 'c'], ['d']])
    expect(layersOf(nodes('d', 'c', 'b', 'a'), diamond)).toEqual([['a'], ['c', 'b'], ['d']])
  })

  test('a node stands behind the last that leads to it, a beginning close to where it leads', () => {
    const edges = [edge('a', 'b'), edge('b', 'c'), edge('a', 'c'), edge('late', 'c')]
    expect(layersOf(nodes('a', 'b', 'c', 'late'), edges)).toEqual([['a'], ['b', 'late'], ['c']])
  })

  test('a circle is cut where it comes back to the first node; a way back has a layer to itself', () => {
    const edges = [edge('idle', 'run', 'go'), edge('run', 'idle', 'stop')]
    const { layers, routes } = layered(nodes('idle', 'run'), edges)
    expect(layers.map((layer) => layer.map(({ kind, of }) => `${kind} ${of}`))).toEqual([
      ['node idle'],
      ['label idle>run', 'label run>idle'],
      ['node run'],
    ])
    expect(routes.map(({ reversed }) => reversed)).toEqual([false, true])
  })

  test('what leads to itself or nowhere is not drawn', () => {
    const { routes } = layered(nodes('a', 'b'), [edge('a', 'a'), edge('a', 'x'), edge('x', 'b')])
    expect(routes).toEqual([])
    expect(layout([], [], options('right'))).toMatchObject({ width: 0, height: 0 })
  })
})

test('crossings are undone where they can be', () => {
  const edges = [edge('a', 'd'), edge('b', 'c')]
  const { layers, routes } = layered(nodes('a', 'b', 'c', 'd'), edges)
  const links = linksOf(routes)
  expect(crossings(layers, links)).toBe(1)
  expect(crossings(ordered(layers, links), links)).toBe(0)
})

test('places are as near to the wishes as order and distance let them be', () => {
  expect(spread([0, 10, 20], [1, 1, 1], [0, 5, 5])).toEqual([0, 10, 20])
  expect(spread([5, 5], [1, 1], [0, 4])).toEqual([3, 7])
  expect(spread([9, 0], [1, 3], [0, 1])).toEqual([1.5, 2.5])
  expect(spread([], [], [])).toEqual([])
})

test('lines are curved between layers and straight through them', () => {
  const points = [0, 10, 20, 30].map((x) => ({ x, y: x / 2 }))
  expect(pathData(points, 'right')).toBe('M0 0C5 0 5 5 10 5L20 10C25 10 25 15 30 15')
  expect(pathData([], 'down')).toBe('')
})

/** Any graph: circles, islands, several edges between two, edges to oneself. */
const graph = fc
  .record({
    count: fc.integer({ min: 1, max: 24 }),
    pairs: fc.array(fc.tuple(fc.nat(1_000), fc.nat(1_000), fc.boolean()), { maxLength: 50 }),
    direction: fc.constantFrom<Direction>('right', 'down'),
    acyclic: fc.boolean(),
  })
  .map(({ count, pairs, direction, acyclic }) => {
    const edges = pairs.flatMap(([a, b, labelled], index): GraphEdge[] => {
      const [from, to] = [a % count, b % count]
      if (acyclic && from >= to) return []
      return [{ id: `e${index}`, from: `n${from}`, to: `n${to}`, label: labelled ? `t${index}` : null }]
    })
    return { direction, edges, ids: nodes(...Array.from({ length: count }, (_, index) => `n${index}`)), acyclic }
  })

test('of any graph every node is there, nothing overlaps, nothing lies outside, and it is always the same', () => {
  fc.assert(
    fc.property(graph, ({ ids, edges, direction, acyclic }) => {
      const placed = layout(ids, edges, options(direction))
      expect([...placed.nodes.keys()].toSorted()).toEqual(ids.map(({ id }) => id).toSorted())
      expect(placed.edges).toHaveLength(edges.filter(({ from, to }) => from !== to).length)
      const boxes = [...placed.nodes.values(), ...placed.edges.flatMap(({ label }) => label ?? [])]
      for (const [index, box] of boxes.entries()) {
        expect(boxes.slice(index + 1).filter((other) => overlap(box, other))).toEqual([])
        expect(Math.min(box.x, box.y)).toBeGreaterThan(-0.01)
        expect(box.x + box.width).toBeLessThan(placed.width + 0.01)
        expect(box.y + box.height).toBeLessThan(placed.height + 0.01)
      }
      for (const { edge: each, points, label } of placed.edges) {
        expect(label !== null).toBe(each.label !== null)
        expect(points.length % 2).toBe(0)
        // A line begins and ends at the edge of its nodes.
        for (const [id, point] of [
          [each.from, points[0]],
          [each.to, points.at(-1)],
        ] as const) {
          const box = placed.nodes.get(id)
          if (!box || !point) throw new Error('a node or a point is missing')
          expect(overlap(box, { x: point.x - 1, y: point.y - 1, width: 2, height: 2 })).toBe(true)
        }
        const [from, to] = [points[0], points.at(-1)]
        const forward = direction === 'right' ? (to?.x ?? 0) - (from?.x ?? 0) : (to?.y ?? 0) - (from?.y ?? 0)
        expect(!acyclic || forward > 0).toBe(true)
      }
      expect(layout(ids, edges, options(direction))).toEqual(placed)
    }),
    { numRuns: 300, seed: 7 },
  )
})

test('no line runs through a node that it does not concern', () => {
  fc.assert(
    fc.property(graph, ({ ids, edges, direction }) => {
      const placed = layout(ids, edges, options(direction))
      for (const { edge: each, points } of placed.edges) {
        for (let index = 2; index < points.length; index += 2) {
          const [a, b] = [points[index - 1], points[index]]
          if (!a || !b) throw new Error('a point is missing')
          const line = {
            x: Math.min(a.x, b.x),
            y: Math.min(a.y, b.y),
            width: Math.abs(a.x - b.x),
            height: Math.abs(a.y - b.y),
          }
          const hit = [...placed.nodes].filter(([id, box]) => id !== each.from && id !== each.to && overlap(box, line))
          expect(hit).toEqual([])
        }
      }
    }),
    { numRuns: 100, seed: 8 },
  )
})

test('fifty nodes and two hundred edges are placed in no time', () => {
  const ids = nodes(...Array.from({ length: 50 }, (_, index) => `n${index}`))
  const edges = Array.from({ length: 200 }, (_, index) => ({
    ...edge(`n${(index * 7) % 50}`, `n${(index * 13 + 5) % 50}`, index % 2 === 0 ? 'x' : null),
    id: `e${index}`,
  }))
  const start = performance.now()
  layout(ids, edges, options('right'))
  expect(performance.now() - start).toBeLessThan(2_000)
})
