import { describe, expect, test } from 'vitest'
import { PlantLookup } from '../../../src/shared/plant-lookup.ts'
import { NOTHING_SEEN, see, STATE_LIMITS, stateGraph } from '../../../src/renderer/model/state-graph.ts'
import { event, folded } from './support.ts'

const went = (offset: number, from: string | null, to: string, trigger: string | null = 'go') =>
  event(offset, 'a', 'state_change', { from_state: from, to_state: to, event_trigger: trigger })

const NOWHERE = new PlantLookup()

describe('what was seen of a machine', () => {
  test('stays when the machine itself has forgotten it, and is the same object where nothing is new', () => {
    const first = see(NOTHING_SEEN, folded('a', went(1, 'idle', 'error', 'fault'), went(2, 'error', 'idle', 'reset')))
    const many = Array.from({ length: 40 }, (_, i) => went(3 + i, i % 2 ? 'run' : 'idle', i % 2 ? 'idle' : 'run'))
    const machine = folded('a', ...many)
    const later = see(first, machine)
    expect([...later.states].toSorted()).toEqual(['error', 'idle', 'run'])
    expect(later.ways.size).toBe(4)
    expect(see(later, machine)).toBe(later)
  })

  test('is bounded', () => {
    let seen = NOTHING_SEEN
    for (let i = 0; i < 300; i += 1) seen = see(seen, folded('a', went(1, `s${i}`, `s${i + 1}`)))
    expect(seen.ways.size).toBe(STATE_LIMITS.ways)
    const graph = stateGraph(seen, NOWHERE, 'a')
    expect([graph.states.length, graph.left]).toEqual([STATE_LIMITS.states, seen.states.size - STATE_LIMITS.states])
  })
})

describe('the graph of states', () => {
  const circle = [went(1, 'idle', 'run'), went(2, 'run', 'cool', 'timeout(2)'), went(3, 'cool', 'idle')]

  test('is the same in whatever order things were seen, and when they happen again', () => {
    const once = stateGraph(see(NOTHING_SEEN, folded('a', ...circle)), NOWHERE, 'a')
    expect(once).toEqual({
      states: ['idle', 'cool', 'run'],
      ways: [
        { from: 'idle', to: 'run', triggers: ['go'] },
        { from: 'cool', to: 'idle', triggers: ['go'] },
        { from: 'run', to: 'cool', triggers: ['timeout(2)'] },
      ],
      left: 0,
    })
    const [a, b, c] = circle
    if (!a || !b || !c) throw new Error('no circle')
    expect(stateGraph(see(NOTHING_SEEN, folded('a', c, a, b)), NOWHERE, 'a')).toEqual(once)
    expect(stateGraph(see(NOTHING_SEEN, folded('a', ...circle, a, b)), NOWHERE, 'a')).toEqual(once)
  })

  test('holds what is described, in the file’s order, before what was only seen', () => {
    const plant = new PlantLookup({
      machines: { a: { states: { run: { to: { stop: 'idle', fail: 'broken' } }, idle: { to: { go: 'run' } } } } },
    })
    const graph = stateGraph(see(NOTHING_SEEN, folded('a', ...circle)), plant, 'a')
    expect(graph.states).toEqual(['run', 'idle', 'broken', 'cool'])
    expect(graph.ways.find(({ from, to }) => from === 'idle' && to === 'run')?.triggers).toEqual(['go'])
    expect(graph.ways).toContainEqual({ from: 'run', to: 'broken', triggers: ['fail'] })
  })

  test('joins the triggers of one way, and knows states without ways', () => {
    const seen = see(
      NOTHING_SEEN,
      folded('a', went(1, null, 'x'), went(2, 'x', 'y', 'b'), went(3, 'y', 'x'), went(4, 'x', 'y', 'a')),
    )
    expect(stateGraph(seen, NOWHERE, 'a').ways[0]).toEqual({ from: 'x', to: 'y', triggers: ['a', 'b'] })
    const named = see(NOTHING_SEEN, folded('a', event(1, 'a', 'machine_registered', { current_state: 'off' })))
    expect(stateGraph(named, NOWHERE, 'a')).toEqual({ states: ['off'], ways: [], left: 0 })
  })
})
